//! Differential evolution with a fixed strategy: `rand1bin`, `best1bin` and others.
//!
//! Source: Storn and Price 1997; Price, Storn and Lampinen, "Differential Evolution", Springer
//! 2005.

use super::evolution::{Crossing, Strategy};
use super::population::Population;
use crate::Error;
use crate::indices::{distinct, index};
use crate::rng::Stream;

/// How a mutant is made of different individuals `a, b, c, d, e`, the parent `x` and the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Donor {
    /// `a + F (b - c)`
    Rand1,
    /// `best + F (a - b)`
    Best1,
    /// `a + F (best - a) + F (b - c)`
    RandToBest1,
    /// `x + F (best - x) + F (a - b)`
    CurrentToBest1,
    /// `best + F (a + b - c - d)`
    Best2,
    /// `a + F (b + c - d - e)`
    Rand2,
}

impl Donor {
    /// The donor of a strategy's name.
    ///
    /// # Errors
    /// [`Error::Value`] for an unknown name.
    pub fn named(name: &str) -> Result<Self, Error> {
        match name {
            "rand1bin" => Ok(Self::Rand1),
            "best1bin" => Ok(Self::Best1),
            "rand_to_best1" => Ok(Self::RandToBest1),
            "current_to_best1" => Ok(Self::CurrentToBest1),
            "best2bin" => Ok(Self::Best2),
            "rand2bin" => Ok(Self::Rand2),
            other => Err(Error::value(
                "strategy",
                other,
                "rand1bin, best1bin, rand_to_best1, current_to_best1, best2bin, \
                           rand2bin, jde or lshade",
            )),
        }
    }

    /// Partners wanted.
    pub fn partners(self) -> usize {
        match self {
            Self::Best1 | Self::CurrentToBest1 => 2,
            Self::Rand1 | Self::RandToBest1 => 3,
            Self::Best2 => 4,
            Self::Rand2 => 5,
        }
    }

    /// The mutant of individual `i`; `others` has as many indices as there are partners.
    #[inline]
    pub fn mutant(
        self,
        population: &Population,
        factor: f64,
        i: usize,
        others: &[usize; 5],
        mutant: &mut [f64],
    ) {
        let [a, b, c, d, e] = others.map(|k| population.point(k));
        let best = population.point(population.leader);
        let x = population.point(i);
        for (j, v) in mutant.iter_mut().enumerate() {
            *v = match self {
                Self::Rand1 => a[j] + factor * (b[j] - c[j]),
                Self::Best1 => best[j] + factor * (a[j] - b[j]),
                Self::RandToBest1 => a[j] + factor * (best[j] - a[j]) + factor * (b[j] - c[j]),
                Self::CurrentToBest1 => x[j] + factor * (best[j] - x[j]) + factor * (a[j] - b[j]),
                Self::Best2 => best[j] + factor * (a[j] + b[j] - c[j] - d[j]),
                Self::Rand2 => a[j] + factor * (b[j] + c[j] - d[j] - e[j]),
            };
        }
    }
}

/// The partners of individual `i`, as many as there are uniforms.
#[inline]
pub(super) fn partners(uniforms: &[f64], size: usize, i: usize) -> [usize; 5] {
    let mut others = [0; 5];
    match uniforms.len() {
        2 => others[..2].copy_from_slice(&distinct::<2>(uniforms, size, &[i])),
        3 => others[..3].copy_from_slice(&distinct::<3>(uniforms, size, &[i])),
        4 => others[..4].copy_from_slice(&distinct::<4>(uniforms, size, &[i])),
        _ => others.copy_from_slice(&distinct::<5>(uniforms, size, &[i])),
    }
    others
}

/// One strategy, one crossover rate; `F` fixed or drawn anew every generation.
#[derive(Debug, Clone)]
pub struct Classic {
    donor: Donor,
    mutation: (f64, f64),
    crossover: f64,
    factor: f64,
}

impl Classic {
    /// `F` between the two numbers of `mutation`.
    pub fn new(donor: Donor, mutation: (f64, f64), crossover: f64) -> Self {
        Self {
            donor,
            mutation,
            crossover,
            factor: mutation.0,
        }
    }
}

impl Strategy for Classic {
    fn n_uniforms(&self) -> usize {
        self.donor.partners() + 1
    }

    fn prepare(&mut self, _population: &Population, draws: &mut Stream) {
        let (low, high) = self.mutation;
        if low < high {
            self.factor = low + draws.uniform() * (high - low);
        }
    }

    #[inline]
    fn mutant(
        &mut self,
        population: &Population,
        i: usize,
        uniforms: &[f64],
        mutant: &mut [f64],
    ) -> Crossing {
        let count = self.donor.partners();
        let others = partners(&uniforms[..count], population.size(), i);
        self.donor
            .mutant(population, self.factor, i, &others, mutant);
        Crossing {
            rate: self.crossover,
            j_rand: index(uniforms[count], population.dimension),
        }
    }
}
