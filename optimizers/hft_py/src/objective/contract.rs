//! C functions that keep the contract of compiled objectives, by name.
//!
//! They are called by their addresses, as a user's own function is: a compiled objective for studies
//! and tests on every machine, without a compiler.

use super::compiled::WithCode;
use super::functions::TestFunction;
use std::ffi::c_void;

/// The function of that name; `None` for an unknown one.
///
/// * `rosenbrock`: the test function, to be minimised; no data.
/// * `quadratic`: `-x' P x / 2`, a normal log-density but for its constant; `user_data` is `P`,
///   `n x n` numbers row by row. Without it the code is -1.
pub fn named(name: &str) -> Option<WithCode> {
    match name {
        "rosenbrock" => Some(rosenbrock),
        "quadratic" => Some(quadratic),
        _ => None,
    }
}

unsafe extern "C" fn rosenbrock(
    n: i64,
    x: *const f64,
    value: *mut f64,
    _user_data: *mut c_void,
) -> i32 {
    let n = usize::try_from(n).unwrap_or(0);
    // SAFETY: by the contract `x` has `n` numbers and `value` can be written.
    unsafe { *value = TestFunction::Rosenbrock.value(std::slice::from_raw_parts(x, n)) };
    0
}

unsafe extern "C" fn quadratic(
    n: i64,
    x: *const f64,
    value: *mut f64,
    user_data: *mut c_void,
) -> i32 {
    if user_data.is_null() {
        return -1;
    }
    let n = usize::try_from(n).unwrap_or(0);
    // SAFETY: by the contract `x` has `n` numbers, and whoever gave `user_data` promised `n * n`.
    let (x, precision) = unsafe {
        (
            std::slice::from_raw_parts(x, n),
            std::slice::from_raw_parts(user_data.cast::<f64>().cast_const(), n * n),
        )
    };
    let mut total = 0.0;
    for (row, factor) in precision.chunks_exact(n.max(1)).zip(x) {
        let product: f64 = row.iter().zip(x).map(|(entry, other)| entry * other).sum();
        total += factor * product;
    }
    // SAFETY: by the contract.
    unsafe { *value = -0.5 * total };
    0
}
