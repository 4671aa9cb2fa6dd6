//! Particle swarm: every particle is drawn to its own best point and to its neighbours' best.
//!
//! Source: Clerc and Kennedy, IEEE Trans. Evol. Comput. 6 (2002), type 1'', whose symbols are kept;
//! the ring: Kennedy and Mendes, CEC 2002.

use super::population::{Population, Scheme, Setting};
use super::search::Merit;
use crate::rng::Stream;

/// The population holds every particle's best point so far.
#[derive(Debug, Clone)]
pub struct Swarm {
    chi: f64,
    phi: f64,
    /// Neighbours on either side.
    neighbours: usize,
    x: Vec<f64>,
    v: Vec<f64>,
}

impl Swarm {
    /// `phi = phi_1 + phi_2` is more than 4; neighbours on either side.
    pub fn new(phi: f64, neighbours: usize) -> Self {
        Self {
            chi: 2.0 / (phi - 2.0 + (phi * phi - 4.0 * phi).sqrt()),
            phi,
            neighbours,
            x: Vec::new(),
            v: Vec::new(),
        }
    }

    /// The best of the neighbours of particle `i`, itself first.
    fn best(&self, population: &Population, i: usize) -> usize {
        let size = population.size();
        let mut best = i;
        for step in 1..=self.neighbours.min(size / 2) {
            for k in [(i + step) % size, (i + size - step) % size] {
                if population.merits[k].precedes(population.merits[best]) {
                    best = k;
                }
            }
        }
        best
    }
}

impl Scheme for Swarm {
    fn purpose(&self) -> u32 {
        0x5053
    }

    fn begin(&mut self, population: &Population, setting: &Setting, draws: &mut Stream) {
        self.x.clone_from(&population.points);
        let d = population.dimension;
        // Half-way to a point drawn in the box.
        self.v = (self.x.iter().enumerate())
            .map(|(i, x)| {
                let (lower, upper) = (setting.lower[i % d], setting.upper[i % d]);
                0.5 * (lower + draws.uniform() * (upper - lower) - x)
            })
            .collect();
    }

    fn trials(
        &mut self,
        population: &Population,
        setting: &Setting,
        draws: &mut Stream,
        points: &mut [f64],
    ) {
        let d = population.dimension;
        let half = 0.5 * self.phi; // phi_1 and phi_2
        for (i, point) in points.chunks_exact_mut(d).enumerate() {
            let p_g = population.point(self.best(population, i));
            let p_i = population.point(i);
            for j in 0..d {
                let (x, v) = (&mut self.x[i * d + j], &mut self.v[i * d + j]);
                let (to_own, to_best) = (half * draws.uniform(), half * draws.uniform());
                *v = self.chi * (*v + to_own * (p_i[j] - *x) + to_best * (p_g[j] - *x));
                let moved = *x + *v;
                if setting.lower[j] <= moved && moved <= setting.upper[j] {
                    *x = moved;
                } else {
                    let low = moved < setting.lower[j];
                    *x = if low {
                        setting.lower[j]
                    } else {
                        setting.upper[j]
                    };
                    *v = 0.0;
                }
                point[j] = *x;
            }
            setting.round(point);
        }
    }

    fn select(
        &mut self,
        population: &mut Population,
        points: &[f64],
        merits: &[Merit],
        _used: f64,
        _draws: &mut Stream,
    ) {
        let d = population.dimension;
        for (i, (&new, point)) in merits.iter().zip(points.chunks_exact(d)).enumerate() {
            if new.precedes(population.merits[i]) {
                population.points[i * d..(i + 1) * d].copy_from_slice(point);
                population.merits[i] = new;
            }
        }
    }
}
