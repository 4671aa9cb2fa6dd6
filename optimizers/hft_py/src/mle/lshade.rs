//! L-SHADE: differential evolution that remembers which `F` and rates succeeded, and shrinks.
//!
//! Source: Tanabe and Fukunaga, CEC 2014; Zhang and Sanderson, IEEE Trans. Evol. Comput. 13
//! (2009). `F` is Cauchy given that it is positive: drawn so directly, where the paper rejects.

use super::evolution::{Crossing, Strategy};
use super::population::Population;
use super::search::rank;
use crate::indices::{distinct, index};
use crate::rng::Stream;
use std::f64::consts::{PI, TAU};

/// Places of the memory, `H`.
const MEMORY: usize = 6;
/// The scale of both distributions.
const SPREAD: f64 = 0.1;
/// The archive's size in population sizes.
const ARCHIVE: f64 = 2.6;
/// The share that may be the better one, `p`.
const ELITE: f64 = 0.11;
const MIN_SIZE: usize = 4;

/// What a trial was made with: `F`, its rate, and the place in the archive should it succeed.
#[derive(Debug, Clone, Copy, Default)]
struct Tried {
    factor: f64,
    rate: f64,
    place: f64,
}

/// L-SHADE.
#[derive(Debug, Clone)]
pub struct SuccessHistory {
    initial: usize,
    memory_factor: [f64; MEMORY],
    /// `None` is a rate that stays 0.
    memory_rate: [Option<f64>; MEMORY],
    place: usize,
    archive: Vec<f64>,
    archived: usize,
    order: Vec<usize>,
    tried: Vec<Tried>,
    /// `(F, rate, improvement)` of the trials that were better.
    successes: Vec<(f64, f64, f64)>,
}

impl SuccessHistory {
    /// For a population of that size at the start.
    pub fn new(size: usize) -> Self {
        Self {
            initial: size,
            memory_factor: [0.5; MEMORY],
            memory_rate: [Some(0.5); MEMORY],
            place: 0,
            archive: Vec::new(),
            archived: 0,
            order: Vec::new(),
            tried: Vec::new(),
            successes: Vec::new(),
        }
    }

    /// Move one place of the memory to the weighted means of what succeeded.
    fn remember(&mut self) {
        if self.successes.is_empty() {
            return;
        }
        let total = self.successes.iter().fold(0.0, |sum, s| sum + s.2);
        let weight = |improvement: f64| {
            if total < f64::INFINITY {
                improvement / total
            } else {
                1.0
            }
        };
        let entries = || self.successes.iter().map(|s| (s, weight(s.2)));
        self.memory_factor[self.place] = lehmer(entries().map(|(s, w)| (s.0, w)));
        let every_zero = self.successes.iter().all(|s| s.1 <= 0.0);
        self.memory_rate[self.place] = match self.memory_rate[self.place] {
            Some(_) if !every_zero => Some(lehmer(entries().map(|(s, w)| (s.1, w)))),
            _ => None,
        };
        self.place = (self.place + 1) % MEMORY;
    }
}

impl Strategy for SuccessHistory {
    fn n_uniforms(&self) -> usize {
        9
    }

    fn prepare(&mut self, population: &Population, _draws: &mut Stream) {
        rank(&population.merits, &mut self.order);
        self.tried.clear();
        self.tried.resize(population.size(), Tried::default());
        self.successes.clear();
    }

    fn mutant(
        &mut self,
        population: &Population,
        i: usize,
        uniforms: &[f64],
        mutant: &mut [f64],
    ) -> Crossing {
        let (size, d) = (population.size(), population.dimension);
        let memory = index(uniforms[0], MEMORY);
        let factor = scale_factor(self.memory_factor[memory], uniforms[1]);
        let rate = self.memory_rate[memory].map_or(0.0, |centre| {
            crossover_rate(centre, uniforms[2], uniforms[3])
        });
        let place = uniforms[8];
        self.tried[i] = Tried {
            factor,
            rate,
            place,
        };
        let elite = share(ELITE, size).max(2);
        let p = population.point(self.order[index(uniforms[4], elite)]);
        let [first] = distinct::<1>(&uniforms[5..6], size, &[i]);
        let [second] = distinct::<1>(&uniforms[6..7], size + self.archived, &[i, first]);
        let a = population.point(first);
        let b = if second < size {
            population.point(second)
        } else {
            &self.archive[(second - size) * d..(second - size + 1) * d]
        };
        let x = population.point(i);
        for (j, v) in mutant.iter_mut().enumerate() {
            *v = x[j] + factor * (p[j] - x[j]) + factor * (a[j] - b[j]);
        }
        Crossing {
            rate,
            j_rand: index(uniforms[7], d),
        }
    }

    fn accepted(&mut self, population: &Population, i: usize, improvement: f64) {
        if improvement <= 0.0 {
            return;
        }
        let Tried {
            factor,
            rate,
            place,
        } = self.tried[i];
        self.successes.push((factor, rate, improvement));
        let parent = population.point(i);
        if self.archived < share(ARCHIVE, population.size()) {
            self.archive.extend_from_slice(parent);
            self.archived += 1;
        } else {
            let start = index(place, self.archived) * population.dimension;
            self.archive[start..start + population.dimension].copy_from_slice(parent);
        }
    }

    fn close(&mut self, population: &mut Population, used: f64, draws: &mut Stream) {
        self.remember();
        let initial = self.initial as f64;
        let smallest = MIN_SIZE.min(self.initial) as f64;
        let size = (initial + (smallest - initial) * used + 0.5).floor() as usize;
        let d = population.dimension;
        if size < population.size() {
            rank(&population.merits, &mut self.order);
            let kept = &mut self.order[..size];
            kept.sort_unstable();
            for (place, &i) in kept.iter().enumerate() {
                population.points.copy_within(i * d..(i + 1) * d, place * d);
                population.merits[place] = population.merits[i];
            }
            population.points.truncate(size * d);
            population.merits.truncate(size);
        }
        let room = share(ARCHIVE, population.size());
        while self.archived > room {
            let start = index(draws.uniform(), self.archived) * d;
            self.archive.drain(start..start + d);
            self.archived -= 1;
        }
    }
}

fn share(part: f64, size: usize) -> usize {
    (part * size as f64 + 0.5) as usize
}

/// A Cauchy number around `centre`, given that it is positive, cut at 1.
fn scale_factor(centre: f64, uniform: f64) -> f64 {
    let below = 0.5 - (centre / SPREAD).atan() / PI;
    let u = below + uniform * (1.0 - below);
    let factor = centre + SPREAD * (PI * (u - 0.5)).tan();
    if factor > 0.0 {
        factor.min(1.0)
    } else {
        SPREAD * 1e-3
    }
}

/// A normal number around `centre`, cut to [0, 1].
fn crossover_rate(centre: f64, first: f64, second: f64) -> f64 {
    let normal = (-2.0 * first.ln()).sqrt() * (TAU * second).cos();
    (centre + SPREAD * normal).clamp(0.0, 1.0)
}

/// The weighted Lehmer mean `sum w s^2 / sum w s`, which leans to the large ones.
fn lehmer(entries: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (number, weight) in entries {
        above += weight * number * number;
        below += weight * number;
    }
    if below > 0.0 { above / below } else { 0.0 }
}
