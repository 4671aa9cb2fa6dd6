//! Logarithms of densities of one state over many rows: loops a compiler vectorises.

use super::{BLOCK, MIN_LOG_DENSITY};
use crate::math;
use native::for_each_isa;

/// What a difference of logarithms can bear.
#[inline(always)]
fn bounded(log: f64) -> f64 {
    if log < MIN_LOG_DENSITY {
        MIN_LOG_DENSITY
    } else {
        log
    }
}

for_each_isa! {
    for FUSED
    pub(super) fn gaussian(x: &[f64], mean: f64, constant: f64, half: f64, out: &mut [f64]) {
        for (log, value) in out.iter_mut().zip(x) {
            let deviation = value - mean;
            *log = bounded(math::fma::<FUSED>(-half * deviation, deviation, constant));
        }
    }
}

for_each_isa! {
    for FUSED
    pub(super) fn add_gaussian(column: &[f64], mean: f64, half: f64, out: &mut [f64]) {
        for (log, value) in out.iter_mut().zip(column) {
            let deviation = value - mean;
            *log = bounded(math::fma::<FUSED>(-half * deviation, deviation, *log));
        }
    }
}

for_each_isa! {
    for FUSED
    /// `constant - half ln(1 + inverse (x - location)^2)`.
    pub(super) fn student_t(
        x: &[f64], location: f64, inverse: f64, half: f64, constant: f64, out: &mut [f64],
    ) {
        for (log, value) in out.iter_mut().zip(x) {
            let deviation = value - location;
            let ratio = math::fma::<FUSED>(inverse * deviation, deviation, 1.0);
            *log = bounded(math::fma::<FUSED>(-half, math::ln::<FUSED>(ratio), constant));
        }
    }
}

/// `table[symbol]`; a missing symbol gives NaN.
pub(super) fn categorical(x: &[f64], table: &[f64], out: &mut [f64]) {
    for (log, value) in out.iter_mut().zip(x) {
        // A cast of NaN gives 0: any entry will do.
        *log = table.get(*value as usize).copied().unwrap_or(f64::NAN);
    }
}

for_each_isa! {
    for FUSED
    /// `constant - |y|^2 / 2` with `L y = x - mean`, `table` the constant and then `L`.
    pub(super) fn whitened(
        columns: &[f64],
        mean: &[f64],
        table: &[f64],
        work: &mut [f64],
        single: Option<&[f64]>,
        out: &mut [f64],
    ) {
        let (d, rows) = (mean.len(), out.len());
        let factor = &table[1..];
        out.fill(table[0]);
        for i in 0..d {
            let (solved, rest) = work.split_at_mut(i * BLOCK);
            let y = &mut rest[..rows];
            let column = single.unwrap_or_else(|| &columns[i * BLOCK..][..rows]);
            for (y, value) in y.iter_mut().zip(column) {
                *y = value - mean[i];
            }
            for j in 0..i {
                let weight = -factor[i * d + j];
                for (y, before) in y.iter_mut().zip(&solved[j * BLOCK..][..rows]) {
                    *y = math::fma::<FUSED>(weight, *before, *y);
                }
            }
            let inverse = 1.0 / factor[i * d + i];
            for (y, log) in y.iter_mut().zip(out.iter_mut()) {
                *y *= inverse;
                *log = bounded(math::fma::<FUSED>(-0.5 * *y, *y, *log));
            }
        }
    }
}
