//! Autocovariances at few lags, by need: most sums end after some dozens of lags.
//!
//! Sums are direct at first, sixteen lags at a time, and by one Fourier transform where more are
//! wanted. A sequence is written out from its runs when it is its turn: one at a time fits a cache.

use super::runs::Runs;
use crate::mcmc::real;
use native::fft::Planner;
use native::for_each_isa;
use std::cell::RefCell;

/// Mean autocovariances of several sequences, divided by the number of draws.
pub(super) trait Covariances {
    /// At a lag below the number of draws.
    fn at(&mut self, lag: usize) -> f64;
}

/// Fourier transforms, planned once: their factors cost more than a transform does.
#[derive(Default)]
pub struct Transforms(RefCell<Planner>);

/// Beyond so many lags a transform is cheaper; and from `EARLY` on where correlations are still
/// above `SLOW`, as they will not end before.
const DIRECT: usize = 96;
pub(super) const EARLY: usize = 48;
pub(super) const SLOW: f64 = 0.2;
/// A transform gives this part of all lags at first: it need not be longer than draws and lags.
const FIRST_PART: usize = 3;
const LANES: usize = 16;
/// Lags of one go beyond the first, which is often enough: sequences are written out for each.
const AT_ONCE: usize = 2;

pub(super) struct Values<'a> {
    runs: &'a Runs,
    values: &'a [f64],
    /// What each sequence's values lose beside the first of all, and the factor of what is left.
    centres: Vec<(f64, f64)>,
    /// Sequences that count.
    kept: usize,
    known: Vec<f64>,
    direct: usize,
    transforms: &'a Transforms,
}

impl<'a> Values<'a> {
    /// Of one value a run, each less its sequence's mean.
    pub(super) fn new(runs: &'a Runs, values: &'a [f64], transforms: &'a Transforms) -> Self {
        let means = runs.moments(values).into_iter();
        let centres = means.map(|(mean, _)| (mean, 1.0)).collect();
        Self::centred(runs, values, centres, transforms)
    }

    /// The same over the sequence's deviation as well; sequences that do not move are left out.
    pub(super) fn scaled(runs: &'a Runs, values: &'a [f64], transforms: &'a Transforms) -> Self {
        let moments = runs.moments(values).into_iter().zip(runs.each_sequence());
        let factor = |((mean, square), own): ((f64, f64), std::ops::Range<usize>)| {
            let deviation = (square / real(runs.length)).sqrt();
            let moves = own.len() > 1 && deviation > 0.0;
            (mean, if moves { 1.0 / deviation } else { 0.0 })
        };
        Self::centred(runs, values, moments.map(factor).collect(), transforms)
    }

    fn centred(
        runs: &'a Runs,
        values: &'a [f64],
        centres: Vec<(f64, f64)>,
        transforms: &'a Transforms,
    ) -> Self {
        Self {
            runs,
            values,
            kept: centres.iter().filter(|(_, factor)| *factor > 0.0).count(),
            centres,
            known: Vec::new(),
            direct: DIRECT,
            transforms,
        }
    }

    /// Write out every sequence in turn to the front of `out`, and hand it to `visit`.
    fn each(&self, out: &mut [f64], mut visit: impl FnMut(&mut [f64])) {
        for (own, (mean, factor)) in self.runs.each_sequence().zip(&self.centres) {
            if *factor > 0.0 {
                let value = |run: usize| (self.values[run] - self.values[0] - mean) * factor;
                self.runs.expand(own, value, out);
                visit(out);
            }
        }
    }

    fn divisor(&self) -> f64 {
        real(self.kept * self.runs.length)
    }

    fn extend(&mut self) {
        let (first, draws) = (self.known.len(), self.runs.length);
        let mut sums = vec![[0.0; LANES]; if first == 0 { 1 } else { AT_ONCE }];
        // Zeros behind the draws: every sum is as long as the first.
        let mut out = vec![0.0; draws + first + sums.len() * LANES];
        self.each(&mut out, |chain| {
            chain[draws..].fill(0.0);
            for (block, sums) in sums.iter_mut().enumerate() {
                products(chain, draws, first + block * LANES, sums);
            }
        });
        let divisor = self.divisor();
        let fresh = sums.iter().flatten().map(|sum| sum / divisor);
        self.known.extend(fresh.take(draws - first));
    }

    /// All lags below `lags`.
    fn transform(&mut self, lags: usize) {
        let draws = self.runs.length;
        let size = good_size(draws + lags);
        let mut planner = self.transforms.0.borrow_mut();
        let forward = planner.real_forward(size);
        let backward = planner.real_inverse(size);
        drop(planner);
        let (mut input, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        let mut power = spectrum.clone();
        let mut failed = false;
        self.each(&mut input, |chain| {
            chain[draws..].fill(0.0); // a transform leaves its input in disorder
            failed |= forward.process(chain, &mut spectrum).is_err();
            for (sum, term) in power.iter_mut().zip(&spectrum) {
                sum.re += term.norm_sqr();
            }
        });
        if failed || backward.process(&mut power, &mut input).is_err() {
            return; // lengths are the planner's own
        }
        let divisor = self.divisor() * real(size);
        self.known.clear();
        self.known
            .extend(input[..lags].iter().map(|sum| sum / divisor));
    }

    /// By transform from the start: that lag and those below it, and perhaps more.
    pub(super) fn up_to(mut self, lag: usize) -> Vec<f64> {
        self.direct = 0;
        self.at(lag);
        self.known
    }
}

impl Covariances for Values<'_> {
    fn at(&mut self, lag: usize) -> f64 {
        while lag >= self.known.len() {
            let slow = self.known.len() >= EARLY && self.direct == DIRECT && {
                let last = self.known[self.known.len() - 1];
                last > SLOW * self.known[0]
            };
            if self.known.len() < self.direct && !slow {
                self.extend();
            } else {
                let (before, draws) = (self.known.len(), self.runs.length);
                let part = draws.div_ceil(FIRST_PART);
                self.direct = 0;
                self.transform(if lag < part { part } else { draws });
                if self.known.len() == before {
                    self.direct = usize::MAX; // should a transform fail, sums go on
                }
            }
        }
        self.known[lag]
    }
}

for_each_isa! {
    for FUSED
    /// Add to `sums` the products of draws at the lags from `first` on.
    fn products(chain: &[f64], draws: usize, first: usize, sums: &mut [f64; LANES]) {
        let mut part = [0.0; LANES];
        for (value, window) in chain[..draws].iter().zip(chain[first..].windows(LANES)) {
            for lane in 0..LANES {
                part[lane] = if FUSED {
                    value.mul_add(window[lane], part[lane])
                } else {
                    part[lane] + value * window[lane]
                };
            }
        }
        for (sum, part) in sums.iter_mut().zip(part) {
            *sum += part;
        }
    }
}

/// The least number from `least` on without prime factors above 5.
fn good_size(least: usize) -> usize {
    let smooth = |mut size: usize| {
        for prime in [2, 3, 5] {
            while size.is_multiple_of(prime) {
                size /= prime;
            }
        }
        size == 1
    };
    (least.max(2)..)
        .find(|size| size % 2 == 0 && smooth(*size))
        .unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::super::column::Column;
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn sums_and_transforms_agree() {
        let transforms = Transforms::default();
        for draws in [5, 15, 16, 17, 64, 301] {
            let mut values = vec![0.0; 3 * draws];
            Stream::new(1, 0, 0).normals(&mut values);
            values.iter_mut().for_each(|v| *v = (2.0 * *v).round());
            let (runs, by_run, _) = Runs::of(&Column::new(&values, 3, 1, 0), false);
            let mut sums = Values::new(&runs, &by_run, &transforms);
            sums.direct = usize::MAX;
            let transformed = Values::new(&runs, &by_run, &transforms).up_to(draws - 1);
            let few = Values::new(&runs, &by_run, &transforms).up_to(1);
            assert!(few.len() < draws);
            for lag in 0..draws {
                let mut expected = 0.0;
                for chain in values.chunks_exact(draws) {
                    let mean = chain.iter().sum::<f64>() / real(draws);
                    let pairs = chain.iter().zip(&chain[lag..]);
                    expected += pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
                }
                expected /= real(values.len());
                assert!((sums.at(lag) - expected).abs() < 1e-13, "{draws} {lag}");
                assert!((transformed[lag] - expected).abs() < 1e-13, "{draws} {lag}");
                let part = few.get(lag).unwrap_or(&transformed[lag]);
                assert!((part - expected).abs() < 1e-13, "{draws} {lag}");
            }
        }
    }

    #[test]
    fn what_stands_still_is_left_out() {
        let transforms = Transforms::default();
        let values = [1.0, 3.0, 5.0, 3.0, 7.0, 7.0, 7.0, 7.0];
        let (runs, by_run, _) = Runs::of(&Column::new(&values, 2, 1, 0), false);
        let mut found = Values::scaled(&runs, &by_run, &transforms);
        assert!((found.at(0) - 1.0).abs() < 1e-15);
        assert!((found.at(1) - 0.0).abs() < 1e-15);
    }

    #[test]
    fn sizes_are_smooth_and_even() {
        assert_eq!([2, 7, 11, 9000].map(good_size), [2, 8, 12, 9000]);
    }
}
