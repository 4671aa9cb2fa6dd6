//! Information, its permutations, rolling windows.

// Signatures are Python's.
#![allow(clippy::too_many_arguments)]

use super::{Arrays, Given, Matrix, Vector, are_bytes, estimator_of, table};
use crate::information_theory::binning::Code;
use crate::information_theory::information::Measure;
use crate::information_theory::permutation::{self, Permutations};
use crate::information_theory::rolling as windows;
use crate::memory::{ensure_allocatable, product};
use crate::python::{run, watch::PyWatch};
use numpy::{Element, IntoPyArray};
use pyo3::prelude::*;

/// A function of three variables of either kind of code.
macro_rules! of_codes {
    (
        $(#[$doc:meta])*
        fn $name:ident by $inner:ident($($more:ident: $type:ty),*) -> $result:ty;
    ) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (x, nx, y, ny, z, nz, $($more),*))]
        pub(super) fn $name<'py>(
            py: Python<'py>,
            x: &Bound<'py, PyAny>,
            nx: usize,
            y: Option<&Bound<'py, PyAny>>,
            ny: usize,
            z: Option<&Bound<'py, PyAny>>,
            nz: usize,
            $($more: $type),*
        ) -> PyResult<$result> {
            let given: [Given<'_, 'py>; 3] = [(Some(x), nx), (y, ny), (z, nz)];
            if are_bytes(x) {
                $inner(py, &Arrays::<u8>::new(given)?, $($more),*)
            } else {
                $inner(py, &Arrays::<u32>::new(given)?, $($more),*)
            }
        }
    };
}

of_codes! {
    /// `I(X; Y | Z)`, not clipped, `H(X | Z)` and `H(Y | Z)` in bits.
    fn information by measured(estimator: &str) -> (f64, f64, f64);
}

fn measured<C: Code + Element>(
    py: Python<'_>,
    arrays: &Arrays<'_, C>,
    estimator: &str,
) -> PyResult<(f64, f64, f64)> {
    let (data, estimator) = (arrays.data()?, estimator_of(estimator)?);
    run(py, || {
        let measure = Measure::once(estimator, data.rows());
        let found = measure.of(&data, &mut Vec::new());
        let bits = |units: i64| units as f64 * measure.unit();
        Ok((bits(found.shared), bits(found.x), bits(found.y)))
    })
}

of_codes! {
    /// `I(X; Y | Z)` in bits, not clipped, of `count` permutations of `x`.
    fn permuted by shuffled(
        estimator: &str, seed: u64, pair: u32, first: u32, count: usize, threads: usize
    ) -> Vector<'py>;
}

fn shuffled<'py, C: Code + Element>(
    py: Python<'py>,
    arrays: &Arrays<'_, C>,
    estimator: &str,
    seed: u64,
    pair: u32,
    first: u32,
    count: usize,
    threads: usize,
) -> PyResult<Vector<'py>> {
    let (data, estimator) = (arrays.data()?, estimator_of(estimator)?);
    let mut watch = PyWatch::new(None)?;
    let which = Permutations { seed, pair, first };
    let values = run(py, || {
        let mut values = vec![0.0; count];
        permutation::permuted(&data, estimator, which, threads, &mut watch, &mut values)?;
        Ok(values)
    })?;
    Ok(values.into_pyarray(py))
}

of_codes! {
    /// `I(X; Y)`, not clipped, `H(X)` and `H(Y)` in bits, a row for each window.
    fn rolling by rolled(window: usize, estimator: &str) -> Matrix<'py>;
}

fn rolled<'py, C: Code + Element>(
    py: Python<'py>,
    arrays: &Arrays<'_, C>,
    window: usize,
    estimator: &str,
) -> PyResult<Matrix<'py>> {
    let (data, estimator) = (arrays.data()?, estimator_of(estimator)?);
    let (found, unit) = run(py, || {
        ensure_allocatable(&[product(&[6, data.rows()])])?;
        Ok(windows::rolling(&data, window, estimator))
    })?;
    table(py, &found, unit)
}
