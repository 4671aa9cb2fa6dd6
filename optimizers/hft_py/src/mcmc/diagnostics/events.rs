//! Autocovariances of events: counts of bits, sixty-four products an instruction.

use super::autocovariance::{Covariances, EARLY, SLOW, Transforms, Values};
use super::runs::Runs;
use crate::mcmc::real;

/// Beyond so many lags a transform is cheaper.
const DIRECT: usize = 512;

pub(super) struct Events<'a> {
    runs: &'a Runs,
    /// Sequences of words, each followed by a word of zeros.
    words: Vec<u64>,
    counts: Vec<usize>,
    /// What was found last, over what was found at lag 0.
    zero: f64,
    last: f64,
    /// Lags by transform, once so many are wanted.
    known: Vec<f64>,
    transforms: &'a Transforms,
}

impl<'a> Events<'a> {
    /// Of runs that happen.
    pub(super) fn new(
        runs: &'a Runs,
        happening: impl Iterator<Item = usize>,
        transforms: &'a Transforms,
    ) -> Self {
        let width = runs.length.div_ceil(64) + 1;
        let mut words = vec![0; width * runs.sequences()];
        for run in happening {
            let range = runs.range(run);
            let (sequence, first) = (range.start / runs.length, range.start % runs.length);
            let own = &mut words[sequence * width..(sequence + 1) * width];
            set(own, first, first + range.len());
        }
        Self {
            counts: words.chunks_exact(width).map(count).collect(),
            runs,
            words,
            zero: f64::NAN,
            last: f64::NAN,
            known: Vec::new(),
            transforms,
        }
    }

    pub(super) fn counts(&self) -> &[usize] {
        &self.counts
    }

    fn width(&self) -> usize {
        self.runs.length.div_ceil(64) + 1
    }

    /// Whether each run happens, as a number.
    fn values(&self) -> Vec<f64> {
        let bit = |run: usize| {
            let first = self.runs.range(run).start;
            let (sequence, at) = (first / self.runs.length, first % self.runs.length);
            self.words[sequence * self.width() + at / 64] >> (at % 64) & 1 == 1
        };
        let runs = 0..self.runs.len();
        runs.map(|run| f64::from(u8::from(bit(run)))).collect()
    }
}

impl Covariances for Events<'_> {
    fn at(&mut self, lag: usize) -> f64 {
        if let Some(found) = self.known.get(lag) {
            return *found;
        }
        let slow = lag >= EARLY && self.last > SLOW * self.zero;
        if slow || lag >= DIRECT || !self.known.is_empty() {
            self.known = Values::new(self.runs, &self.values(), self.transforms).up_to(lag);
            return self.known[lag];
        }
        let n = self.runs.length;
        let mut sum = 0.0;
        let sequences = self.words.chunks_exact(self.width());
        for (words, whole) in sequences.zip(&self.counts) {
            let mean = real(*whole) / real(n);
            let early = whole - between(words, n - lag, n);
            let late = whole - between(words, 0, lag);
            sum +=
                real(pairs(words, lag)) - mean * real(early + late) + real(n - lag) * mean * mean;
        }
        self.last = sum / real(n * self.counts.len());
        if lag == 0 {
            self.zero = self.last;
        }
        self.last
    }
}

/// The bits of one word from `first` to before `last`.
#[inline]
fn mask(first: usize, last: usize) -> u64 {
    if first < last {
        (u64::MAX >> (64 - (last - first))) << first
    } else {
        0
    }
}

fn set(words: &mut [u64], first: usize, last: usize) {
    let touched = first / 64..last.div_ceil(64);
    for (index, word) in touched.clone().zip(&mut words[touched]) {
        let start = index * 64;
        *word |= mask(first.max(start) - start, last.min(start + 64) - start);
    }
}

fn count(words: &[u64]) -> usize {
    words.iter().map(|w| w.count_ones() as usize).sum()
}

/// Events from `first` to before `last`.
fn between(words: &[u64], first: usize, last: usize) -> usize {
    let within = |index: usize| {
        let start = index * 64;
        let bits = mask(first.max(start) - start, last.min(start + 64) - start);
        (words[index] & bits).count_ones() as usize
    };
    (first / 64..last.div_ceil(64)).map(within).sum()
}

/// Events with another one `lag` later.
fn pairs(words: &[u64], lag: usize) -> usize {
    let (skip, shift) = (lag / 64, lag % 64);
    let later = &words[skip..];
    if shift == 0 {
        let both = words.iter().zip(later);
        return both.map(|(a, b)| (a & b).count_ones() as usize).sum();
    }
    let both = words.iter().zip(later.windows(2));
    both.map(|(a, b)| (a & (b[0] >> shift | b[1] << (64 - shift))).count_ones() as usize)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::column::Column;
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn bits_are_numbers() {
        let transforms = Transforms::default();
        for draws in [5, 63, 64, 65, 200, 301] {
            let mut values = vec![0.0; 3 * draws];
            Stream::new(1, 0, 0).normals(&mut values);
            values.iter_mut().for_each(|v| *v = v.round());
            let (runs, by_run, _) = Runs::of(&Column::new(&values, 3, 1, 0), false);
            let happening = || (0..runs.len()).filter(|run| by_run[*run] > 0.4);
            let mut bits = Events::new(&runs, happening(), &transforms);
            let numbers = bits.values();
            let expected: Vec<f64> = by_run
                .iter()
                .map(|v| f64::from(u8::from(*v > 0.4)))
                .collect();
            assert_eq!(numbers, expected);
            let mut lags = Values::new(&runs, &numbers, &transforms);
            for lag in 0..draws {
                assert!((bits.at(lag) - lags.at(lag)).abs() < 1e-13, "{draws} {lag}");
            }
        }
    }

    #[test]
    fn many_lags_are_transformed() {
        let transforms = Transforms::default();
        let values: Vec<f64> = (0..5000).map(|t| f64::from(t / 700 % 2)).collect();
        let (runs, by_run, _) = Runs::of(&Column::new(&values, 1, 1, 0), false);
        let happening = || (0..runs.len()).filter(|run| by_run[*run] > 0.5);
        let (mut few, mut many) = (
            Events::new(&runs, happening(), &transforms),
            Events::new(&runs, happening(), &transforms),
        );
        many.at(DIRECT);
        assert!((few.at(300) - many.at(300)).abs() < 1e-13);
    }
}
