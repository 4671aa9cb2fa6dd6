//! One transform of the whole series, `O(n log n)`: the right choice for very many lags.
//!
//! The length is even, smooth and at least `n + max_lag`, not `2 n - 1`: products that wrap
//! around fall on lags beyond those asked for. Spectra that fit the caches go through a
//! real transform and the half-price inverse of [`even`]; larger ones through [`out_of_cache`].

pub(crate) mod even;
pub(crate) mod out_of_cache;

use crate::series::{Centring, Sample, centre, sum};
use crate::sizes::good_size;
use crate::spectrum::{C64, power};
use even::{EvenInverse, Work};
use native::fft::{Planner, RealToComplex};
use native::for_each_isa;
use out_of_cache::OutOfCacheFft;
use std::sync::Arc;

/// Transforms at least this long go through memory row by row.
pub(crate) const OUT_OF_CACHE_FROM: usize = 150_000;

/// The transform length for `n` observations and `max_lag` lags.
pub(crate) fn transform_length(n: usize, max_lag: usize) -> usize {
    let least = n + max_lag;
    if least >= OUT_OF_CACHE_FROM {
        out_of_cache::shape(least).0 * out_of_cache::shape(least).1 * 2
    } else {
        good_size(least, if least >= 128 { 32 } else { 2 })
    }
}

/// A power spectrum and its inverse, for one length of series and number of lags.
pub(crate) enum OneTransform {
    Cached(Box<Cached>),
    OutOfCacheFft(Box<OutOfCacheFft>),
}

impl OneTransform {
    pub(crate) fn new(n: usize, max_lag: usize, planner: &mut Planner) -> Self {
        if n + max_lag >= OUT_OF_CACHE_FROM {
            Self::OutOfCacheFft(Box::new(OutOfCacheFft::new(n + max_lag, planner)))
        } else {
            let length = transform_length(n, max_lag);
            Self::Cached(Box::new(Cached::new(length, planner)))
        }
    }

    /// About the bytes its buffers and the tables of the library need.
    pub(crate) fn needed(n: usize, max_lag: usize) -> usize {
        if n + max_lag >= OUT_OF_CACHE_FROM {
            OutOfCacheFft::needed(n + max_lag)
        } else {
            // Twice its buffers: the tables are no larger.
            8 * transform_length(n, max_lag) * size_of::<f64>()
        }
    }

    /// Bytes of its buffers, without shared tables.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Cached(c) => c.bytes(),
            Self::OutOfCacheFft(h) => h.bytes(),
        }
    }

    /// `out[l] += sum of c[t] * c[t + l]`; returns the sum of `c`.
    pub(crate) fn auto<T: Sample>(&mut self, x: &[T], by: Centring, out: &mut [f64]) -> f64 {
        match self {
            Self::Cached(c) => c.auto(x, by, out),
            Self::OutOfCacheFft(h) => h.auto(x, by, out),
        }
    }
}

for_each_isa! {
    fn add_scaled(values: &[f64], scale: f64, out: &mut [f64]) {
        for (to, v) in out.iter_mut().zip(values) {
            *to += v * scale;
        }
    }
}

/// Everything in cache: a real transform, and the inverse of an even spectrum.
pub(crate) struct Cached {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: EvenInverse,
    values: Vec<f64>,
    spectrum: Vec<C64>,
    scratch: Vec<C64>,
    work: Work,
}

impl Cached {
    fn new(length: usize, planner: &mut Planner) -> Self {
        let forward = planner.real_forward(length);
        let inverse = EvenInverse::new(length, planner);
        Self {
            values: vec![0.0; length],
            spectrum: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            work: inverse.work(),
            forward,
            inverse,
        }
    }

    fn bytes(&self) -> usize {
        self.values.len() * 8 + (self.spectrum.len() + self.scratch.len()) * 16 + self.work.bytes()
    }

    fn auto<T: Sample>(&mut self, x: &[T], by: Centring, out: &mut [f64]) -> f64 {
        centre(x, by, &mut self.values[..x.len()]);
        self.values[x.len()..].fill(0.0);
        let total = sum(&self.values[..x.len()], 1.0);
        self.forward
            .process_with_scratch(&mut self.values, &mut self.spectrum, &mut self.scratch)
            .expect("lengths come from the plan");
        let length = self.values.len();
        let spectrum = &mut self.values[..=length / 2];
        power(&self.spectrum, spectrum);
        self.inverse.run(spectrum, &mut self.work);
        let scale = 1.0 / length as f64;
        let near = out.len().min(length / 2);
        add_scaled(&spectrum[..near], scale, &mut out[..near]);
        // Lags beyond half the length stand mirrored: `r[length - k] = r[k]`.
        for (k, to) in out.iter_mut().enumerate().skip(near) {
            *to += spectrum[length - k] * scale;
        }
        total
    }
}
