//! The four samplers.

use super::super::objective::Objective;
use super::super::watch::PyWatch;
use crate::mcmc::{
    Adaptation, Coordinate, Draws, Outcome, RunInput, Settings, Space, adaptive_metropolis, de_mc,
    ensemble, tempering,
};
use crate::{Error, watch::Watch};
use numpy::{
    IntoPyArray, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice};

type Rows<'py> = PyReadonlyArray2<'py, f64>;
type Numbers<'py> = PyReadonlyArray1<'py, f64>;

/// What every sampler is given, with every length checked that a kernel relies on.
struct Input<'py> {
    objective: PyRef<'py, Objective>,
    space: Space,
    start: Rows<'py>,
    start_values: Numbers<'py>,
    settings: Settings,
    watch: PyWatch,
}

impl<'py> Input<'py> {
    fn new(
        objective: &Bound<'py, PyAny>,
        (start, start_values): (Rows<'py>, Numbers<'py>),
        (lower, upper): (&Numbers<'_>, &Numbers<'_>),
        codes: &PyReadonlyArray1<'_, i8>,
        settings: Settings,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        // The compiled form of a resolved handle (`hft_py.objectives`).
        let objective: PyRef<'py, Objective> = objective.getattr("native")?.extract()?;
        let codes = codes.as_slice()?.iter();
        let kinds = codes.map(|code| match code {
            1 => Coordinate::Log,
            2 => Coordinate::Integer,
            3 => Coordinate::LogInteger,
            _ => Coordinate::Linear,
        });
        let kinds: Vec<Coordinate> = kinds.collect();
        let space = Space::new(lower.as_slice()?, upper.as_slice()?, &kinds)?;
        let dimension = space.dimension();
        Error::check_length("objective", objective.evaluator().dimension(), dimension)?;
        Error::check_length("start", start.shape()[1], dimension)?;
        Error::check_length("start_values", start_values.len(), start.shape()[0])?;
        Ok(Self {
            objective,
            space,
            start,
            start_values,
            settings,
            watch: PyWatch::new(progress)?,
        })
    }

    /// Sample `chains` chains into fresh arrays.
    fn sample(
        mut self,
        py: Python<'py>,
        chains: usize,
        sampler: impl FnOnce(&RunInput<'_>, Draws<'_>, &mut dyn Watch) -> Result<Outcome, Error> + Send,
    ) -> PyResult<Bound<'py, PyDict>> {
        // By NumPy's own function: it raises a `MemoryError` where they do not fit.
        let zeros = py.import("numpy")?.getattr("zeros")?;
        let settings = self.settings;
        let shape = (chains, settings.draws(), self.space.dimension());
        let samples: Bound<'py, PyArray3<f64>> = zeros.call1((shape,))?.cast_into()?;
        let log_probs: Bound<'py, PyArray2<f64>> =
            zeros.call1(((chains, settings.draws()),))?.cast_into()?;
        let outcome = {
            let (mut samples, mut log_probs) = (samples.readwrite(), log_probs.readwrite());
            let draws = Draws {
                samples: samples.as_slice_mut()?,
                log_probs: log_probs.as_slice_mut()?,
            };
            let input = RunInput {
                objective: self.objective.evaluator(),
                space: &self.space,
                start: self.start.as_slice()?,
                start_values: self.start_values.as_slice()?,
                settings,
            };
            let watch = &mut self.watch;
            crate::python::run(py, || sampler(&input, draws, watch))?
        };
        let result = PyDict::new(py);
        let kept = isize::try_from(outcome.draws).map_err(|e| Error::Internal(e.to_string()))?;
        let kept = (PySlice::full(py), PySlice::new(py, 0, kept, 1));
        for (name, array) in [
            ("samples", samples.into_any()),
            ("log_probs", log_probs.into_any()),
        ] {
            if outcome.draws < settings.draws() {
                // Stopped early: only what was drawn, in arrays of their own.
                result.set_item(name, array.get_item(&kept)?.call_method0("copy")?)?;
            } else {
                result.set_item(name, array)?;
            }
        }
        result.set_item("acceptance", outcome.acceptance.into_pyarray(py))?;
        result.set_item("best_params", outcome.best_params.into_pyarray(py))?;
        result.set_item("best_log_prob", outcome.best_log_prob)?;
        result.set_item("n_evaluations", outcome.n_evaluations)?;
        result.set_item("n_invalid", outcome.n_invalid)?;
        result.set_item("n_iterations", outcome.n_iterations)?;
        result.set_item("stopped", outcome.n_iterations < settings.n_iterations)?;
        Ok(result)
    }
}

/// A function of Python: the arguments of every sampler, and some of its own by position and by
/// name.
macro_rules! sampler {
    (
        $(#[$doc:meta])*
        $name:literal $function:ident($($position:ident: $a:ty),*; $($option:ident: $b:ty),*)
        |$py:ident, $input:ident| $body:block
    ) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(name = $name, signature = (
            objective, start, start_values, lower, upper, codes, $($position,)* *,
            n_iterations, burn_in, thin, $($option,)* seed, threads=1, progress=None
        ))]
        #[allow(clippy::too_many_arguments)]
        pub(super) fn $function<'py>(
            $py: Python<'py>,
            objective: &Bound<'py, PyAny>,
            start: Rows<'py>,
            start_values: Numbers<'py>,
            lower: Numbers<'py>,
            upper: Numbers<'py>,
            codes: PyReadonlyArray1<'py, i8>,
            $($position: $a,)*
            n_iterations: usize,
            burn_in: usize,
            thin: usize,
            $($option: $b,)*
            seed: u64,
            threads: usize,
            progress: Option<Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyDict>> {
            let settings = Settings { n_iterations, burn_in, thin, seed, threads };
            let bounds = (&lower, &upper);
            let starts = (start, start_values);
            let $input = Input::new(objective, starts, bounds, &codes, settings, progress)?;
            $body
        }
    };
}

sampler! {
    /// Independent adaptive random walks.
    "adaptive_metropolis" adaptive_metropolis_(scale: Numbers<'py>; target_acceptance: f64, adaptation: &str)
    |py, input| {
        Error::check_length("scale", scale.len(), input.space.dimension())?;
        let adaptation = match adaptation {
            "ram" => Adaptation::Ram,
            "haario" => Adaptation::Haario,
            other => {
                let message = format!("adaptation={other:?}, expected \"ram\" or \"haario\"");
                return Err(PyValueError::new_err(message));
            }
        };
        let options = adaptive_metropolis::Options {
            scale: scale.as_slice()?,
            target_acceptance,
            adaptation,
        };
        let chains = input.start_values.len();
        input.sample(py, chains, |input, draws, watch| {
            adaptive_metropolis::sample(input, options, draws, watch)
        })
    }
}

sampler! {
    /// One affine-invariant ensemble.
    "ensemble" ensemble_(; stretch: f64)
    |py, input| {
        let walkers = input.start_values.len();
        input.sample(py, walkers, |input, draws, watch| {
            ensemble::sample(input, stretch, draws, watch)
        })
    }
}

sampler! {
    /// Differential evolution chains with an archive.
    "de_mc" de_mc_(scale: Numbers<'py>, archive: Rows<'py>;)
    |py, input| {
        Error::check_length("scale", scale.len(), input.space.dimension())?;
        Error::check_length("archive", archive.shape()[1], input.space.dimension())?;
        let (scale, archive) = (scale.as_slice()?, archive.as_slice()?);
        let chains = input.start_values.len();
        input.sample(py, chains, |input, draws, watch| {
            de_mc::sample(input, scale, archive, draws, watch)
        })
    }
}

sampler! {
    /// Ladders of replicas with swaps.
    "parallel_tempering" parallel_tempering_(scale: Numbers<'py>; levels: usize, target_acceptance: f64)
    |py, input| {
        Error::check_length("scale", scale.len(), input.space.dimension())?;
        let options = tempering::Options {
            scale: scale.as_slice()?,
            target_acceptance,
            levels,
        };
        let ladders = input.start_values.len() / levels.max(1);
        let mut found = None;
        let result = input.sample(py, ladders, |input, draws, watch| {
            let outcome = tempering::sample(input, options, draws, watch)?;
            let run = outcome.run.clone();
            found = Some(outcome);
            Ok(run)
        })?;
        if let Some(found) = found {
            let grid = |numbers: Vec<f64>, width| numbers.into_pyarray(py).reshape([ladders, width]);
            result.set_item("inverse_temperatures", grid(found.inverse_temperatures, levels)?)?;
            result.set_item("swap_rejection", grid(found.swap_rejection, levels - 1)?)?;
            result.set_item("round_trips", found.round_trips.into_pyarray(py))?;
            result.set_item("log_evidence", found.log_evidence.into_pyarray(py))?;
        }
        Ok(result)
    }
}
