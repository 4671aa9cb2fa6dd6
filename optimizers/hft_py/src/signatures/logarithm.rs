//! The logarithm of a signature in the tensor algebra.

use super::product::add_products;
use super::shape::Shape;
use super::transpose::{load, store};
use super::{LANES, Lanes};
use crate::parallel::for_each;
use crate::{Error, Stop, memory};

native::for_each_isa! {
    for FUSED
    /// The logarithms of eight signatures, in their place; `series` is as long as they.
    ///
    /// `log(1 + u) = u (1 - u (1/2 - u (1/3 - ...)))`: the innermost sums are needed up to a low
    /// level only, as each factor `u` raises the level.
    fn logarithm_of(state: &mut [Lanes], series: &mut [Lanes], shape: &Shape) {
        let n = shape.depth();
        for power in (1..n).rev() {
            // series = 1/power - u (1/(power + 1) + series), without the scalar.
            let constant = Lanes::splat(-1.0 / (power + 1) as f64);
            for k in (1..=n - power).rev() {
                let (lower, rest) = series.split_at_mut(shape.begin(k));
                let level = &mut rest[..shape.width(k)];
                for (value, u) in level.iter_mut().zip(&state[shape.begin(k)..]) {
                    *value = *u * constant;
                }
                add_products::<FUSED>(level, state, lower, shape, k, -1.0);
            }
        }
        for k in (2..=n).rev() {
            let (lower, rest) = state.split_at_mut(shape.begin(k));
            let level = &mut rest[..shape.width(k)];
            add_products::<FUSED>(level, lower, series, shape, k, 1.0);
        }
    }
}

/// The logarithms of signatures, row by row, in their place.
///
/// # Errors
/// [`Error::Memory`], or what `check` returned.
pub fn logarithm(
    shape: &Shape,
    rows: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let length = shape.length();
    memory::ensure_allocatable(&[2 * threads.max(1) * LANES * length])?;
    let make = || [(); 2].map(|()| vec![Lanes::ZERO; length]);
    let blocks = rows.chunks_mut(LANES * length);
    for_each(blocks, threads, check, make, |[state, series], rows| {
        load(state, rows);
        logarithm_of(state, series, shape);
        store(state, rows);
    })?;
    Ok(())
}
