//! A C function as an objective: the contract, and the only place that calls foreign code.
//!
//! ```c
//! int32_t objective(int64_t n, const double *x, double *value, void *user_data);
//! ```
//!
//! returns 0 and writes `*value`; a positive code where there is no value at this point, which
//! then counts as NaN; a negative code to end the run. It must be safe to call from several
//! threads at once, and must write to nothing but `*value`. SciPy's
//! `double (int n, double *x, void *user_data)` is taken too: it has values only.

use super::{Evaluate, EvaluationCost, evaluate_batch};
use crate::Stop;
use std::ffi::c_void;

/// The contract with codes.
pub type WithCode = unsafe extern "C" fn(i64, *const f64, *mut f64, *mut c_void) -> i32;
/// SciPy's contract.
pub type Plain = unsafe extern "C" fn(i32, *const f64, *mut c_void) -> f64;

/// A function by either contract.
#[derive(Debug, Clone, Copy)]
pub enum Function {
    /// With codes.
    WithCode(WithCode),
    /// As SciPy has it.
    Plain(Plain),
}

/// A compiled objective.
pub struct Compiled {
    function: Function,
    user_data: *mut c_void,
    dimension: usize,
    cost: EvaluationCost,
}

// SAFETY: whoever made it promised that the function and its data may be used by any thread.
unsafe impl Send for Compiled {}
// SAFETY: as above.
unsafe impl Sync for Compiled {}

impl Compiled {
    /// An objective of `dimension` coordinates.
    ///
    /// # Safety
    /// The function keeps its contract, may be called from any thread and from several at once,
    /// and outlives this value together with `user_data`.
    pub unsafe fn new(function: Function, user_data: *mut c_void, dimension: usize) -> Self {
        Self {
            function,
            user_data,
            dimension,
            cost: EvaluationCost::default(),
        }
    }

    fn call(&self, point: &[f64]) -> Result<f64, Stop> {
        match self.function {
            Function::WithCode(function) => {
                let mut value = f64::NAN;
                let n = i64::try_from(point.len()).unwrap_or(i64::MAX);
                // SAFETY: promised in `new`; the pointers are valid during the call.
                let code = unsafe { function(n, point.as_ptr(), &raw mut value, self.user_data) };
                match code {
                    0 => Ok(value),
                    1.. => Ok(f64::NAN),
                    fatal => Err(Stop::Fatal(fatal)),
                }
            }
            Function::Plain(function) => {
                let n = i32::try_from(point.len()).unwrap_or(i32::MAX);
                // SAFETY: as above.
                Ok(unsafe { function(n, point.as_ptr(), self.user_data) })
            }
        }
    }
}

impl Evaluate for Compiled {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn evaluate(&self, points: &[f64], values: &mut [f64], threads: usize) -> Result<(), Stop> {
        evaluate_batch(&self.cost, points, values, threads, |point| {
            self.call(point)
        })
    }
}
