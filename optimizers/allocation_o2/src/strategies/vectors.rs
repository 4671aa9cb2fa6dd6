//! Sums over slices, eight terms at a time, which a compiler turns into vector instructions.

/// The sum of a function of two values each.
#[inline(always)]
pub(super) fn sum(a: &[f64], b: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    let ((left, rest), (right, others)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in left.iter().zip(right) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += of(*a, *b);
        }
    }
    let rest: f64 = rest.iter().zip(others).map(|(a, b)| of(*a, *b)).sum();
    sums.iter().sum::<f64>() + rest
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
