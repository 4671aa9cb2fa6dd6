//! The symmetric root of a covariance matrix, and its inverse.
//!
//! `C = B D^2 B'` gives `B D B'` and `B D^-1 B'`, which do not depend on the signs or the order of
//! the eigenvectors `B`. `O(n^3)`.

use super::eigen::Eigen;

/// Eigenvalues, eigenvectors and roots.
#[derive(Debug, Clone)]
pub struct Roots {
    /// Roots of the eigenvalues, smallest first.
    pub lengths: Vec<f64>,
    /// `C^(1/2)`, symmetric.
    pub root: Vec<f64>,
    /// `C^(-1/2)`, symmetric.
    pub inverse: Vec<f64>,
    eigen: Eigen,
}

impl Roots {
    /// Those of the unit matrix.
    pub fn unit(n: usize) -> Self {
        let eigen = Eigen::unit(n);
        Self {
            lengths: vec![1.0; n],
            root: eigen.vectors.clone(),
            inverse: eigen.vectors.clone(),
            eigen,
        }
    }

    /// Eigenvectors, one a row, in the order of `lengths`.
    pub fn axes(&self) -> &[f64] {
        &self.eigen.vectors
    }

    /// Those of a symmetric matrix; `false` where an eigenvalue is not positive, the condition
    /// number exceeds `worst`, or entries are not finite: the run is then over.
    pub fn renew(&mut self, covariance: &[f64], worst: f64) -> bool {
        if !self.eigen.renew(covariance) {
            return false;
        }
        let values = &self.eigen.values;
        let (least, most) = (values[0], values[values.len() - 1]);
        if !(least > 0.0 && most <= worst * least) {
            return false;
        }
        for (length, value) in self.lengths.iter_mut().zip(values) {
            *length = value.sqrt();
        }
        self.compose();
        true
    }

    /// The roots from lengths and axes: one triangle, mirrored.
    fn compose(&mut self) {
        let n = self.lengths.len();
        self.root.fill(0.0);
        self.inverse.fill(0.0);
        for (axis, &length) in self.eigen.vectors.chunks_exact(n).zip(&self.lengths) {
            for i in 0..n {
                let (long, short) = (axis[i] * length, axis[i] / length);
                let row = i * n..i * n + i + 1;
                let (root, inverse) = (&mut self.root[row.clone()], &mut self.inverse[row]);
                for ((up, down), other) in root.iter_mut().zip(inverse).zip(axis) {
                    *up += long * other;
                    *down += short * other;
                }
            }
        }
        for i in 0..n {
            for j in 0..i {
                self.root[j * n + i] = self.root[i * n + j];
                self.inverse[j * n + i] = self.inverse[i * n + j];
            }
        }
    }
}

/// `out = matrix x`, the matrix symmetric.
pub fn multiply(matrix: &[f64], x: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (row, &factor) in matrix.chunks_exact(x.len()).zip(x) {
        for (sum, entry) in out.iter_mut().zip(row) {
            *sum += factor * entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_squared_is_the_matrix() {
        let covariance = [4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0];
        let mut roots = Roots::unit(3);
        assert!(roots.renew(&covariance, 1e14));
        for i in 0..3 {
            let mut row = [0.0; 3];
            multiply(&roots.root, &roots.root[i * 3..i * 3 + 3], &mut row);
            let mut unit = [0.0; 3];
            multiply(&roots.inverse, &roots.root[i * 3..i * 3 + 3], &mut unit);
            for j in 0..3 {
                assert!((row[j] - covariance[i * 3 + j]).abs() < 1e-13);
                assert!((unit[j] - f64::from(u8::from(i == j))).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn no_root_of_an_indefinite_matrix() {
        assert!(!Roots::unit(2).renew(&[1.0, 2.0, 2.0, 1.0], 1e14));
    }
}
