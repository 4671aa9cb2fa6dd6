//! Sums over slices, eight terms at a time, which a compiler turns into vector instructions.

use crate::host::BLOCK;
use native::for_each_isa;

/// The sum of a function of two values each.
#[inline(always)]
pub(crate) fn sum(a: &[f64], b: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    let ((left, rest), (right, others)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in left.iter().zip(right) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += of(*a, *b);
        }
    }
    let rest: f64 = rest.iter().zip(others).map(|(a, b)| of(*a, *b)).sum();
    let [a, b, c, d] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
    (a + c) + (b + d) + rest
}

/// The sum of the numbers themselves.
#[inline(always)]
pub(crate) fn total(values: &[f64]) -> f64 {
    sum(values, values, |value, _| value)
}

for_each_isa! {
    /// Divide each row of so many numbers by its sum; where that is zero, all become equal.
    pub(super) fn share_out(rows: &mut [f64], n: usize) {
        for row in rows.chunks_exact_mut(n) {
            let total = total(row);
            if total == 0.0 {
                row.fill(1.0 / n as f64);
            } else {
                let factor = 1.0 / total; // a division each would take most of the time
                row.iter_mut().for_each(|value| *value *= factor);
            }
        }
    }
}

/// Fill at most [`BLOCK`] rows of so many numbers by column. Eight at a time: writing down the
/// columns one by one would touch each cache line of the rows eight times.
pub(super) fn by_column<E>(
    rows: &mut [f64],
    n: usize,
    mut column: impl FnMut(usize, &mut [f64]) -> Result<(), E>,
) -> Result<(), E> {
    let (mut columns, count) = ([[0.0; BLOCK]; 8], rows.len() / n);
    for first in (0..n).step_by(columns.len()) {
        let columns = &mut columns[..8.min(n - first)];
        for (i, own) in columns.iter_mut().enumerate() {
            column(first + i, &mut own[..count])?;
        }
        for (k, row) in rows.chunks_exact_mut(n).enumerate() {
            for (value, own) in row[first..].iter_mut().zip(&*columns) {
                *value = own[k];
            }
        }
    }
    Ok(())
}

/// The product of two vectors.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a, b, |a, b| a * b)
}

/// Add `factor` times a vector.
pub(super) fn add(to: &mut [f64], factor: f64, values: &[f64]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to += factor * value;
    }
}
