//! When CMA-ES has nothing more to find: bounds, and the values of the last generations.
//!
//! Section B.3 of Hansen's tutorial. The bound on the condition number is on the eigenvalues of
//! `C`; their roots, the axis lengths, then differ by 1e7.

use super::search::{Reason, spread};

/// The worst condition number of `C`.
pub const MAX_CONDITION: f64 = 1e14;
/// The longest axis in first step sizes.
pub const MAX_AXIS: f64 = 1e4;
/// Of a value: what the sum of a log-likelihood loses.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// Generations that stagnation looks back.
const MAX_SPAN: usize = 20_000;
/// Generations between two looks.
const EVERY: u64 = 20;

/// Best and median values of the generations.
#[derive(Debug, Clone)]
pub struct Ranges {
    window: usize,
    track: usize,
    best: Vec<f64>,
    median: Vec<f64>,
    /// Of the first generation's values, or 1 where that is less: the unit of the tolerance.
    unit: f64,
}

impl Ranges {
    /// Nothing so far.
    pub fn new(dimension: usize, size: usize) -> Self {
        let generations = (30 * dimension).div_ceil(size);
        Self {
            window: 10 + generations,
            track: 120 + generations,
            best: Vec::new(),
            median: Vec::new(),
            unit: 1.0,
        }
    }

    /// The values of the first generation.
    pub fn begin(&mut self, values: impl Iterator<Item = f64>) {
        self.unit = spread(values).min(1.0);
    }

    /// Best, median and worst value of a generation; the reason to stop, if any.
    pub fn note(
        &mut self,
        [best, median, worst]: [f64; 3],
        tolerance: f64,
        generation: u64,
    ) -> Option<Reason> {
        self.best.push(best);
        self.median.push(median);
        // Beside a large constant values differ by rounding at least.
        let tolerance = match tolerance * self.unit {
            least if least > 0.0 => least.max(ROUNDING * best.abs()),
            none => none,
        };
        if self.best.len() >= self.window && worst - best <= tolerance {
            let recent = &self.best[self.best.len() - self.window..];
            let least = recent.iter().copied().fold(f64::INFINITY, f64::min);
            let most = recent.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // Where all are infinite the difference is none, and the run goes on looking.
            if most - least <= tolerance {
                return Some(Reason::FunctionTolerance);
            }
        }
        if !generation.is_multiple_of(EVERY) || generation < self.track as u64 {
            return None;
        }
        let span = self.track.max((generation as usize / 5).min(MAX_SPAN));
        let part = 3 * span / 10;
        let still = |history: &[f64]| {
            let window = &history[history.len().saturating_sub(span)..];
            let part = part.min(window.len());
            upper_median(&window[window.len() - part..]) >= upper_median(&window[..part])
        };
        (still(&self.best) && still(&self.median)).then_some(Reason::Stagnation)
    }
}

/// The middle number, of two the larger.
fn upper_median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    let middle = sorted.len() / 2;
    *sorted.select_nth_unstable_by(middle, f64::total_cmp).1
}
