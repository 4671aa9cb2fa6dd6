//! Paths of the hidden chain.

/// A path by inversion, one uniform number in (0, 1) a step; `transition` row by row.
pub fn simulate(start: &[f64], transition: &[f64], uniforms: &[f64]) -> Vec<i64> {
    let k = start.len();
    let starts = cumulative(start);
    let rows: Vec<Vec<f64>> = transition.chunks_exact(k).map(cumulative).collect();
    let mut sums = &starts;
    let path = uniforms.iter().map(|u| {
        // The last sum may fall short of one by a rounding error.
        let state = sums.iter().filter(|s| **s <= *u).count().min(k - 1);
        sums = &rows[state];
        state as i64
    });
    path.collect()
}

fn cumulative(row: &[f64]) -> Vec<f64> {
    let sums = row.iter().scan(0.0, |sum, p| {
        *sum += p;
        Some(*sum)
    });
    sums.collect()
}
