//! Checks that memory is available before kernels use it: an allocation that fails inside a kernel
//! would abort the process, with the state of a notebook or of a trading session.

use crate::Error;

/// A product of sizes that stops at the largest number instead of wrapping round.
pub fn product(sizes: &[usize]) -> usize {
    sizes
        .iter()
        .fold(1_usize, |all, size| all.saturating_mul(*size))
}

/// Whether so many `f64` in all can be had now: `ensure_allocatable(&[product(&[n, k, k]), n])`
/// before a kernel makes them.
///
/// The memory is given back at once, so another thread may take it in between; and a system that
/// promises more than it has can still fail later.
///
/// # Errors
/// [`Error::Memory`] with the amount.
pub fn ensure_allocatable(numbers: &[usize]) -> Result<(), Error> {
    let numbers = numbers
        .iter()
        .fold(0_usize, |sum, n| sum.saturating_add(*n));
    let mut probe = Vec::<f64>::new();
    probe
        .try_reserve_exact(numbers)
        .map_err(|_| Error::Memory {
            bytes: numbers.saturating_mul(size_of::<f64>()),
        })?;
    // What is never used could be optimised away, and the question with it.
    std::hint::black_box(&mut probe);
    Ok(())
}
