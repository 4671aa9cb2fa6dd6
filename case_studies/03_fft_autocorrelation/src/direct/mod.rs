//! Direct sums, `O(n k)`: the right choice for few lags or short series.
//!
//! The series is centred tile by tile into a buffer that stays in the first cache; each
//! tile adds its products to the lags. Partial sums therefore never run longer than a
//! tile, and rounding grows with the number of tiles only.

mod kernel;
mod lanes;

use crate::Isa;
use crate::series::{Centring, Sample, centre};
use kernel::{PADDING, products};

/// Centred products of tiles, for one number of lags.
pub(crate) struct Direct {
    max_lag: usize,
    tile: usize,
    first: Vec<f64>,
    second: Vec<f64>,
    isa: Isa,
}

/// Doubles in a tile: the tile and what lies `max_lag` ahead share the first cache.
const MIN_TILE: usize = 2048;
const MAX_TILE: usize = 16_384;

/// The length of a tile.
fn tile(n: usize, max_lag: usize) -> usize {
    let wanted = (2 * max_lag).clamp(MIN_TILE, MAX_TILE);
    n.next_multiple_of(64).min(wanted.next_multiple_of(64))
}

impl Direct {
    /// Buffers for series of `n` observations; `two` when two series are to be correlated.
    pub(crate) fn new(n: usize, max_lag: usize, two: bool) -> Self {
        let tile = tile(n, max_lag);
        let length = tile + max_lag.min(n) + 2 * PADDING;
        Self {
            max_lag,
            tile,
            first: vec![0.0; length],
            second: vec![0.0; if two { length } else { 0 }],
            isa: Isa::best(),
        }
    }

    /// Bytes its buffers need, for two series.
    pub(crate) fn needed(n: usize, max_lag: usize) -> usize {
        2 * (tile(n, max_lag) + max_lag.min(n) + 2 * PADDING) * size_of::<f64>()
    }

    /// Bytes of its buffers.
    pub(crate) fn bytes(&self) -> usize {
        (self.first.len() + self.second.len()) * size_of::<f64>()
    }

    /// `out[l] += sum over t in range of c[t] * c[t + l]`; returns the sum of `c` over `range`.
    pub(crate) fn auto<T: Sample>(
        &mut self,
        x: &[T],
        by: Centring,
        range: std::ops::Range<usize>,
        out: &mut [f64],
    ) -> f64 {
        let mut total = 0.0;
        let mut start = range.start;
        while start < range.end {
            let length = self.tile.min(range.end - start);
            fill(&mut self.first, x, by, start, length + self.max_lag);
            total += crate::series::sum(&self.first[..length], 1.0);
            let ends = start + length == x.len();
            if ends {
                pad(&mut self.first, length);
                add(self.isa, &self.first, &self.first, length, true, out);
            } else if length.is_multiple_of(64) {
                add(self.isa, &self.first, &self.first, length, false, out);
            } else {
                // The range ends inside the series: what lies ahead must not be a factor.
                self.second.resize(self.first.len(), 0.0);
                self.second[..length].copy_from_slice(&self.first[..length]);
                pad(&mut self.second, length);
                add(self.isa, &self.second, &self.first, length, false, out);
            }
            start += length;
        }
        total
    }

    /// `out[l] += sum over t of cx[t] * cy[t + l]`; returns the sums of `cx` and of `cy`.
    pub(crate) fn cross<T: Sample>(
        &mut self,
        x: &[T],
        y: &[T],
        by: (Centring, Centring),
        out: &mut [f64],
    ) -> (f64, f64) {
        let mut totals = (0.0, 0.0);
        let mut start = 0;
        while start < x.len() {
            let length = self.tile.min(x.len() - start);
            fill(&mut self.first, x, by.0, start, length);
            fill(&mut self.second, y, by.1, start, length + self.max_lag);
            totals.0 += crate::series::sum(&self.first[..length], 1.0);
            totals.1 += crate::series::sum(&self.second[..length], 1.0);
            let last = start + length == x.len();
            add(self.isa, &self.first, &self.second, length, last, out);
            start += length;
        }
        totals
    }
}

/// Centre `x[start..start + length]` into the buffer, zeros behind it.
fn fill<T: Sample>(buffer: &mut [f64], x: &[T], by: Centring, start: usize, length: usize) {
    let length = length.min(x.len() - start);
    centre(&x[start..start + length], by, &mut buffer[..length]);
    pad(buffer, length);
}

/// Zeros behind the values.
fn pad(buffer: &mut [f64], length: usize) {
    buffer[length..].fill(0.0);
}

/// Steps a running sum takes before it is added to its lag: a short run keeps its rounding
/// small even when one product dwarfs all others.
const RUN: usize = 1024;
/// Lags that share one length in the last tile.
const GROUP: usize = 64;

/// Add the products of one tile to the lags.
///
/// In the `last` tile nothing lies ahead: longer lags have fewer products, so the lags are
/// taken in groups, each with the length its first lag needs.
fn add(isa: Isa, a: &[f64], b: &[f64], length: usize, last: bool, out: &mut [f64]) {
    for start in (0..length).step_by(RUN) {
        let steps = RUN.min(length - start);
        let (a, b) = (&a[start..], &b[start..]);
        if !last || out.len() <= GROUP {
            run(isa, a, b, steps, out);
            continue;
        }
        for (i, group) in out.chunks_mut(GROUP).enumerate() {
            // Past the end of the series the second factor is zero.
            let left = (length - start).saturating_sub(i * GROUP);
            if left == 0 {
                break;
            }
            run(isa, a, &b[i * GROUP..], steps.min(left), group);
        }
    }
}

/// One call of the kernel, on the instruction set chosen.
fn run(isa: Isa, a: &[f64], b: &[f64], length: usize, out: &mut [f64]) {
    assert!(length + PADDING / 2 <= a.len() && length + out.len() + PADDING <= b.len());
    #[cfg(target_arch = "x86_64")]
    macro_rules! on {
        ($features:literal, $lanes:ty) => {{
            #[target_feature(enable = $features)]
            unsafe fn on(a: &[f64], b: &[f64], length: usize, out: &mut [f64]) {
                // SAFETY: lengths checked by `run`, zeros written by `pad`.
                unsafe { products::<$lanes>(a.as_ptr(), b.as_ptr(), length, out) }
            }
            // SAFETY: `Isa` found these features on this CPU.
            unsafe { on(a, b, length, out) }
        }};
    }
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => on!("avx512f,avx2,fma", lanes::Avx512),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => on!("avx2,fma", lanes::Avx2),
        // SAFETY: lengths checked above, zeros written by `pad`.
        _ => unsafe { products::<lanes::Portable>(a.as_ptr(), b.as_ptr(), length, out) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_sums_of_the_naive_loop() {
        for length in [1, 5, 31, 64, 100, 257] {
            for lags in (1..=20).chain([33, 64, 65, 100, 130]) {
                let x: Vec<f64> = (0..length)
                    .map(|i| f64::from((i * 37) % 11) - 5.0)
                    .collect();
                let mut a = x.clone();
                a.resize(length as usize + lags + 2 * PADDING, 0.0);
                for isa in Isa::available() {
                    let mut out = vec![0.5; lags];
                    run(isa, &a, &a, x.len(), &mut out);
                    for (l, found) in out.iter().enumerate() {
                        let ahead = x.iter().skip(l);
                        let sum: f64 = x.iter().zip(ahead).map(|(p, q)| p * q).sum();
                        assert_eq!(
                            *found,
                            sum + 0.5,
                            "{isa:?} length {length} lag {l} of {lags}"
                        );
                    }
                }
            }
        }
    }
}
