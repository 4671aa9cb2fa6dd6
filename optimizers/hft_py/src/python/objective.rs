//! `_rust.Objective`: any kind of objective as the kernels take it.

use super::watch::raised;
use crate::Stop;
use crate::objective::compiled::{Compiled, Function, Plain, WithCode};
use crate::objective::functions::TestFunction;
use crate::objective::likelihoods::Likelihood;
use crate::objective::{Closure, Evaluate, Negated};
use numpy::ndarray::ArrayView2;
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyFloat;

/// What the kernels evaluate. Made by `hft_py.objectives.resolve`, which checks its arguments.
#[pyclass(frozen, module = "hft_py._rust")]
pub(crate) struct Objective {
    evaluate: Box<dyn Evaluate + Send>,
    /// What must live as long: the compiled function's owner, its data.
    _keep: Option<Py<PyAny>>,
}

impl Objective {
    /// The objective without any Python about it.
    pub(crate) fn evaluator(&self) -> &dyn Evaluate {
        &*self.evaluate
    }

    fn of(evaluate: impl Evaluate + Send + 'static, negated: bool) -> Self {
        let evaluate: Box<dyn Evaluate + Send> = if negated {
            Box::new(Negated(evaluate))
        } else {
            Box::new(evaluate)
        };
        Self {
            evaluate,
            _keep: None,
        }
    }
}

#[pymethods]
impl Objective {
    /// A callable of one vector, with the data where there are any; `convert` takes what is no
    /// float and returns one, or raises.
    #[staticmethod]
    fn scalar(
        function: Py<PyAny>,
        data: Option<Py<PyAny>>,
        convert: Py<PyAny>,
        dimension: usize,
        negated: bool,
    ) -> Self {
        let kind = Kind::Scalar { data, convert };
        let callable = Callable {
            function,
            dimension,
            kind,
        };
        Self::of(callable, negated)
    }

    /// A callable of points `(n, dimension)` that returns a float64 array `(n,)`.
    #[staticmethod]
    fn batch(function: Py<PyAny>, dimension: usize, negated: bool) -> Self {
        let callable = Callable {
            function,
            dimension,
            kind: Kind::Batch,
        };
        Self::of(callable, negated)
    }

    /// A C function by its address; `plain` where it is SciPy's contract.
    #[staticmethod]
    fn compiled(
        address: usize,
        user_data: usize,
        plain: bool,
        keep: Py<PyAny>,
        dimension: usize,
        negated: bool,
    ) -> PyResult<Self> {
        if address == 0 {
            return Err(PyValueError::new_err("the address of the objective is 0"));
        }
        let pointer = address as *const ();
        let function = if plain {
            // SAFETY: the caller of `resolve` promised a function of this type at the address.
            Function::Plain(unsafe { std::mem::transmute::<*const (), Plain>(pointer) })
        } else {
            // SAFETY: as above.
            Function::WithCode(unsafe { std::mem::transmute::<*const (), WithCode>(pointer) })
        };
        // SAFETY: as above; `keep` holds the owners of function and data.
        let compiled = unsafe { Compiled::new(function, user_data as *mut _, dimension) };
        let mut objective = Self::of(compiled, negated);
        objective._keep = Some(keep);
        Ok(objective)
    }

    /// A test function of optimisation by its name.
    #[staticmethod]
    fn test_function(name: &str, dimension: usize, negated: bool) -> PyResult<Self> {
        let function = TestFunction::named(name)
            .ok_or_else(|| PyValueError::new_err(format!("no test function is called {name:?}")))?;
        let closure = Closure::new(dimension, move |point: &[f64]| function.value(point));
        Ok(Self::of(closure, negated))
    }

    /// A log-likelihood by its name, on data.
    #[staticmethod]
    fn likelihood(
        name: &str,
        data: PyReadonlyArray1<'_, f64>,
        time_step: f64,
        negated: bool,
    ) -> PyResult<Self> {
        let likelihood = Likelihood::new(name, data.as_slice()?, time_step)?;
        Ok(Self::of(likelihood, negated))
    }

    /// Coordinates of a point.
    #[getter]
    fn dimension(&self) -> usize {
        self.evaluate.dimension()
    }

    /// Values at the points `(n, dimension)`.
    #[pyo3(signature = (points, threads=1))]
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArray2<'py, f64>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let dimension = self.evaluate.dimension();
        let (rows, columns) = (points.shape()[0], points.shape()[1]);
        if columns != dimension {
            return Err(PyValueError::new_err(format!(
                "points has {columns} columns, expected {dimension}"
            )));
        }
        let (points, evaluator) = (points.as_slice()?, self.evaluator());
        let values = super::run(py, || {
            let mut values = vec![0.0; rows];
            evaluator.evaluate(points, &mut values, threads)?;
            Ok(values)
        })?;
        Ok(values.into_pyarray(py))
    }

    /// Values at the points, one after the other: what a chain does. For measuring the cost of a
    /// call beside the callback's own.
    fn evaluate_singly(&self, py: Python<'_>, points: PyReadonlyArray2<'_, f64>) -> PyResult<f64> {
        let (points, evaluator) = (points.as_slice()?, self.evaluator());
        super::run(py, || {
            let mut sum = 0.0;
            for point in points.chunks_exact(evaluator.dimension()) {
                let mut value = [0.0];
                evaluator.evaluate(point, &mut value, 1)?;
                sum += value[0];
            }
            Ok(sum)
        })
    }
}

struct Callable {
    function: Py<PyAny>,
    dimension: usize,
    kind: Kind,
}

enum Kind {
    /// Of one vector, with the data where there are any; `convert` makes a float of the result.
    Scalar {
        data: Option<Py<PyAny>>,
        convert: Py<PyAny>,
    },
    /// Of a batch.
    Batch,
}

impl Callable {
    fn call(&self, py: Python<'_>, points: &[f64], values: &mut [f64]) -> PyResult<()> {
        let function = self.function.bind(py);
        if let Kind::Scalar { data, convert } = &self.kind {
            for (point, value) in points.chunks_exact(self.dimension).zip(values) {
                // A fresh array each time: whoever keeps it keeps its numbers.
                let x = PyArray1::from_slice(py, point);
                let found = match data {
                    None => function.call1((x,))?,
                    Some(data) => function.call1((x, data.bind(py)))?,
                };
                *value = match found.cast::<PyFloat>() {
                    Ok(number) => number.value(),
                    Err(_) => convert.bind(py).call1((found,))?.extract()?,
                };
            }
            return Ok(());
        }
        let view = ArrayView2::from_shape((values.len(), self.dimension), points)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let found = function.call1((PyArray2::from_array(py, &view),))?;
        let found: PyReadonlyArray1<'_, f64> = found.extract()?;
        let found = found.as_slice()?;
        if found.len() != values.len() {
            return Err(PyValueError::new_err(format!(
                "the objective returned {} values, expected {}",
                found.len(),
                values.len()
            )));
        }
        values.copy_from_slice(found);
        Ok(())
    }
}

impl Evaluate for Callable {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn evaluate(&self, points: &[f64], values: &mut [f64], _threads: usize) -> Result<(), Stop> {
        Python::attach(|py| self.call(py, points, values)).map_err(raised)
    }

    fn parallel(&self) -> bool {
        false
    }
}
