//! Autocovariances at few lags, by need: most sums end after some dozens of lags.
//!
//! Sums are direct at first, eight lags at a time, and by one Fourier transform where more are
//! wanted. Of events (true or false) they are counts of bits: sixty-four products an instruction.

use crate::mcmc::real;
use realfft::RealFftPlanner;

/// Mean autocovariances of several chains, divided by the number of draws.
pub(super) trait Covariances {
    /// At a lag below the number of draws.
    fn at(&mut self, lag: usize) -> f64;
}

/// Beyond so many lags a transform is cheaper.
const DIRECT: usize = 96;
const DIRECT_EVENTS: usize = 2048;
const LANES: usize = 8;

/// Of numbers.
pub(super) struct Values {
    centred: Vec<f64>,
    draws: usize,
    known: Vec<f64>,
    direct: usize,
}

impl Values {
    /// Of chains of `draws` values, each less its mean; with `scaled`, over its deviation as well
    /// (chains that do not move are left out).
    pub(super) fn new(mut values: Vec<f64>, draws: usize, scaled: bool) -> Self {
        if scaled {
            let moves = |chain: &[f64]| chain.iter().any(|v| *v != chain[0]);
            let moving = values.chunks_exact(draws).filter(|chain| moves(chain));
            values = moving.flatten().copied().collect();
        }
        for chain in values.chunks_exact_mut(draws) {
            let mean = super::ratio::mean(chain);
            chain.iter_mut().for_each(|v| *v -= mean);
            if scaled {
                let square: f64 = chain.iter().map(|v| v * v).sum();
                let deviation = (square / real(draws)).sqrt();
                chain.iter_mut().for_each(|v| *v /= deviation);
            }
        }
        Self {
            centred: values,
            draws,
            known: Vec::new(),
            direct: DIRECT,
        }
    }

    /// The centred values, for another use of their memory.
    pub(super) fn into_centred(self) -> Vec<f64> {
        self.centred
    }

    /// The next eight lags.
    fn extend(&mut self) {
        let first = self.known.len();
        let mut sums = [0.0; LANES];
        for chain in self.centred.chunks_exact(self.draws) {
            let whole = self.draws.saturating_sub(first + LANES - 1);
            let mut part = [0.0; LANES];
            for (value, window) in chain[..whole].iter().zip(chain[first..].windows(LANES)) {
                for lane in 0..LANES {
                    part[lane] += value * window[lane];
                }
            }
            for (lane, sum) in part.iter_mut().enumerate() {
                for at in whole..self.draws.saturating_sub(first + lane) {
                    *sum += chain[at] * chain[at + first + lane];
                }
            }
            for (sum, part) in sums.iter_mut().zip(part) {
                *sum += part;
            }
        }
        let divisor = real(self.centred.len());
        let fresh = sums.iter().map(|sum| sum / divisor);
        self.known.extend(fresh.take(self.draws - first));
    }

    /// All lags.
    fn transform(&mut self) {
        let size = good_size(2 * self.draws);
        let mut planner = RealFftPlanner::<f64>::new();
        let forward = planner.plan_fft_forward(size);
        let backward = planner.plan_fft_inverse(size);
        let (mut input, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        let mut power = spectrum.clone();
        for chain in self.centred.chunks_exact(self.draws) {
            input.fill(0.0);
            input[..self.draws].copy_from_slice(chain);
            if forward.process(&mut input, &mut spectrum).is_err() {
                return; // lengths are the planner's own
            }
            for (sum, term) in power.iter_mut().zip(&spectrum) {
                sum.re += term.norm_sqr();
            }
        }
        if backward.process(&mut power, &mut input).is_err() {
            return;
        }
        let divisor = real(self.centred.len()) * real(size);
        self.known.clear();
        self.known
            .extend(input[..self.draws].iter().map(|sum| sum / divisor));
    }
}

impl Covariances for Values {
    fn at(&mut self, lag: usize) -> f64 {
        while lag >= self.known.len() {
            if self.known.len() < self.direct {
                self.extend();
            } else {
                self.direct = usize::MAX; // should a transform fail, sums go on
                self.transform();
            }
        }
        self.known[lag]
    }
}

/// Of events: chains of bits.
pub(super) struct Events {
    /// Chains of words, each followed by a word of zeros.
    words: Vec<u64>,
    draws: usize,
    /// The same as numbers, once so many lags are wanted.
    values: Option<Values>,
}

impl Events {
    /// Of `chains` chains, one after the other.
    pub(super) fn new(events: impl Iterator<Item = bool>, draws: usize, chains: usize) -> Self {
        let width = draws.div_ceil(64) + 1;
        let mut words = vec![0; width * chains];
        for (number, _) in events.enumerate().filter(|(_, event)| *event) {
            let (chain, at) = (number / draws, number % draws);
            words[chain * width + at / 64] |= 1 << (at % 64);
        }
        Self {
            words,
            draws,
            values: None,
        }
    }

    fn chain_words(&self) -> usize {
        self.draws.div_ceil(64) + 1
    }

    fn count(words: &[u64]) -> usize {
        words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Events of each chain.
    pub(super) fn counts(&self) -> Vec<usize> {
        self.words
            .chunks_exact(self.chain_words())
            .map(Self::count)
            .collect()
    }

    /// Events among the first `length` draws of a chain.
    fn leading(words: &[u64], length: usize) -> usize {
        let rest = words[length / 64] & ((1 << (length % 64)) - 1);
        Self::count(&words[..length / 64]) + rest.count_ones() as usize
    }

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

    fn as_values(&self) -> Values {
        let chains = self.words.chunks_exact(self.chain_words());
        let bit = |words: &[u64], t: usize| u8::from(words[t / 64] >> (t % 64) & 1 == 1);
        let values: Vec<f64> = chains
            .flat_map(|words| (0..self.draws).map(|t| f64::from(bit(words, t))))
            .collect();
        let mut found = Values::new(values, self.draws, false);
        found.direct = 0;
        found
    }
}

impl Covariances for Events {
    fn at(&mut self, lag: usize) -> f64 {
        if let Some(values) = &mut self.values {
            return values.at(lag);
        }
        if lag >= DIRECT_EVENTS {
            let mut values = self.as_values();
            let found = values.at(lag);
            self.values = Some(values);
            return found;
        }
        let (n, width) = (self.draws, self.chain_words());
        let mut sum = 0.0;
        for words in self.words.chunks_exact(width) {
            let whole = Self::count(words);
            let mean = real(whole) / real(n);
            let early = Self::leading(words, n - lag);
            let late = whole - Self::leading(words, lag);
            sum += real(Self::pairs(words, lag)) - mean * real(early + late)
                + real(n - lag) * mean * mean;
        }
        sum / real(n * (self.words.len() / width))
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
    use super::*;
    use crate::rng::Stream;

    fn naive(values: &[f64], draws: usize, lag: usize) -> f64 {
        let mut sum = 0.0;
        for chain in values.chunks_exact(draws) {
            let mean = chain.iter().sum::<f64>() / real(draws);
            let pairs = chain.iter().zip(&chain[lag..]);
            sum += pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
        }
        sum / real(values.len())
    }

    #[test]
    fn sums_transforms_and_bits_agree() {
        for draws in [5, 63, 64, 65, 200, 301] {
            let mut values = vec![0.0; 3 * draws];
            Stream::new(1, 0, 0).normals(&mut values);
            let events: Vec<f64> = values
                .iter()
                .map(|v| f64::from(u8::from(*v > 0.4)))
                .collect();
            let mut lags = Values::new(values.clone(), draws, false);
            let mut bits = Events::new(values.iter().map(|v| *v > 0.4), draws, 3);
            let mut numbers = bits.as_values();
            for lag in 0..draws {
                let expected = naive(&values, draws, lag);
                assert!((lags.at(lag) - expected).abs() < 1e-13, "{draws} {lag}");
                let expected = naive(&events, draws, lag);
                assert!((bits.at(lag) - expected).abs() < 1e-13, "{draws} {lag}");
                assert!((numbers.at(lag) - expected).abs() < 1e-13, "{draws} {lag}");
            }
        }
    }

    #[test]
    fn sizes_are_smooth_and_even() {
        assert_eq!([2, 7, 11, 9000].map(good_size), [2, 8, 12, 9000]);
    }
}
