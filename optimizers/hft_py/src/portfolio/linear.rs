//! Symmetric systems by Cholesky factors.

/// The factor of a symmetric matrix, and a matrix's rows and columns by index.
#[derive(Debug)]
pub struct Factor {
    lower: Vec<f64>,
    n: usize,
}

impl Factor {
    /// The factor of `matrix + ridge * I`; `None` unless that is positive definite.
    pub fn new(matrix: &[f64], n: usize, ridge: f64) -> Option<Self> {
        let lower = if ridge > 0.0 {
            let mut shifted = matrix.to_vec();
            for i in 0..n {
                shifted[i * n + i] += ridge;
            }
            cholesky(&shifted, n)
        } else {
            cholesky(matrix, n)
        }?;
        // Rounding leaves a pivot of a singular matrix a little above zero.
        let pivot = |i: usize| lower[i * n + i] * lower[i * n + i];
        let sound = (0..n).all(|i| pivot(i) > 4.0 * n as f64 * f64::EPSILON * matrix[i * n + i]);
        sound.then_some(Self { lower, n })
    }

    /// The factor with the smallest ridge that makes one, from `1e-12` of the mean variance on.
    pub fn regularised(matrix: &[f64], n: usize) -> Option<Self> {
        let trace: f64 = (0..n).map(|i| matrix[i * n + i]).sum();
        let ridges = (0..6).map(|power| 1e-12 * 100_f64.powi(power) * trace / n as f64);
        std::iter::once(0.0)
            .chain(ridges)
            .find_map(|ridge| Self::new(matrix, n, ridge))
    }

    /// Solve in place.
    pub fn solve(&self, x: &mut [f64]) {
        let (n, lower) = (self.n, &self.lower);
        for i in 0..n {
            let known: f64 = (0..i).map(|j| lower[i * n + j] * x[j]).sum();
            x[i] = (x[i] - known) / lower[i * n + i];
        }
        for i in (0..n).rev() {
            x[i] /= lower[i * n + i];
            let found = x[i];
            for j in 0..i {
                x[j] -= lower[i * n + j] * found;
            }
        }
    }
}

/// `matrix * x`.
pub fn product(matrix: &[f64], x: &[f64]) -> Vec<f64> {
    let rows = matrix.chunks_exact(x.len());
    rows.map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum())
        .collect()
}

/// The rows and columns of some indices.
pub fn block(matrix: &[f64], n: usize, indices: &[usize]) -> Vec<f64> {
    let rows = indices.iter();
    rows.flat_map(|i| indices.iter().map(move |j| matrix[i * n + j]))
        .collect()
}

/// The lower triangular factor of a symmetric matrix, row by row; `None` unless positive definite.
pub fn cholesky(matrix: &[f64], d: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; d * d];
    for i in 0..d {
        for j in 0..=i {
            let known: f64 = (0..j).map(|m| factor[i * d + m] * factor[j * d + m]).sum();
            let rest = matrix[i * d + j] - known;
            factor[i * d + j] = if i > j {
                rest / factor[j * d + j]
            } else if rest > 0.0 {
                rest.sqrt()
            } else {
                return None;
            };
        }
    }
    Some(factor)
}
