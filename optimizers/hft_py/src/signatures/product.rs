//! Chen's product: the signature of a path followed by another.

use super::shape::Shape;
use super::transpose::{load, store};
use super::{LANES, Lanes};
use crate::parallel::for_each;
use crate::{Error, Stop, memory};

/// Add `sign * first_j (x) second_(k-j)`, `j = 1..k`, to level `k`; both factors have at least the
/// levels below `k`.
#[inline(always)]
pub(super) fn add_products<const FUSED: bool>(
    level: &mut [Lanes],
    first: &[Lanes],
    second: &[Lanes],
    shape: &Shape,
    k: usize,
    sign: f64,
) {
    for j in 1..k {
        let width = shape.width(k - j);
        let ends = &second[shape.begin(k - j)..][..width];
        let begins = &first[shape.begin(j)..][..shape.width(j)];
        for (row, begin) in level.chunks_exact_mut(width).zip(begins) {
            let factor = *begin * Lanes::splat(sign);
            for (sum, end) in row.iter_mut().zip(ends) {
                *sum = factor.fma::<FUSED>(*end, *sum);
            }
        }
    }
}

native::for_each_isa! {
    for FUSED
    /// Eight products at once, in place of their first factors.
    pub(super) fn multiply(first: &mut [Lanes], second: &[Lanes], shape: &Shape) {
        // From the last level down: a level needs those below it as they were.
        for k in (1..=shape.depth()).rev() {
            let (lower, rest) = first.split_at_mut(shape.begin(k));
            let level = &mut rest[..shape.width(k)];
            add(level, &second[shape.begin(k)..]);
            add_products::<FUSED>(level, lower, second, shape, k, 1.0);
        }
    }
}

native::for_each_isa! {
    for FUSED
    /// The signature of a path from those of its eight pieces, into lane 0.
    ///
    /// Lanes hold the pieces in the order of [`PIECES`]. The lower half of them is multiplied with the
    /// upper half, then the lower quarter with the next one, then lane 0 with lane 1. `second` has
    /// room for all levels but the last, which is only added.
    pub(super) fn merge(pieces: &mut [Lanes], second: &mut [Lanes], shape: &Shape) {
        merge_at::<FUSED, 4>(pieces, second, shape);
        merge_at::<FUSED, 2>(pieces, second, shape);
        merge_at::<FUSED, 1>(pieces, second, shape);
    }
}

/// The piece of each lane, 0 to 7 with the bits reversed: neighbours are four lanes apart, then
/// two, then one.
pub(super) const PIECES: [usize; LANES] = [0, 4, 2, 6, 1, 5, 3, 7];

/// Lanes 0 to `BY` times those `BY` further; in what is behind these nothing of use is computed.
#[inline(always)]
fn merge_at<const FUSED: bool, const BY: usize>(
    pieces: &mut [Lanes],
    second: &mut [Lanes],
    shape: &Shape,
) {
    let n = shape.depth();
    let (lower, last) = pieces.split_at_mut(shape.begin(n));
    copy_down::<BY>(lower, second);
    // In two steps: as one, lane by lane, it would be compiled to gathers and scatters.
    let mut some = [Lanes::ZERO; 32];
    for words in last.chunks_mut(some.len()) {
        copy_down::<BY>(words, &mut some);
        add(words, &some);
    }
    add_products::<FUSED>(last, lower, second, shape, n, 1.0);
    for k in (1..n).rev() {
        let (lower, rest) = lower.split_at_mut(shape.begin(k));
        let level = &mut rest[..shape.width(k)];
        add(level, &second[shape.begin(k)..]);
        add_products::<FUSED>(level, lower, second, shape, k, 1.0);
    }
}

/// Lanes `BY` and the next `BY` of `pieces` to lanes 0 and on of `second`.
#[inline(always)]
fn copy_down<const BY: usize>(pieces: &[Lanes], second: &mut [Lanes]) {
    for (piece, second) in pieces.iter().zip(second) {
        second.0[..BY].copy_from_slice(&piece.0[BY..2 * BY]);
    }
}

#[inline(always)]
fn add(level: &mut [Lanes], other: &[Lanes]) {
    for (sum, other) in level.iter_mut().zip(other) {
        *sum += *other;
    }
}

/// The products of `first` and `second`, row by row, into `out`.
///
/// # Errors
/// [`Error::Length`], [`Error::Memory`], or what `check` returned.
pub fn combine(
    shape: &Shape,
    first: &[f64],
    second: &[f64],
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let length = shape.length();
    Error::check_length("second", second.len(), first.len())?;
    Error::check_length("out", out.len(), first.len())?;
    memory::ensure_allocatable(&[2 * threads.max(1) * LANES * length])?;
    let make = || [(); 2].map(|()| vec![Lanes::ZERO; length]);
    let blocks = out.chunks_mut(LANES * length).enumerate();
    for_each(
        blocks,
        threads,
        check,
        make,
        |[product, other], (block, out)| {
            let begin = block * LANES * length;
            load(product, &first[begin..begin + out.len()]);
            load(other, &second[begin..begin + out.len()]);
            multiply(product, other, shape);
            store(product, out);
        },
    )?;
    Ok(())
}
