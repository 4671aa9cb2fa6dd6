//! A signature, or eight, multiplied by the exponential of one segment, on either side.

use super::Lanes;
use super::shape::Shape;

/// A number, or eight side by side.
pub(super) trait Number: Copy + Send + Sync {
    /// The same number in every lane.
    fn splat(value: f64) -> Self;
    /// `self * by + to`, in one rounding where `FUSED`.
    fn multiply_add<const FUSED: bool>(self, by: Self, to: Self) -> Self;
    /// `self * by`.
    fn scaled(self, by: f64) -> Self;
    /// Set the number of a lane; there is one, or eight.
    fn set(&mut self, lane: usize, value: f64);
}

impl Number for f64 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn multiply_add<const FUSED: bool>(self, by: Self, to: Self) -> Self {
        if FUSED {
            self.mul_add(by, to)
        } else {
            self * by + to
        }
    }

    #[inline(always)]
    fn scaled(self, by: f64) -> Self {
        self * by
    }

    #[inline(always)]
    fn set(&mut self, _lane: usize, value: f64) {
        *self = value;
    }
}

impl Number for Lanes {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Lanes::splat(value)
    }

    #[inline(always)]
    fn multiply_add<const FUSED: bool>(self, by: Self, to: Self) -> Self {
        self.fma::<FUSED>(by, to)
    }

    #[inline(always)]
    fn scaled(self, by: f64) -> Self {
        self * Lanes::splat(by)
    }

    #[inline(always)]
    fn set(&mut self, lane: usize, value: f64) {
        self.0[lane] = value;
    }
}

/// Partial sums of Horner's rule, of one level and of the next, and the scaled segment.
pub(super) struct Partial<T>([Vec<T>; 3]);

impl<T: Number> Partial<T> {
    pub(super) fn new(shape: &Shape) -> Self {
        let zero = T::splat(0.0);
        let widest = shape.width(shape.depth() - 1);
        Self([
            vec![zero; widest],
            vec![zero; widest],
            vec![zero; shape.channels()],
        ])
    }
}

native::for_each_isa! {
    for FUSED
    /// `state (x) exp(x)`: the path goes on by `x`.
    pub(super) fn append<T: Number>(
        state: &mut [T],
        x: &[T],
        shape: &Shape,
        partial: &mut Partial<T>,
    ) {
        horner::<T, FUSED, false>(state, x, shape, partial);
    }
}

native::for_each_isa! {
    for FUSED
    /// `exp(x) (x) state`: the path comes after `x`.
    pub(super) fn prepend<T: Number>(
        state: &mut [T],
        x: &[T],
        shape: &Shape,
        partial: &mut Partial<T>,
    ) {
        horner::<T, FUSED, true>(state, x, shape, partial);
    }
}

#[inline(always)]
fn horner<T: Number, const FUSED: bool, const PREPEND: bool>(
    state: &mut [T],
    x: &[T],
    shape: &Shape,
    partial: &mut Partial<T>,
) {
    let Partial([now, next, scaled]) = partial;
    for m in (1..=shape.depth()).rev() {
        let (lower, rest) = state.split_at_mut(shape.begin(m));
        let level = &mut rest[..shape.width(m)];
        now[0] = T::splat(1.0 / m as f64);
        for j in 1..m {
            let (sums, width) = (&lower[shape.begin(j)..], shape.width(j - 1));
            // The first factor, 1/m, stands in the partial sum of the empty word.
            let divisor = if j == 1 {
                1.0
            } else {
                1.0 / (m - j + 1) as f64
            };
            for (scaled, x) in scaled.iter_mut().zip(x) {
                *scaled = x.scaled(divisor);
            }
            let next_level = &mut next[..shape.width(j)];
            multiply_add::<T, FUSED, PREPEND>(next_level, &now[..width], scaled, sums);
            std::mem::swap(now, next);
        }
        if m == 1 {
            now[0] = T::splat(1.0);
        }
        add_product::<T, FUSED, PREPEND>(level, &now[..shape.width(m - 1)], x);
    }
}

/// `out = sums + partial (x) x`, or with the factors in the other order.
#[inline(always)]
fn multiply_add<T: Number, const FUSED: bool, const PREPEND: bool>(
    out: &mut [T],
    partial: &[T],
    x: &[T],
    sums: &[T],
) {
    out.copy_from_slice(&sums[..out.len()]);
    add_product::<T, FUSED, PREPEND>(out, partial, x);
}

/// `out += partial (x) x`, or with the factors in the other order.
#[inline(always)]
fn add_product<T: Number, const FUSED: bool, const PREPEND: bool>(
    out: &mut [T],
    partial: &[T],
    x: &[T],
) {
    let (rows, columns) = if PREPEND { (x, partial) } else { (partial, x) };
    for (out, row) in out.chunks_exact_mut(columns.len()).zip(rows) {
        for (sum, column) in out.iter_mut().zip(columns) {
            *sum = row.multiply_add::<FUSED>(*column, *sum);
        }
    }
}
