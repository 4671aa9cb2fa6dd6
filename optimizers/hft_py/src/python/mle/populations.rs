//! What makes a run of a method with a first population: its settings, by name.

use super::Optimiser;
use crate::memory::{self, product};
use crate::mle::annealing::{Annealing, Schedule};
use crate::mle::bounds::Boundary;
use crate::mle::classic::{Classic, Donor};
use crate::mle::evolution::{Evolution, Strategy};
use crate::mle::genetic::{Genetic, Rates};
use crate::mle::jde::SelfAdaptive;
use crate::mle::lshade::SuccessHistory;
use crate::mle::population::{Generations, Scheme, Setting};
use crate::mle::search::{Budget, Search};
use crate::mle::swarm::Swarm;
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What each of these methods is told.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Shared<'py> {
    population: PyReadonlyArray2<'py, f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    integral: Vec<bool>,
    seed: u64,
    stream: u32,
    max_iterations: u64,
    max_evaluations: u64,
    target: f64,
    tolerance: f64,
    absolute_tolerance: f64,
}

impl Shared<'_> {
    fn size(&self) -> usize {
        self.population.shape()[0]
    }

    /// The run that `make` makes of the population, its setting, budget and stream.
    fn optimiser<S: Search + 'static>(
        self,
        make: impl FnOnce(&[f64], Setting, Budget, (u64, u32)) -> S,
    ) -> PyResult<Optimiser> {
        // Population, trials, values; L-SHADE's archive, positions and velocities, or parents and
        // children.
        memory::ensure_allocatable(&[product(&[self.size(), self.lower.len() + 1, 6])])?;
        let budget = Budget {
            max_iterations: self.max_iterations,
            max_evaluations: self.max_evaluations,
            target: self.target,
        };
        let setting = Setting {
            lower: self.lower,
            upper: self.upper,
            integral: self.integral,
            tolerance: self.tolerance,
            absolute_tolerance: self.absolute_tolerance,
        };
        let points = self.population.as_slice()?;
        let inner = make(points, setting, budget, (self.seed, self.stream));
        Ok(Optimiser {
            inner: Box::new(inner),
        })
    }

    fn generations(self, scheme: Box<dyn Scheme>) -> PyResult<Optimiser> {
        self.optimiser(|points, setting, budget, key| {
            Generations::new(points, scheme, setting, budget, key)
        })
    }
}

/// A run of differential evolution: named as the class of the Python kernels is.
#[pyfunction(name = "DifferentialEvolution")]
#[pyo3(signature = (*, strategy, mutation, crossover, boundary, **shared))]
pub(super) fn differential_evolution(
    strategy: &str,
    mutation: (f64, f64),
    crossover: f64,
    boundary: &str,
    shared: Option<Bound<'_, PyDict>>,
) -> PyResult<Optimiser> {
    let shared: Shared<'_> = extract(shared)?;
    let size = shared.size();
    let strategy: Box<dyn Strategy> = match strategy {
        "jde" => Box::new(SelfAdaptive::new(size)),
        "lshade" => Box::new(SuccessHistory::new(size)),
        name => Box::new(Classic::new(Donor::named(name)?, mutation, crossover)),
    };
    shared.generations(Box::new(Evolution::new(
        strategy,
        Boundary::named(boundary)?,
    )))
}

/// A run of a particle swarm.
#[pyfunction(name = "ParticleSwarm")]
#[pyo3(signature = (*, phi, neighbours, **shared))]
pub(super) fn particle_swarm(
    phi: f64,
    neighbours: usize,
    shared: Option<Bound<'_, PyDict>>,
) -> PyResult<Optimiser> {
    extract(shared)?.generations(Box::new(Swarm::new(phi, neighbours)))
}

/// A run of a genetic algorithm.
#[pyfunction(name = "GeneticAlgorithm")]
#[pyo3(signature = (*, crossover, crossover_index, mutation, mutation_index, **shared))]
pub(super) fn genetic_algorithm(
    crossover: f64,
    crossover_index: f64,
    mutation: f64,
    mutation_index: f64,
    shared: Option<Bound<'_, PyDict>>,
) -> PyResult<Optimiser> {
    extract(shared)?.generations(Box::new(Genetic::new(Rates {
        crossover,
        crossover_index,
        mutation,
        mutation_index,
    })))
}

/// A run of dual annealing.
#[pyfunction(name = "DualAnnealing")]
#[pyo3(signature = (*, initial_temperature, restart_temperature_ratio, visit, accept, local_search,
    patience, **shared))]
pub(super) fn dual_annealing(
    initial_temperature: f64,
    restart_temperature_ratio: f64,
    visit: f64,
    accept: f64,
    local_search: bool,
    patience: u64,
    shared: Option<Bound<'_, PyDict>>,
) -> PyResult<Optimiser> {
    let schedule = Schedule {
        initial_temperature,
        restart_temperature_ratio,
        visit,
        accept,
        local_search,
        patience,
    };
    extract(shared)?.optimiser(|points, setting, budget, key| {
        Annealing::new(points, schedule, setting, budget, key)
    })
}

/// The keywords of a call; those that are missing are an error.
fn extract(shared: Option<Bound<'_, PyDict>>) -> PyResult<Shared<'_>> {
    match shared {
        Some(keywords) => keywords.extract(),
        None => Err(pyo3::exceptions::PyTypeError::new_err(
            "expected the keywords population, lower, upper, ...",
        )),
    }
}
