//! What every kind of differential evolution shares: population, trials, selection.
//!
//! A generation makes one trial for every individual. Its random numbers are drawn as one block of
//! uniforms, a row an individual; a row begins with what the strategy wants, then `d` for the
//! crossover, and with [`Boundary::Resample`] another `d` for coordinates drawn anew.
//!
//! Source: Storn and Price, J. Global Optimization 11 (1997).

use super::bounds::{Boundary, repaired, whole};
use super::search::{Budget, Merit, Reason, Record, Search, spread};
use crate::rng::Stream;

/// Of the random numbers of a run.
const PURPOSE: u32 = 0x4445;
/// Individuals whose random numbers are drawn together.
const BLOCK: usize = 32;

/// Individuals and their merits.
#[derive(Debug, Clone)]
pub struct Population {
    /// Coordinates of an individual.
    pub dimension: usize,
    /// One individual after the other.
    pub points: Vec<f64>,
    /// Their merits.
    pub merits: Vec<Merit>,
    /// The index of the best.
    pub leader: usize,
}

impl Population {
    /// Individuals.
    pub fn size(&self) -> usize {
        self.merits.len()
    }

    /// The coordinates of one.
    #[inline]
    pub fn point(&self, i: usize) -> &[f64] {
        &self.points[i * self.dimension..(i + 1) * self.dimension]
    }

    fn find_leader(&mut self) {
        self.leader = 0;
        for i in 1..self.size() {
            if self.merits[i].precedes(self.merits[self.leader]) {
                self.leader = i;
            }
        }
    }
}

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

/// Bounds, kinds of coordinates, and when a population has converged.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
    /// Which coordinates are whole numbers.
    pub integral: Vec<bool>,
    /// What becomes of a coordinate outside.
    pub boundary: Boundary,
    /// Stop where worst - best is at most
    /// `absolute_tolerance min(1, spread) + tolerance min(|best|, spread)`; see
    /// [`search::spread`](super::search::spread).
    pub tolerance: f64,
    /// The same.
    pub absolute_tolerance: f64,
}

impl Setting {
    /// Bring a trial into its bounds and to whole numbers.
    fn repair(&self, trial: &mut [f64], parent: &[f64], again: &[f64]) {
        for (j, x) in trial.iter_mut().enumerate() {
            let (lower, upper) = (self.lower[j], self.upper[j]);
            // Also true of NaN, which infinite differences make.
            if !(lower <= *x && *x <= upper) {
                let uniform = again.get(j).copied().unwrap_or(0.0);
                *x = repaired(self.boundary, *x, (lower, upper), parent[j], uniform);
            }
            if self.integral[j] {
                *x = whole(*x, lower, upper);
            }
        }
    }
}

/// A population and its strategy.
pub struct Evolution {
    population: Population,
    strategy: Box<dyn Strategy>,
    setting: Setting,
    draws: Stream,
    rows: Vec<f64>,
    /// Of the first generation's values.
    spread: f64,
    record: Record,
}

impl Evolution {
    /// The individuals of `points` are the first generation.
    pub fn new(
        points: &[f64],
        strategy: Box<dyn Strategy>,
        setting: Setting,
        budget: Budget,
        (seed, stream): (u64, u32),
    ) -> Self {
        let dimension = setting.lower.len();
        let size = points.len() / dimension;
        Self {
            population: Population {
                dimension,
                points: points.to_vec(),
                merits: vec![Merit::WORST; size],
                leader: 0,
            },
            strategy,
            setting,
            draws: Stream::new(seed, stream, PURPOSE),
            rows: Vec::new(),
            spread: f64::INFINITY,
            record: Record::new(dimension, size, budget, &[("worst", 1)]),
        }
    }

    /// The individuals as they are now.
    pub fn population(&self) -> &Population {
        &self.population
    }
}

impl Search for Evolution {
    fn dimension(&self) -> usize {
        self.population.dimension
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn next_size(&self) -> usize {
        self.population.size()
    }

    fn ask(&mut self, points: &mut Vec<f64>) {
        points.clear();
        points.extend_from_slice(&self.population.points);
        if self.record.evaluations == 0 {
            return;
        }
        let (size, d) = (self.population.size(), self.population.dimension);
        self.strategy.prepare(&self.population, &mut self.draws);
        let own = self.strategy.n_uniforms();
        let fresh = self.setting.boundary == Boundary::Resample;
        let width = own + if fresh { 2 * d } else { d };
        self.rows.resize(size.min(BLOCK) * width, 0.0);
        for (block, trials) in points.chunks_mut(BLOCK * d).enumerate() {
            let rows = &mut self.rows[..trials.len() / d * width];
            self.draws.uniforms(rows);
            for (k, (row, trial)) in rows
                .chunks_exact(width)
                .zip(trials.chunks_exact_mut(d))
                .enumerate()
            {
                let i = block * BLOCK + k;
                let (uniforms, rest) = row.split_at(own);
                let (crossover, again) = rest.split_at(d);
                let crossing = self.strategy.mutant(&self.population, i, uniforms, trial);
                let parent = self.population.point(i);
                for (j, x) in trial.iter_mut().enumerate() {
                    if crossover[j] >= crossing.rate && j != crossing.j_rand {
                        *x = parent[j];
                    }
                }
                self.setting.repair(trial, parent, again);
            }
        }
    }

    fn learn(&mut self, points: &[f64], merits: &[Merit]) -> Option<Reason> {
        let d = self.population.dimension;
        if self.record.evaluations == merits.len() as u64 {
            self.population.points.copy_from_slice(points);
            self.population.merits.copy_from_slice(merits);
            self.spread = spread(merits.iter().map(|m| m.value));
        } else {
            for (i, (&new, point)) in merits.iter().zip(points.chunks_exact(d)).enumerate() {
                let old = self.population.merits[i];
                if old.precedes(new) {
                    continue;
                }
                let improvement = if new.precedes(old) {
                    gain(old, new)
                } else {
                    0.0
                };
                self.strategy.accepted(&self.population, i, improvement);
                self.population.points[i * d..(i + 1) * d].copy_from_slice(point);
                self.population.merits[i] = new;
            }
            self.record.iterations += 1;
            let record = &self.record;
            let iterations = record.iterations as f64 / record.budget.max_iterations as f64;
            let evaluations = record.evaluations as f64 / record.budget.max_evaluations as f64;
            let used = iterations.max(evaluations).min(1.0);
            self.strategy
                .close(&mut self.population, used, &mut self.draws);
        }
        self.population.find_leader();
        let merits = &self.population.merits;
        let worst = merits.iter().fold(f64::NEG_INFINITY, |w, m| w.max(m.value));
        self.record.note(0, &[worst]);
        let best = merits[self.population.leader].value;
        let level = self.setting.absolute_tolerance * self.spread.min(1.0)
            + self.setting.tolerance * self.spread.min(best.abs());
        let feasible = merits.iter().all(|m| m.violation == 0.0);
        let searched = self.record.iterations > 0;
        (searched && feasible && worst.is_finite() && worst - best <= level)
            .then_some(Reason::Converged)
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
