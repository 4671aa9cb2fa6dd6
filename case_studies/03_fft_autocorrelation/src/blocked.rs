//! Products of blocks, accumulated in the frequency domain, `O(n log k)` time, `O(k)` memory.
//!
//! The right choice for a few hundred to some ten thousand lags of a long series: all
//! buffers stay in cache, whatever `n`.
//!
//! Source: C. M. Rader, "An improved algorithm for high speed autocorrelation with
//! applications to spectral estimation", IEEE Trans. Audio Electroacoust. 18 (1970). The
//! transform of a block of `B >= k` values, zero-padded to `2 B`, is `X_i`; that of the
//! `2 B` values from the block's start on is `X_i + (-1)^f X_(i+1)`, so one transform per
//! block suffices. Added here: two distant blocks are the real and the imaginary part of one
//! complex transform. Their products stay apart without unpacking, because
//! `conj(a + ib)(a' + ib')` has the real part `a a' + b b'` and only the real part of the
//! final inverse is kept.

use crate::series::{Centring, Sample};
use crate::sizes::good_size;
use crate::spectrum::{C64, accumulate};
use native::fft::{Fft, Planner};
use native::for_each_isa;
use std::ops::Range;
use std::sync::Arc;

/// Shortest block: below, the loop around the transform costs more than the transform.
const MIN_BLOCK: usize = 128;

/// Accumulated spectra, for one number of lags.
pub(crate) struct Blocked {
    block: usize,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    spectra: [Vec<C64>; 4],
    sums: [Vec<C64>; 2],
    scratch: Vec<C64>,
}

/// The block length used for `max_lag` lags.
pub(crate) fn block_length(max_lag: usize) -> usize {
    good_size(max_lag.max(MIN_BLOCK), 4)
}

impl Blocked {
    /// Buffers for `max_lag` lags; `two` when two series are to be correlated.
    pub(crate) fn new(max_lag: usize, two: bool, planner: &mut Planner) -> Self {
        let block = block_length(max_lag);
        let forward = planner.forward(2 * block);
        let inverse = planner.inverse(2 * block);
        let scratch = forward
            .get_inplace_scratch_len()
            .max(inverse.get_inplace_scratch_len());
        let zeros = |wanted: bool| vec![C64::default(); if wanted { 2 * block } else { 0 }];
        Self {
            block,
            spectra: [zeros(true), zeros(true), zeros(two), zeros(two)],
            sums: [zeros(true), zeros(two)],
            scratch: vec![C64::default(); scratch],
            forward,
            inverse,
        }
    }

    /// About the bytes its buffers and the tables of the library need, for two series.
    pub(crate) fn needed(max_lag: usize) -> usize {
        // Seven buffers; tables forward and back, two of each length to be safe.
        11 * 2 * block_length(max_lag) * size_of::<C64>()
    }

    /// Bytes of its buffers, without the shared tables of the transform.
    pub(crate) fn bytes(&self) -> usize {
        let buffers = self.spectra.iter().chain(&self.sums);
        (buffers.map(Vec::len).sum::<usize>() + self.scratch.len()) * size_of::<C64>()
    }

    /// Pairs of blocks in a series of `n` observations.
    pub(crate) fn pairs(&self, n: usize) -> usize {
        n.div_ceil(self.block).div_ceil(2)
    }

    /// Add to `out[l]` the products `c[t] * c[t + l]` whose first factor lies in the given
    /// pairs of blocks; returns the sum of `c` over these pairs.
    ///
    /// Pair `i` holds block `i` of the lower half of the series in its real part, block `i`
    /// of the upper half in its imaginary part.
    pub(crate) fn auto<T: Sample>(
        &mut self,
        x: &[T],
        by: Centring,
        pairs: Range<usize>,
        out: &mut [f64],
    ) -> f64 {
        let half = self.pairs(x.len()) * self.block;
        let [this, next, ..] = &mut self.spectra;
        let sums = &mut self.sums[0];
        sums.fill(C64::default());
        let mut total = 0.0;
        for pair in pairs.start..=pairs.end {
            let sum = load(x, by, pair * self.block, half, next);
            if pair < pairs.end {
                total += sum;
            }
            self.forward.process_with_scratch(next, &mut self.scratch);
            if pair > pairs.start {
                accumulate(sums, this, this, next);
            }
            std::mem::swap(this, next);
        }
        self.finish(0, out);
        total
    }

    /// `out[l] += sum of cx[t] * cy[t + l]` and `back[l] += sum of cy[t] * cx[t + l]`;
    /// returns the sums of `cx` and `cy`.
    pub(crate) fn cross<T: Sample>(
        &mut self,
        x: &[T],
        y: &[T],
        by: (Centring, Centring),
        out: &mut [f64],
        back: &mut [f64],
    ) -> (f64, f64) {
        let pairs = self.pairs(x.len());
        let half = pairs * self.block;
        let [this_x, next_x, this_y, next_y] = &mut self.spectra;
        let [sums, sums_back] = &mut self.sums;
        sums.fill(C64::default());
        sums_back.fill(C64::default());
        let mut totals = (0.0, 0.0);
        for pair in 0..=pairs {
            let found = (
                load(x, by.0, pair * self.block, half, next_x),
                load(y, by.1, pair * self.block, half, next_y),
            );
            if pair < pairs {
                totals = (totals.0 + found.0, totals.1 + found.1);
            }
            self.forward.process_with_scratch(next_x, &mut self.scratch);
            self.forward.process_with_scratch(next_y, &mut self.scratch);
            if pair > 0 {
                accumulate(sums, this_x, this_y, next_y);
                accumulate(sums_back, this_y, this_x, next_x);
            }
            std::mem::swap(this_x, next_x);
            std::mem::swap(this_y, next_y);
        }
        self.finish(0, out);
        self.finish(1, back);
        totals
    }

    /// Back to lags: one inverse, whatever the number of blocks.
    fn finish(&mut self, which: usize, out: &mut [f64]) {
        let sums = &mut self.sums[which];
        self.inverse.process_with_scratch(sums, &mut self.scratch);
        let scale = 1.0 / sums.len() as f64;
        for (to, z) in out.iter_mut().zip(sums.iter()) {
            *to += z.re * scale;
        }
    }
}

/// Centre the block at `low` into the real part and the one at `low + half` into the
/// imaginary part, zeros behind them; returns the sum of both.
fn load<T: Sample>(x: &[T], by: Centring, low: usize, half: usize, into: &mut [C64]) -> f64 {
    let block = into.len() / 2;
    let from = |start: usize| &x[start.min(x.len())..(start + block).min(x.len())];
    let (re, im) = (from(low), from(low + half));
    into[re.len()..].fill(C64::default());
    let mut total = interleave(re, im, by, into);
    // The upper half may be shorter, or absent.
    for (z, &v) in into[im.len()..].iter_mut().zip(&re[im.len()..]) {
        *z = C64::new(by.apply(v), 0.0);
        total += z.re;
    }
    total
}

for_each_isa! {
    /// The part where both blocks have values; returns its sum.
    fn interleave<T: Sample>(re: &[T], im: &[T], by: Centring, into: &mut [C64]) -> f64 {
        let mut sums = [0.0; 8];
        let count = im.len();
        let (res, re_rest) = re[..count].as_chunks::<4>();
        let (ims, im_rest) = im.as_chunks::<4>();
        let (intos, into_rest) = into[..count].as_chunks_mut::<4>();
        for ((z, a), b) in intos.iter_mut().zip(res).zip(ims) {
            for i in 0..4 {
                let (p, q) = (by.apply(a[i]), by.apply(b[i]));
                z[i] = C64::new(p, q);
                sums[2 * i] += p;
                sums[2 * i + 1] += q;
            }
        }
        for ((z, &a), &b) in into_rest.iter_mut().zip(re_rest).zip(im_rest) {
            *z = C64::new(by.apply(a), by.apply(b));
            sums[0] += z.re;
            sums[1] += z.im;
        }
        sums.iter().sum()
    }
}
