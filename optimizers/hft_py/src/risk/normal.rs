//! The normal equations of one date, with sector returns held to a sum of zero, by Cholesky.

use super::gram;

/// Styles, and returns after them, of the assets of a regression, sorted by sector.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// Columns of `stride` numbers.
    pub columns: &'a [f64],
    /// Of the assets; zeros after them.
    pub weights: &'a [f64],
    /// Assets, rounded up.
    pub stride: usize,
    /// Where each sector begins, and where the last one ends; one group without sectors.
    pub starts: &'a [usize],
}

/// A factor whose unexplained share of squares is less than this is collinear.
const PIVOT: f64 = 1e-12;

/// `X' W X` and `X' W y` of market, sectors and styles, in this order; the lower triangle.
///
/// Ones and one-hot columns are not formed: their products are sums over sectors.
pub fn assemble(
    block: &Block<'_>,
    products: &[f64],
    styles: usize,
    sectors: usize,
    market: bool,
) -> (Vec<f64>, Vec<f64>) {
    let Block {
        columns: values,
        weights,
        stride,
        starts,
    } = *block;
    let (first, with_sectors) = (usize::from(market), sectors > 0);
    let columns = gram::padded(styles + 1);
    let base = first + sectors;
    let k = base + styles;
    let mut matrix = vec![0.0; k * k];
    let mut right = vec![0.0; k];
    for s in 0..starts.len() - 1 {
        let range = starts[s]..starts[s + 1];
        let w = &weights[range.clone()];
        let total: f64 = w.iter().sum();
        let rows = [market.then_some(0), with_sectors.then_some(first + s)];
        for row in rows.into_iter().flatten() {
            matrix[row * k + row] += total;
        }
        if market && with_sectors {
            matrix[(first + s) * k] = total;
        }
        for j in 0..=styles {
            let column = &values[j * stride..][range.clone()];
            let sum = gram::dot(w, column);
            for row in rows.into_iter().flatten() {
                if j < styles {
                    matrix[(base + j) * k + row] += sum;
                } else {
                    right[row] += sum;
                }
            }
        }
    }
    for j in 0..styles {
        for i in 0..=j {
            matrix[(base + j) * k + base + i] = products[j * columns + i];
        }
        right[base + j] = products[styles * columns + j];
    }
    (matrix, right)
}

/// Solve for all factors; `Err(j)` where factor `j` is explained by those before it.
///
/// `gram` is `X' W X`, `(k, k)`, of which the lower triangle is read, and `right` `X' W y`. Sectors
/// begin at factor `first`. A sector without assets (a zero on the diagonal) has a return of 0.
/// Where `constrained`, the sector with the largest share is replaced by what the constraint
/// `sum_s share_s f_s = 0` makes of the others.
pub fn solve(
    gram: &[f64],
    right: &[f64],
    first: usize,
    shares: &[f64],
    constrained: bool,
) -> Result<Vec<f64>, usize> {
    let k = right.len();
    let at = |i: usize, j: usize| gram[i.max(j) * k + i.min(j)];
    let sectors = first..first + shares.len();
    let present = |j: usize| !sectors.contains(&j) || at(j, j) != 0.0;
    let mut left_out = None;
    if constrained {
        let mut largest = 0.0;
        for j in sectors.clone() {
            if present(j) && shares[j - first] > largest {
                largest = shares[j - first];
                left_out = Some(j);
            }
        }
    }
    // Column j of the reduced design is x_j - ratio_j x_d.
    let ratio = |j: usize| match left_out {
        Some(d) if sectors.contains(&j) => shares[j - first] / shares[d - first],
        _ => 0.0,
    };
    let kept: Vec<usize> = (0..k)
        .filter(|&j| present(j) && left_out != Some(j))
        .collect();
    let count = kept.len();
    let mut reduced = vec![0.0; count * count];
    let mut target = vec![0.0; count];
    for (p, &i) in kept.iter().enumerate() {
        let a = ratio(i);
        target[p] = right[i] - left_out.map_or(0.0, |d| a * right[d]);
        for (q, &j) in kept.iter().enumerate().take(p + 1) {
            let b = ratio(j);
            let less = left_out.map_or(0.0, |d| a * at(d, j) + b * at(i, d) - a * b * at(d, d));
            reduced[p * count + q] = at(i, j) - less;
        }
    }
    let scale: Vec<f64> = (0..count)
        .map(|p| reduced[p * count + p].sqrt())
        .map(|s| if s > 0.0 { s } else { 1.0 })
        .collect();
    for p in 0..count {
        target[p] /= scale[p];
        for q in 0..=p {
            reduced[p * count + q] /= scale[p] * scale[q];
        }
    }
    factorise(&mut reduced, count).map_err(|p| kept[p])?;
    substitute(&reduced, &mut target);
    let mut found = vec![0.0; k];
    let mut balance = 0.0;
    for (p, &j) in kept.iter().enumerate() {
        found[j] = target[p] / scale[p];
        balance += ratio(j) * found[j];
    }
    if let Some(d) = left_out {
        found[d] = -balance;
    }
    Ok(found)
}

/// Cholesky's factor in the lower triangle; `Err(j)` at the first pivot that is too small.
fn factorise(matrix: &mut [f64], n: usize) -> Result<(), usize> {
    for j in 0..n {
        for i in 0..j {
            let (above, below) = matrix.split_at_mut(j * n);
            let (row, other) = (&mut below[..n], &above[i * n..i * n + n]);
            let inner: f64 = row[..i].iter().zip(&other[..i]).map(|(a, b)| a * b).sum();
            row[i] = (row[i] - inner) / other[i];
        }
        let row = &mut matrix[j * n..j * n + n];
        let pivot = row[j] - row[..j].iter().map(|a| a * a).sum::<f64>();
        if pivot.is_nan() || pivot <= PIVOT {
            return Err(j);
        }
        row[j] = pivot.sqrt();
    }
    Ok(())
}

/// Solve `L L' x = b` in place.
fn substitute(factor: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in 0..n {
        let row = &factor[i * n..i * n + i];
        let inner: f64 = row.iter().zip(&*b).map(|(a, x)| a * x).sum();
        b[i] = (b[i] - inner) / factor[i * n + i];
    }
    for i in (0..n).rev() {
        let inner: f64 = (i + 1..n).map(|j| factor[j * n + i] * b[j]).sum();
        b[i] = (b[i] - inner) / factor[i * n + i];
    }
}
