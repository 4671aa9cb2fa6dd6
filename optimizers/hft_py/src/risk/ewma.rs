//! Exponentially weighted mean squares of series with gaps.

use native::for_each_isa;

/// Of each column of `values`, rows of `width`: the weighted mean of squares, and how many there
/// are. A NaN is left out and does not age what was before it; without values the mean is NaN.
#[must_use]
pub fn ewma_squares(values: &[f64], width: usize, decay: f64) -> (Vec<f64>, Vec<i64>) {
    let mut sums = vec![0.0; width];
    let mut weights = vec![0.0; width];
    let mut counts = vec![0.0; width];
    for row in values.chunks_exact(width.max(1)) {
        add(row, decay, &mut sums, &mut weights, &mut counts);
    }
    let means = sums.iter().zip(&weights).map(|(s, w)| s / w).collect();
    (means, counts.iter().map(|&n| n as i64).collect())
}

for_each_isa! {
    /// One row more.
    fn add(row: &[f64], decay: f64, sums: &mut [f64], weights: &mut [f64], counts: &mut [f64]) {
        let slots = sums.iter_mut().zip(weights).zip(counts);
        for (&value, ((sum, weight), count)) in row.iter().zip(slots) {
            let there = !value.is_nan();
            *sum = if there { decay * *sum + value * value } else { *sum };
            *weight = if there { decay * *weight + 1.0 } else { *weight };
            *count += if there { 1.0 } else { 0.0 };
        }
    }
}
