//! jDE: differential evolution in which every individual carries its own `F` and crossover rate.
//!
//! Source: Brest, Greiner, Boskovic, Mernik and Zumer, IEEE Trans. Evol. Comput. 10 (2006).

use super::classic::{Donor, partners};
use super::evolution::{Crossing, Strategy};
use super::population::Population;
use crate::indices::index;

/// The probability of a new number, `tau_1` and `tau_2`.
const CHANGE: f64 = 0.1;
/// `F_l` and `F_u`.
const MIN_FACTOR: f64 = 0.1;
const FACTOR_RANGE: f64 = 0.9;

/// jDE.
#[derive(Debug, Clone)]
pub struct SelfAdaptive {
    /// `F` and the rate of every individual, and those of its trial.
    current: Vec<(f64, f64)>,
    tried: Vec<(f64, f64)>,
}

impl SelfAdaptive {
    /// For a population of that size.
    pub fn new(size: usize) -> Self {
        Self {
            current: vec![(0.5, 0.9); size],
            tried: vec![(0.5, 0.9); size],
        }
    }
}

impl Strategy for SelfAdaptive {
    fn n_uniforms(&self) -> usize {
        8
    }

    #[inline]
    fn mutant(
        &mut self,
        population: &Population,
        i: usize,
        uniforms: &[f64],
        mutant: &mut [f64],
    ) -> Crossing {
        let (mut factor, mut rate) = self.current[i];
        if uniforms[4] < CHANGE {
            factor = MIN_FACTOR + uniforms[5] * FACTOR_RANGE;
        }
        if uniforms[6] < CHANGE {
            rate = uniforms[7];
        }
        self.tried[i] = (factor, rate);
        let others = partners(&uniforms[..3], population.size(), i);
        Donor::Rand1.mutant(population, factor, i, &others, mutant);
        Crossing {
            rate,
            j_rand: index(uniforms[3], population.dimension),
        }
    }

    fn accepted(&mut self, _population: &Population, i: usize, _improvement: f64) {
        self.current[i] = self.tried[i];
    }
}
