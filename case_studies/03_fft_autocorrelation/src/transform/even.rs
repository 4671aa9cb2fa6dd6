//! From a power spectrum back to lags at half the price of a general inverse.
//!
//! The spectrum of a real series' autocorrelation is real and even, and so is the result:
//! only a quarter of what a complex inverse computes is new. One level splits
//! `r[k] = sum over f < N of P[f] cos(2 pi f k / N)` by the parity of `f`:
//! the even frequencies are the same problem at `N / 2`, the odd ones are a cosine
//! transform of the second kind of length `N / 4`, which is one real transform of that
//! length (J. Makhoul, "A fast cosine transform in one and two dimensions", IEEE Trans.
//! ASSP 28 (1980)). After three levels the remainder, an eighth of the length, is a plain
//! inverse. No level divides by a sine, so no digit is lost.

use crate::spectrum::{C64, unit_root};
use native::fft::{ComplexToReal, Planner, RealToComplex};
use native::for_each_isa;
use std::sync::Arc;

/// Levels of splitting: each further one saves half of what the one before saved.
const LEVELS: usize = 3;
/// Shortest length that is split: below, a plain inverse is as fast.
const MIN_SPLIT: usize = 128;

/// The odd frequencies of one level: a cosine transform of length `quarter`.
struct Level {
    quarter: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    /// `2 e^(-i pi k / (2 quarter))` for `k <= quarter / 2`.
    twiddles: Vec<C64>,
}

/// Tables of an inverse of one length.
pub(crate) struct EvenInverse {
    length: usize,
    levels: Vec<Level>,
    rest: Arc<dyn ComplexToReal<f64>>,
}

/// Buffers of an inverse.
pub(crate) struct Work {
    odd: Vec<f64>,
    complex: Vec<C64>,
    real: Vec<f64>,
    scratch: Vec<C64>,
}

impl Work {
    pub(crate) fn bytes(&self) -> usize {
        (self.odd.len() + self.real.len()) * 8 + (self.complex.len() + self.scratch.len()) * 16
    }
}

impl EvenInverse {
    /// Tables for an even length.
    pub(crate) fn new(length: usize, planner: &mut Planner) -> Self {
        let mut levels = Vec::new();
        let mut left = length;
        while levels.len() < LEVELS && left >= MIN_SPLIT && left.is_multiple_of(8) {
            let quarter = left / 4;
            levels.push(Level {
                quarter,
                forward: planner.real_forward(quarter),
                twiddles: (0..=quarter / 2)
                    .map(|k| unit_root(k, 4 * quarter) * 2.0)
                    .collect(),
            });
            left /= 2;
        }
        Self {
            length,
            levels,
            rest: planner.real_inverse(left),
        }
    }

    /// Buffers to run it with.
    pub(crate) fn work(&self) -> Work {
        let left = self.length >> self.levels.len();
        let quarter = self.levels.first().map_or(0, |l| l.quarter);
        let scratch = self.levels.iter().map(|l| l.forward.get_scratch_len());
        Work {
            odd: vec![0.0; quarter],
            complex: vec![C64::default(); (quarter / 2 + 1).max(left / 2 + 1)],
            real: vec![0.0; left],
            scratch: vec![
                C64::default();
                scratch.max().unwrap_or(0).max(self.rest.get_scratch_len())
            ],
        }
    }

    /// `power[k] <- sum over f < N of P[f] cos(2 pi f k / N)` for `k <= N / 2`, in place.
    pub(crate) fn run(&self, power: &mut [f64], work: &mut Work) {
        self.level(0, power, work);
    }

    fn level(&self, depth: usize, power: &mut [f64], work: &mut Work) {
        let Some(level) = self.levels.get(depth) else {
            return self.plain(power, work);
        };
        let quarter = level.quarter;
        let spectrum = &mut work.complex[..=quarter / 2];
        split(power, &mut work.odd[..quarter]);
        level
            .forward
            .process_with_scratch(&mut work.odd[..quarter], spectrum, &mut work.scratch)
            .expect("lengths come from the plan");
        // The upper part of the array is free now: it takes the lags of the odd half.
        let (even, odd) = power.split_at_mut(quarter + 1);
        turn(spectrum, &level.twiddles, &mut odd[..quarter]);
        self.level(depth + 1, even, work);
        combine(power, quarter);
    }

    /// The last level.
    fn plain(&self, power: &mut [f64], work: &mut Work) {
        let spectrum = &mut work.complex[..work.real.len() / 2 + 1];
        for (z, &p) in spectrum.iter_mut().zip(power.iter()) {
            *z = C64::new(p, 0.0);
        }
        self.rest
            .process_with_scratch(spectrum, &mut work.real, &mut work.scratch)
            .expect("lengths come from the plan");
        let count = power.len();
        power.copy_from_slice(&work.real[..count]);
    }
}

for_each_isa! {
    /// Even frequencies to the front of `power`; odd ones to `odd` in Makhoul's order:
    /// every second from the front, the others from the back.
    fn split(power: &mut [f64], odd: &mut [f64]) {
        let quarter = odd.len();
        let (front, back) = odd.split_at_mut(quarter / 2);
        let (fours, _) = power.as_chunks::<4>();
        for ((a, b), p) in front.iter_mut().zip(back.iter_mut().rev()).zip(fours) {
            *a = p[1];
            *b = p[3];
        }
        // In blocks through a small array, so that the compiler sees no overlap.
        let mut f = 0;
        while f + 16 <= quarter {
            let mut even = [0.0; 16];
            for (to, pair) in even.iter_mut().zip(power[2 * f..2 * f + 32].as_chunks::<2>().0) {
                *to = pair[0];
            }
            power[f..f + 16].copy_from_slice(&even);
            f += 16;
        }
        for f in f..=quarter {
            power[f] = power[2 * f];
        }
    }
}

for_each_isa! {
    /// The cosine transform from the real transform of the reordered values.
    fn turn(spectrum: &[C64], twiddles: &[C64], lags: &mut [f64]) {
        let half = lags.len() / 2;
        let (low, high) = lags.split_at_mut(half);
        for ((lag, z), t) in low.iter_mut().zip(spectrum).zip(twiddles) {
            *lag = z.re * t.re - z.im * t.im;
        }
        for ((lag, z), t) in high.iter_mut().rev().zip(&spectrum[1..]).zip(&twiddles[1..]) {
            *lag = -(z.re * t.im + z.im * t.re);
        }
        low[0] = 2.0 * spectrum[0].re;
    }
}

for_each_isa! {
    /// `r[k] = even[k] + odd[k]`, `r[2 quarter - k] = even[k] - odd[k]`, in place: the even
    /// lags stand in `[0, quarter]`, the odd ones behind them.
    fn combine(values: &mut [f64], quarter: usize) {
        // Lag `quarter - 1 - i` of the odd part lies where the mirror of lag `i` goes: the
        // two are read and written together, from both ends.
        let (even, odd) = values.split_at_mut(quarter + 1);
        let half = quarter / 2;
        let (even_low, even_high) = even[..quarter].split_at_mut(half);
        let (odd_low, odd_high) = odd.split_at_mut(half);
        let ends = odd_low.iter_mut().zip(odd_high.iter_mut().rev());
        let both = even_low.iter_mut().zip(even_high.iter_mut().rev());
        for ((low, high), (e_low, e_high)) in ends.zip(both) {
            let (a, b) = (*low, *high);
            let (c, d) = (*e_low, *e_high);
            *e_low = c + a;
            *e_high = d + b;
            *high = c - a;
            *low = d - b;
        }
    }
}
