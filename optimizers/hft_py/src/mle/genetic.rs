//! A genetic algorithm on real numbers: tournaments, simulated binary crossover, mutation.
//!
//! A generation draws a row of uniforms for each pair of children: four for the two tournaments,
//! one for the crossover, then seven a coordinate.
//!
//! Source: Deb and Agrawal, Complex Systems 9 (1995), SBX; Deb and Goyal, Computer Science and
//! Informatics 26 (1996), polynomial mutation; Deb, Comput. Methods Appl. Mech. Engrg. 186 (2000),
//! both within bounds, whose symbols are kept.

use super::population::{Population, Scheme, Setting};
use super::search::{Merit, rank};
use crate::indices::distinct;
use crate::rng::Stream;

/// Two tournaments of two, the crossover.
const HEADING: usize = 5;
/// Uniforms a coordinate.
const EACH: usize = 7;
/// The probability that a coordinate of crossed parents is crossed.
const SWITCH: f64 = 0.5;

/// Probabilities, and how near children stay: the larger an index, the nearer.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// That a pair of parents is crossed.
    pub crossover: f64,
    /// `eta_c`.
    pub crossover_index: f64,
    /// That a coordinate is mutated.
    pub mutation: f64,
    /// `eta_m`.
    pub mutation_index: f64,
}

/// The genetic algorithm.
#[derive(Debug, Clone)]
pub struct Genetic {
    rates: Rates,
    row: Vec<f64>,
    order: Vec<usize>,
}

impl Genetic {
    /// With these rates.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            row: Vec::new(),
            order: Vec::new(),
        }
    }

    /// One coordinate of both children.
    fn genes(&self, parents: [f64; 2], crossed: bool, bounds: (f64, f64), u: &[f64]) -> [f64; 2] {
        let (lower, upper) = bounds;
        let mut y = parents;
        if crossed && u[0] < SWITCH {
            let [y1, y2] = if y[0] <= y[1] { y } else { [y[1], y[0]] };
            y = [y1, y2];
            if y2 - y1 > 0.0 {
                let nearest = (y1 - lower).min(upper - y2) / (y2 - y1);
                let beta = crossover_spread(u[1], self.rates.crossover_index, nearest);
                let (middle, half) = (0.5 * (y1 + y2), 0.5 * beta * (y2 - y1));
                y = [middle - half, middle + half];
            }
            if u[2] >= 0.5 {
                y.swap(0, 1);
            }
        }
        for (child, value) in y.iter_mut().enumerate() {
            if u[3 + 2 * child] < self.rates.mutation {
                let nearest = (*value - lower).min(upper - *value).max(0.0) / (upper - lower);
                let delta = mutation_step(u[4 + 2 * child], self.rates.mutation_index, nearest);
                *value += delta * (upper - lower);
            }
            *value = value.max(lower).min(upper);
        }
        y
    }
}

/// `beta_q`: the children's distance over the parents'; `nearest` is the distance from the parents
/// to the nearer bound, over their own.
fn crossover_spread(u: f64, eta: f64, nearest: f64) -> f64 {
    let beta = 1.0 + 2.0 * nearest;
    let alpha = 2.0 - beta.powf(-(eta + 1.0));
    let power = 1.0 / (eta + 1.0);
    if u * alpha <= 1.0 {
        (u * alpha).powf(power)
    } else {
        (1.0 / (2.0 - u * alpha)).powf(power)
    }
}

/// `delta_q`: a mutation's step over the width of the box; `nearest` is the distance to the nearer
/// bound over the width.
fn mutation_step(u: f64, eta: f64, nearest: f64) -> f64 {
    let rest = (1.0 - nearest).powf(eta + 1.0);
    let power = 1.0 / (eta + 1.0);
    if u <= 0.5 {
        (2.0 * u + (1.0 - 2.0 * u) * rest).powf(power) - 1.0
    } else {
        1.0 - (2.0 * (1.0 - u) + 2.0 * (u - 0.5) * rest).powf(power)
    }
}

/// The better of two different individuals, of equals the first.
fn winner(population: &Population, uniforms: &[f64]) -> usize {
    let [first, second] = distinct::<2>(uniforms, population.size(), &[]);
    if population.merits[second].precedes(population.merits[first]) {
        second
    } else {
        first
    }
}

impl Scheme for Genetic {
    fn purpose(&self) -> u32 {
        0x4741
    }

    fn trials(
        &mut self,
        population: &Population,
        setting: &Setting,
        draws: &mut Stream,
        points: &mut [f64],
    ) {
        let d = population.dimension;
        let mut row = std::mem::take(&mut self.row);
        row.resize(HEADING + EACH * d, 0.0);
        for pair in points.chunks_mut(2 * d) {
            draws.uniforms(&mut row);
            let one = population.point(winner(population, &row[0..2]));
            let other = population.point(winner(population, &row[2..4]));
            let crossed = row[4] < self.rates.crossover;
            for (j, u) in row[HEADING..].chunks_exact(EACH).enumerate() {
                let bounds = (setting.lower[j], setting.upper[j]);
                let genes = self.genes([one[j], other[j]], crossed, bounds, u);
                // The last child of an odd population has no twin.
                for (child, gene) in pair.chunks_exact_mut(d).zip(genes) {
                    child[j] = gene;
                }
            }
            pair.chunks_exact_mut(d)
                .for_each(|child| setting.round(child));
        }
        self.row = row;
    }

    /// The best of parents and children, of equals the parents; copies only to fill the room.
    fn select(
        &mut self,
        population: &mut Population,
        points: &[f64],
        merits: &[Merit],
        _used: f64,
        _draws: &mut Stream,
    ) {
        let (size, d) = (population.size(), population.dimension);
        let everyone = [&population.points[..], points].concat();
        let all = [&population.merits[..], merits].concat();
        let point = |i: usize| &everyone[i * d..(i + 1) * d];
        rank(&all, &mut self.order);
        let (mut kept, mut copies) = (Vec::with_capacity(size), Vec::new());
        for &i in &self.order {
            match kept.last() {
                _ if kept.len() == size => break,
                Some(&last) if all[last] == all[i] && point(last) == point(i) => copies.push(i),
                _ => kept.push(i),
            }
        }
        kept.extend(copies.into_iter().take(size - kept.len()));
        for (place, i) in kept.into_iter().enumerate() {
            population.merits[place] = all[i];
            population.points[place * d..(place + 1) * d].copy_from_slice(point(i));
        }
    }
}
