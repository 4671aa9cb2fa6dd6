//! Arrays of NumPy as prices and weights.

use allocation_o2::{Prices, ffi::View};
use numpy::{PyArray2, PyArrayMethods, PyUntypedArrayMethods, npyffi};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The prices of an array that is alive, and left alone by its owner, during the call.
pub(super) fn view<'a>(prices: &'a Bound<'_, PyArray2<f64>>) -> PyResult<Prices<'a>> {
    let (&[n_assets, n_observations], &[stride, step]) = (prices.shape(), prices.strides()) else {
        return Err(PyValueError::new_err("prices has not two dimensions"));
    };
    let apart = stride >= 8 * n_observations as isize || n_assets < 2;
    if !(step == 8 || n_observations < 2) || !apart || stride % 8 != 0 || !aligned(prices) {
        return Err(PyValueError::new_err(
            "prices has rows in pieces, expected each asset's prices beside each other",
        ));
    }
    let stride = if n_assets < 2 {
        n_observations
    } else {
        stride as usize / 8
    };
    let view = View {
        data: prices.data(),
        n_assets,
        n_observations,
        stride,
    };
    // SAFETY: the array has these prices; see above.
    Ok(unsafe { Prices::from_view(&view) })
}

/// The numbers of an array of weights, in rows of so many assets.
#[expect(
    clippy::mut_from_ref,
    reason = "an array is memory that its Python owner lends"
)]
pub(super) fn writable<'a, D: numpy::ndarray::Dimension>(
    weights: &'a Bound<'_, numpy::PyArray<f64, D>>,
    columns: usize,
    n_assets: usize,
) -> PyResult<&'a mut [f64]> {
    // SAFETY: the array is alive.
    let flags = unsafe { (*weights.as_array_ptr()).fields.flags };
    if !weights.is_c_contiguous() || flags & npyffi::NPY_ARRAY_WRITEABLE == 0 || !aligned(weights) {
        return Err(PyValueError::new_err(
            "weights cannot be written, or lie in pieces",
        ));
    }
    if columns != n_assets || n_assets == 0 {
        return Err(PyValueError::new_err(format!(
            "weights has room for {columns} assets, expected {n_assets}, one at least"
        )));
    }
    // SAFETY: contiguous, writable, alive, and left alone by its owner during the call.
    Ok(unsafe { std::slice::from_raw_parts_mut(weights.data(), weights.len()) })
}

fn aligned<D>(array: &Bound<'_, numpy::PyArray<f64, D>>) -> bool {
    // SAFETY: the array is alive.
    let flags = unsafe { (*array.as_array_ptr()).fields.flags };
    flags & npyffi::NPY_ARRAY_ALIGNED != 0
}
