//! Tables of counts with given margins, as permutations make them, drawn without a permutation.
//!
//! Where one variable is permuted, its counts in the groups of the others are a random table whose
//! row and column sums are fixed: row by row, cell by cell, hypergeometric numbers of what is left
//! (Patefield, Appl. Statist. 30, 1981). That costs a draw for each cell, not a step for each
//! observation. A draw is by ratio of uniforms (Stadlober, J. Comput. Appl. Math. 31, 1990).

use crate::objective::special::ln_gamma;
use crate::rng::Stream;

/// Steps of a shuffle that take as long as a draw.
const DRAW: usize = 32;
/// Logarithms of factorials made in advance.
const KNOWN: usize = 1024;

/// The margins of a table: where each row begins and its sum, and the sums of columns.
#[derive(Debug)]
pub struct Margins {
    rows: Vec<(usize, u32)>,
    columns: Vec<u32>,
    log_factorials: Vec<f64>,
}

impl Margins {
    /// Of a table with rows of `columns.len()` cells that begin at `starts`, one for each
    /// observation; `None` where a shuffle takes less time.
    pub fn of(starts: &[u32], columns: Vec<u32>, cells: usize) -> Option<Self> {
        let mut sums = vec![0; cells / columns.len()];
        for start in starts {
            sums[*start as usize / columns.len()] += 1;
        }
        let rows: Vec<(usize, u32)> = (0..)
            .step_by(columns.len())
            .zip(sums)
            .filter(|(_, sum)| *sum > 0)
            .collect();
        let free = columns.iter().filter(|sum| **sum > 0).count() - 1;
        if DRAW * free * rows.len() >= starts.len() {
            return None;
        }
        let known = KNOWN.min(starts.len() + 1);
        let log_factorials = (0..known).map(|k| ln_gamma(k as f64 + 1.0)).collect();
        Some(Self {
            rows,
            columns,
            log_factorials,
        })
    }

    /// Draw a table into `counts`, which begins with zeros; `left` is memory to work in.
    pub fn draw(&self, stream: &mut Stream, left: &mut Vec<u32>, counts: &mut [u32]) {
        left.clear();
        left.extend_from_slice(&self.columns);
        let mut all: u32 = left.iter().sum();
        for (start, sum) in &self.rows {
            let (mut missing, mut others) = (*sum, all);
            for (cell, left) in counts[*start..].iter_mut().zip(left.iter_mut()) {
                others -= *left;
                *cell = self.hypergeometric(stream, *left, others, missing);
                *left -= *cell;
                missing -= *cell;
            }
            all -= sum;
        }
    }

    /// How many of `drawn` are of the first kind, of `first` of it and `second` others.
    fn hypergeometric(&self, stream: &mut Stream, first: u32, second: u32, drawn: u32) -> u32 {
        let (least, most) = (drawn.saturating_sub(second), drawn.min(first));
        if least == most {
            return least;
        }
        let [k, m, n] = [first, drawn, first + second].map(f64::from);
        let mean = m * k / n;
        let deviation = (mean * (n - k) / n * (n - m) / (n - 1.0) + 0.5).sqrt();
        let weight = |x: u32| {
            let log = |count: u32| self.log_factorial(count);
            log(x) + log(first - x) + log(drawn - x) + log(second + x - drawn)
        };
        let mode = ((m + 1.0) * (k + 1.0) / (n + 2.0)) as u32;
        let highest = weight(mode);
        loop {
            let (u, v) = (stream.uniform(), stream.uniform());
            let x = (mean + 0.5 + (WIDTH * deviation + MORE) * (v - 0.5) / u).floor();
            if !(f64::from(least)..=f64::from(most)).contains(&x) {
                continue;
            }
            let x = x as u32;
            if 2.0 * u.ln() <= highest - weight(x) {
                return x;
            }
        }
    }

    fn log_factorial(&self, count: u32) -> f64 {
        match self.log_factorials.get(count as usize) {
            Some(log) => *log,
            None => {
                // Stirling's series: the next term is below 1e-18.
                let x = f64::from(count);
                let inverse = 1.0 / x;
                let tail = inverse * (1.0 / 12.0 - inverse * inverse / 360.0);
                (x + 0.5) * x.ln() - x + HALF_LOG_TAU + tail
            }
        }
    }
}

/// `ln(2 pi) / 2`.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;
/// `2 sqrt(2 / e)` and `3 - 2 sqrt(3 / e)`: of the hat over every such distribution.
const WIDTH: f64 = 1.715_527_769_921_413_5;
const MORE: f64 = 0.898_916_162_058_898_8;
