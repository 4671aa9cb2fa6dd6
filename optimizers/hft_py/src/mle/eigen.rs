//! Eigenvalues and eigenvectors of a symmetric matrix, in buffers kept from one to the next.
//!
//! Householder reflections make the matrix tridiagonal, implicit QR steps with Wilkinson's shift
//! make that diagonal. Eigenvectors are rows throughout, so every inner loop runs over neighbours
//! in memory. `O(n^3)`; errors of some units in the last place of the largest eigenvalue.
//!
//! Source: Golub and Van Loan, "Matrix Computations", 4th ed., algorithms 8.3.1 to 8.3.3.

/// Of an eigenvalue: two or three are usual, so this many mean a matrix with no numbers in it.
const MAX_STEPS: usize = 60;
/// Beside a largest entry of about one; its square is still a number.
const TINY: f64 = 1e-140;

/// The decomposition of a matrix of fixed size.
#[derive(Debug, Clone)]
pub struct Eigen {
    /// Eigenvalues, smallest first.
    pub values: Vec<f64>,
    /// Eigenvectors of length one, one a row, in the order of `values`.
    pub vectors: Vec<f64>,
    /// The matrix; then, in row `k` from `k + 1` on, the `k`-th reflection.
    work: Vec<f64>,
    /// Beside the diagonal.
    beside: Vec<f64>,
    buffer: Vec<f64>,
}

impl Eigen {
    /// That of the unit matrix.
    pub fn unit(n: usize) -> Self {
        Self {
            values: vec![1.0; n],
            vectors: unit_matrix(n),
            work: vec![0.0; n * n],
            beside: vec![0.0; n],
            buffer: vec![0.0; n],
        }
    }

    /// That of a symmetric matrix, row by row; `false` where it has entries that are not finite.
    pub fn renew(&mut self, matrix: &[f64]) -> bool {
        let most = matrix.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        if !most.is_finite() || matrix.iter().any(|x| x.is_nan()) {
            return false;
        }
        // Scaled, so that no square overflows or vanishes; by a power of two, so nothing rounds.
        let scale = if most > 0.0 {
            most.log2().floor().exp2()
        } else {
            1.0
        };
        for (to, from) in self.work.iter_mut().zip(matrix) {
            *to = from / scale;
        }
        self.reduce();
        if !self.diagonalise() {
            return false;
        }
        self.values.iter_mut().for_each(|x| *x *= scale);
        self.sort();
        true
    }

    /// To tridiagonal form; the product of the reflections, transposed, into `vectors`.
    fn reduce(&mut self) {
        let n = self.values.len();
        let a = &mut self.work;
        let mut betas = std::mem::take(&mut self.buffer);
        for k in 0..n.saturating_sub(2) {
            self.values[k] = a[k * n + k];
            let (head, tail) = a.split_at_mut((k + 1) * n);
            let v = &mut head[k * n + k + 1..];
            let length = dot(v, v).sqrt();
            let alpha = if v[0] > 0.0 { -length } else { length };
            self.beside[k] = alpha;
            v[0] -= alpha;
            let square = dot(v, v);
            betas[k] = if square > 0.0 { 2.0 / square } else { 0.0 };
            if betas[k] == 0.0 {
                continue;
            }
            // A - v w' - w v' with w = p - (beta p'v / 2) v and p = beta A v.
            let w = &mut self.values[k + 1..];
            for (entry, row) in w.iter_mut().zip(tail.chunks_exact(n)) {
                *entry = betas[k] * dot(&row[k + 1..], v);
            }
            let half = 0.5 * betas[k] * dot(w, v);
            for (entry, x) in w.iter_mut().zip(&*v) {
                *entry -= half * x;
            }
            for (i, row) in tail.chunks_exact_mut(n).enumerate() {
                let (x, y) = (v[i], w[i]);
                for ((entry, a), b) in row[k + 1..].iter_mut().zip(&*w).zip(&*v) {
                    *entry -= x * a + y * b;
                }
            }
        }
        for k in n.saturating_sub(2)..n {
            self.values[k] = a[k * n + k];
            self.beside[k] = if k + 1 < n { a[k * n + k + 1] } else { 0.0 };
        }
        self.vectors.copy_from_slice(&unit_matrix(n));
        for k in (0..n.saturating_sub(2)).rev() {
            let v = &a[k * n + k + 1..(k + 1) * n];
            for row in self.vectors.chunks_exact_mut(n).skip(k + 1) {
                let row = &mut row[k + 1..];
                let factor = betas[k] * dot(row, v);
                for (entry, x) in row.iter_mut().zip(v) {
                    *entry -= factor * x;
                }
            }
        }
        self.buffer = betas;
    }

    /// The tridiagonal matrix to a diagonal one, block by block from the end.
    fn diagonalise(&mut self) -> bool {
        let n = self.values.len();
        let mut end = n;
        let mut steps = 0;
        while end > 1 {
            let negligible = |k: usize| {
                let neighbours = self.values[k].abs() + self.values[k + 1].abs();
                self.beside[k].abs() <= (0.5 * f64::EPSILON * neighbours).max(TINY)
            };
            let mut start = end - 1;
            while start > 0 && !negligible(start - 1) {
                start -= 1;
            }
            if start > 0 {
                self.beside[start - 1] = 0.0;
            }
            if start == end - 1 {
                (end, steps) = (end - 1, 0);
                continue;
            }
            if steps == MAX_STEPS {
                return false;
            }
            steps += 1;
            self.step(start, end);
        }
        true
    }

    /// One implicit QR step of the block `start..end`, which no zero divides.
    fn step(&mut self, start: usize, end: usize) {
        let n = self.values.len();
        let (d, e) = (&mut self.values, &mut self.beside);
        let last = e[end - 2];
        let half = 0.5 * (d[end - 2] - d[end - 1]);
        let root = (half * half + last * last).sqrt();
        let shift = d[end - 1] - last * last / (half + if half < 0.0 { -root } else { root });
        let (mut x, mut z) = (d[start] - shift, e[start]);
        for k in start..end - 1 {
            let length = (x * x + z * z).sqrt();
            let (c, s) = if length > 0.0 {
                (x / length, z / length)
            } else {
                (1.0, 0.0)
            };
            if k > start {
                e[k - 1] = length;
            }
            let (a, b, f) = (d[k], e[k], d[k + 1]);
            let turn = s * (2.0 * c * b + s * (f - a));
            d[k] = a + turn;
            d[k + 1] = f - turn;
            e[k] = c * s * (f - a) + (c * c - s * s) * b;
            if k + 2 < end {
                (x, z) = (e[k], s * e[k + 1]);
                e[k + 1] *= c;
            }
            let (upper, lower) = self.vectors[k * n..(k + 2) * n].split_at_mut(n);
            for (p, q) in upper.iter_mut().zip(lower) {
                (*p, *q) = (c * *p + s * *q, c * *q - s * *p);
            }
        }
    }

    /// Smallest first: few are out of place after the steps.
    fn sort(&mut self) {
        let n = self.values.len();
        for i in 1..n {
            let mut k = i;
            while k > 0 && self.values[k - 1] > self.values[k] {
                self.values.swap(k - 1, k);
                let (upper, lower) = self.vectors[(k - 1) * n..(k + 1) * n].split_at_mut(n);
                upper.swap_with_slice(lower);
                k -= 1;
            }
        }
    }
}

/// Ones on the diagonal of `n` rows of `n` numbers, zeros elsewhere.
pub fn unit_matrix(n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    matrix.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
    matrix
}

/// The inner product, in four sums that do not wait for each other.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (left, right) = (x.chunks_exact(4), y.chunks_exact(4));
    let rest: f64 = left
        .remainder()
        .iter()
        .zip(right.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in left.zip(right) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    /// A random symmetric matrix whose columns differ in size by `spread` powers of ten.
    fn random(n: usize, seed: u64, spread: f64) -> Vec<f64> {
        let mut normals = vec![0.0; n * n];
        Stream::new(seed, 0, 1).normals(&mut normals);
        let size = |i: usize| 10.0_f64.powf(-spread * i as f64 / n as f64);
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let entry = normals[i * n + j] * size(i) * size(j);
                (matrix[i * n + j], matrix[j * n + i]) = (entry, entry);
            }
        }
        matrix
    }

    /// The largest error of `A v = lambda v` and of `v'v = 1`, for a matrix of norm about one.
    fn error(matrix: &[f64], found: &Eigen) -> f64 {
        let n = found.values.len();
        let mut worst = 0.0_f64;
        for (k, v) in found.vectors.chunks_exact(n).enumerate() {
            for (row, x) in matrix.chunks_exact(n).zip(v) {
                worst = worst.max((dot(row, v) - found.values[k] * x).abs());
            }
            for (l, other) in found.vectors.chunks_exact(n).enumerate() {
                let unit = if k == l { 1.0 } else { 0.0 };
                worst = worst.max((dot(v, other) - unit).abs());
            }
        }
        worst
    }

    #[test]
    fn vectors_are_orthonormal_and_solve_the_problem() {
        for n in [1, 2, 3, 4, 5, 8, 13, 40, 100] {
            for (seed, spread) in [(1, 0.0), (2, 0.0), (3, 7.0)] {
                let matrix = random(n, seed, spread);
                let mut found = Eigen::unit(n);
                assert!(found.renew(&matrix));
                assert!(found.values.windows(2).all(|pair| pair[0] <= pair[1]));
                let size = matrix.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
                let worst = error(&matrix, &found) / (size * n as f64);
                assert!(worst < 4e-15, "n={n} seed={seed}: {worst:e}");
            }
        }
    }

    #[test]
    fn special_matrices() {
        // Diagonal, all equal, nothing, of rank one: zeros everywhere.
        let n = 6;
        let diagonal: Vec<f64> = (0..36)
            .map(|k| {
                if k % 7 == 0 {
                    6.0 - (k / 7) as f64
                } else {
                    0.0
                }
            })
            .collect();
        let mut found = Eigen::unit(n);
        assert!(found.renew(&diagonal));
        assert_eq!(found.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        for (matrix, last) in [(vec![1.0; 36], 6.0), (vec![0.0; 36], 0.0)] {
            assert!(found.renew(&matrix));
            assert!((found.values[5] - last).abs() < 1e-14);
            assert!(error(&matrix, &found) < 1e-14);
        }
    }

    /// Those of the Hilbert matrix as LAPACK has them (NumPy 2.4, `eigvalsh`).
    #[test]
    fn the_hilbert_matrix() {
        let matrix: Vec<f64> = (0..25)
            .map(|k| 1.0 / f64::from(k / 5 + k % 5 + 1))
            .collect();
        let known = [
            3.287_928_772_171_5e-6,
            3.058_980_401_511_9e-4,
            0.011_407_491_623_419_8,
            0.208_534_218_611_013,
            1.567_050_691_098_231,
        ];
        let mut found = Eigen::unit(5);
        assert!(found.renew(&matrix));
        for (value, expected) in found.values.iter().zip(known) {
            assert!((value - expected).abs() < 2e-15, "{value} {expected}");
        }
    }

    #[test]
    fn scale_does_not_matter() {
        let matrix = random(7, 4, 0.0);
        let mut found = Eigen::unit(7);
        assert!(found.renew(&matrix));
        let known = found.values.clone();
        for scale in [2.0_f64.powi(-900), 2.0_f64.powi(900)] {
            let scaled: Vec<f64> = matrix.iter().map(|x| x * scale).collect();
            assert!(found.renew(&scaled));
            let back: Vec<f64> = found.values.iter().map(|x| x / scale).collect();
            assert_eq!(back, known);
        }
    }

    #[test]
    fn no_eigenvalues_of_no_numbers() {
        let mut found = Eigen::unit(2);
        assert!(!found.renew(&[1.0, f64::NAN, f64::NAN, 1.0]));
        assert!(!found.renew(&[f64::INFINITY, 0.0, 0.0, 1.0]));
    }
}
