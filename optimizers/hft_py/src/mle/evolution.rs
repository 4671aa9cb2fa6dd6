//! What every kind of differential evolution shares: trials and selection.
//!
//! A generation makes one trial for every individual. Its random numbers are drawn as one block of
//! uniforms, a row an individual; a row begins with what the strategy wants, then `d` for the
//! crossover, and with [`Boundary::Resample`] another `d` for coordinates drawn anew.
//!
//! Source: Storn and Price, J. Global Optimization 11 (1997).

use super::bounds::{Boundary, repaired};
use super::population::{Population, Scheme, Setting};
use super::search::Merit;
use crate::rng::Stream;

/// Individuals whose random numbers are drawn together.
const BLOCK: usize = 32;

/// How crossover goes with a mutant.
#[derive(Debug, Clone, Copy)]
pub struct Crossing {
    /// The probability that a coordinate is the mutant's.
    pub rate: f64,
    /// The coordinate that always is, as Storn and Price call it.
    pub j_rand: usize,
}

/// How a mutant is made, and what is learnt from its success.
pub trait Strategy: Send + Sync {
    /// Uniform numbers it wants for an individual.
    fn n_uniforms(&self) -> usize;
    /// Draw what the whole generation shares.
    fn prepare(&mut self, _population: &Population, _draws: &mut Stream) {}
    /// Put the mutant of individual `i` into `mutant`.
    fn mutant(
        &mut self,
        population: &Population,
        i: usize,
        uniforms: &[f64],
        mutant: &mut [f64],
    ) -> Crossing;
    /// Individual `i` is about to give way to a trial better by `improvement`, or as good (0).
    fn accepted(&mut self, _population: &Population, _i: usize, _improvement: f64) {}
    /// The generation is selected; `used` is the share of the budget.
    fn close(&mut self, _population: &mut Population, _used: f64, _draws: &mut Stream) {}
}

/// Differential evolution by a strategy.
pub struct Evolution {
    strategy: Box<dyn Strategy>,
    boundary: Boundary,
    rows: Vec<f64>,
}

impl Evolution {
    /// `boundary`: what becomes of a coordinate outside.
    pub fn new(strategy: Box<dyn Strategy>, boundary: Boundary) -> Self {
        Self {
            strategy,
            boundary,
            rows: Vec::new(),
        }
    }

    /// Bring a trial into its bounds.
    fn repair(&self, setting: &Setting, trial: &mut [f64], parent: &[f64], again: &[f64]) {
        for (j, x) in trial.iter_mut().enumerate() {
            let (lower, upper) = (setting.lower[j], setting.upper[j]);
            // Also true of NaN, which infinite differences make.
            if !(lower <= *x && *x <= upper) {
                let uniform = again.get(j).copied().unwrap_or(0.0);
                *x = repaired(self.boundary, *x, (lower, upper), parent[j], uniform);
            }
        }
    }
}

impl Scheme for Evolution {
    fn purpose(&self) -> u32 {
        0x4445
    }

    fn trials(
        &mut self,
        population: &Population,
        setting: &Setting,
        draws: &mut Stream,
        points: &mut [f64],
    ) {
        let (size, d) = (population.size(), population.dimension);
        self.strategy.prepare(population, draws);
        let own = self.strategy.n_uniforms();
        let fresh = self.boundary == Boundary::Resample;
        let width = own + if fresh { 2 * d } else { d };
        let mut rows = std::mem::take(&mut self.rows);
        rows.resize(size.min(BLOCK) * width, 0.0);
        for (block, trials) in points.chunks_mut(BLOCK * d).enumerate() {
            let rows = &mut rows[..trials.len() / d * width];
            draws.uniforms(rows);
            for (k, (row, trial)) in rows
                .chunks_exact(width)
                .zip(trials.chunks_exact_mut(d))
                .enumerate()
            {
                let i = block * BLOCK + k;
                let (uniforms, rest) = row.split_at(own);
                let (crossover, again) = rest.split_at(d);
                let crossing = self.strategy.mutant(population, i, uniforms, trial);
                let parent = population.point(i);
                for (j, x) in trial.iter_mut().enumerate() {
                    if crossover[j] >= crossing.rate && j != crossing.j_rand {
                        *x = parent[j];
                    }
                }
                self.repair(setting, trial, parent, again);
                setting.round(trial);
            }
        }
        self.rows = rows;
    }

    fn select(
        &mut self,
        population: &mut Population,
        points: &[f64],
        merits: &[Merit],
        used: f64,
        draws: &mut Stream,
    ) {
        let d = population.dimension;
        for (i, (&new, point)) in merits.iter().zip(points.chunks_exact(d)).enumerate() {
            let old = population.merits[i];
            if old.precedes(new) {
                continue;
            }
            let improvement = if new.precedes(old) {
                gain(old, new)
            } else {
                0.0
            };
            self.strategy.accepted(population, i, improvement);
            population.points[i * d..(i + 1) * d].copy_from_slice(point);
            population.merits[i] = new;
        }
        self.strategy.close(population, used, draws);
    }
}

/// By how much a better trial is better: what weighs its parameters in an adaptation.
fn gain(old: Merit, new: Merit) -> f64 {
    let difference = if old.violation == new.violation {
        old.value - new.value
    } else {
        old.violation - new.violation
    };
    if difference > 0.0 && difference.is_finite() {
        difference
    } else {
        1.0
    }
}
