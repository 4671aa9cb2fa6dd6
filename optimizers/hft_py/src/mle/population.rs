//! What every method with a population shares: bounds, whole numbers, the test of convergence.
//!
//! The first generation is the population as given; every later one is made and selected from by a
//! [`Scheme`].

use super::bounds::whole;
use super::search::{Budget, Merit, Reason, Record, Search, spread};
use crate::rng::Stream;

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

    /// Find the best anew, of equals the first.
    pub fn find_leader(&mut self) {
        self.leader = 0;
        for i in 1..self.size() {
            if self.merits[i].precedes(self.merits[self.leader]) {
                self.leader = i;
            }
        }
    }
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
    /// Stop where worst - best is at most
    /// `absolute_tolerance min(1, spread) + tolerance min(|best|, spread)`; see
    /// [`search::spread`](super::search::spread).
    pub tolerance: f64,
    /// The same.
    pub absolute_tolerance: f64,
}

impl Setting {
    /// Round the whole-number coordinates of a point.
    pub fn round(&self, point: &mut [f64]) {
        for (j, x) in point.iter_mut().enumerate() {
            if self.integral[j] {
                *x = whole(*x, self.lower[j], self.upper[j]);
            }
        }
    }

    /// Values that differ by no more count as equal.
    pub fn level(&self, best: f64, spread: f64) -> f64 {
        self.absolute_tolerance * spread.min(1.0) + self.tolerance * spread.min(best.abs())
    }

    /// A coordinate in widths of the box.
    #[inline]
    pub fn place(&self, j: usize, x: f64) -> f64 {
        (x - self.lower[j]) / (self.upper[j] - self.lower[j])
    }

    /// The coordinate at a place in the box.
    #[inline]
    pub fn coordinate(&self, j: usize, place: f64) -> f64 {
        (self.lower[j] + place * (self.upper[j] - self.lower[j]))
            .max(self.lower[j])
            .min(self.upper[j])
    }
}

/// How a method makes generations.
pub trait Scheme: Send + Sync {
    /// Of the random numbers of a run.
    fn purpose(&self) -> u32;
    /// Draw what it needs before the first generation.
    fn begin(&mut self, _population: &Population, _setting: &Setting, _draws: &mut Stream) {}
    /// Put a generation into `points`, which holds the population's.
    fn trials(
        &mut self,
        population: &Population,
        setting: &Setting,
        draws: &mut Stream,
        points: &mut [f64],
    );
    /// Keep what is good of it; `used` is the share of the budget.
    fn select(
        &mut self,
        population: &mut Population,
        points: &[f64],
        merits: &[Merit],
        used: f64,
        draws: &mut Stream,
    );
}

/// A population and its scheme.
pub struct Generations {
    population: Population,
    scheme: Box<dyn Scheme>,
    setting: Setting,
    draws: Stream,
    /// Of the first generation's values.
    spread: f64,
    record: Record,
}

impl Generations {
    /// The individuals of `points` are the first generation.
    pub fn new(
        points: &[f64],
        mut scheme: Box<dyn Scheme>,
        setting: Setting,
        budget: Budget,
        (seed, stream): (u64, u32),
    ) -> Self {
        let dimension = setting.lower.len();
        let size = points.len() / dimension;
        let population = Population {
            dimension,
            points: points.to_vec(),
            merits: vec![Merit::WORST; size],
            leader: 0,
        };
        let mut draws = Stream::new(seed, stream, scheme.purpose());
        scheme.begin(&population, &setting, &mut draws);
        Self {
            population,
            scheme,
            setting,
            draws,
            spread: f64::INFINITY,
            record: Record::new(dimension, size, budget, &[("worst", 1)]),
        }
    }

    /// The individuals as they are now.
    pub fn population(&self) -> &Population {
        &self.population
    }
}

impl Search for Generations {
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
        if self.record.evaluations > 0 {
            self.scheme
                .trials(&self.population, &self.setting, &mut self.draws, points);
        }
    }

    fn learn(&mut self, points: &[f64], merits: &[Merit]) -> Option<Reason> {
        if self.record.evaluations == merits.len() as u64 {
            self.population.points.copy_from_slice(points);
            self.population.merits.copy_from_slice(merits);
            self.spread = spread(merits.iter().map(|m| m.value));
        } else {
            self.record.iterations += 1;
            let record = &self.record;
            let iterations = record.iterations as f64 / record.budget.max_iterations as f64;
            let evaluations = record.evaluations as f64 / record.budget.max_evaluations as f64;
            let used = iterations.max(evaluations).min(1.0);
            self.scheme
                .select(&mut self.population, points, merits, used, &mut self.draws);
        }
        self.population.find_leader();
        let merits = &self.population.merits;
        let worst = merits.iter().fold(f64::NEG_INFINITY, |w, m| w.max(m.value));
        self.record.note(0, &[worst]);
        let best = merits[self.population.leader].value;
        let level = self.setting.level(best, self.spread);
        let feasible = merits.iter().all(|m| m.violation == 0.0);
        let searched = self.record.iterations > 0;
        (searched && feasible && worst.is_finite() && worst - best <= level)
            .then_some(Reason::Converged)
    }
}
