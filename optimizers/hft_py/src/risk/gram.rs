//! Weighted products of the columns of a block: the normal equations' matrix.

use crate::lanes::{LANES, Lanes};
use native::for_each_isa;

const TALL: usize = 4;
const WIDE: usize = 2;
/// Rows taken at once: their columns stay in the nearest cache, and sums are added in this order.
const CHUNK: usize = 128;

/// Columns that [`gram`] needs: `count` rounded up.
pub const fn padded(count: usize) -> usize {
    count.next_multiple_of(TALL)
}

/// Sums of products of the columns of a tile, over the rows of a chunk.
#[inline(always)]
fn tile<const FUSED: bool>(
    u: [&[[f64; LANES]]; TALL],
    x: [&[[f64; LANES]]; WIDE],
) -> [[f64; WIDE]; TALL] {
    let steps = u[0].len();
    let [u0, u1, u2, u3] = u.map(|column| &column[..steps]);
    let [x0, x1] = x.map(|column| &column[..steps]);
    // One variable for each sum: an array of them is not kept in registers.
    let (mut a, mut b, mut c, mut d) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
    let (mut e, mut f, mut g, mut h) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
    for i in 0..steps {
        let (left, right) = (Lanes(x0[i]), Lanes(x1[i]));
        a = Lanes(u0[i]).fma::<FUSED>(left, a);
        b = Lanes(u0[i]).fma::<FUSED>(right, b);
        c = Lanes(u1[i]).fma::<FUSED>(left, c);
        d = Lanes(u1[i]).fma::<FUSED>(right, d);
        e = Lanes(u2[i]).fma::<FUSED>(left, e);
        f = Lanes(u2[i]).fma::<FUSED>(right, f);
        g = Lanes(u3[i]).fma::<FUSED>(left, g);
        h = Lanes(u3[i]).fma::<FUSED>(right, h);
    }
    [[a, b], [c, d], [e, f], [g, h]].map(|row| row.map(Lanes::total))
}

for_each_isa! {
    for FUSED
    /// Add `sum_i w_i x_ij x_ik` to `out[j][k]`, `k <= j`, for the columns of `block`.
    ///
    /// `block` has a multiple of [`TALL`] columns of `stride` numbers, a multiple of [`LANES`];
    /// `out` has as many rows and columns; `weights` has `stride` numbers; `scaled` is [`room`].
    pub fn gram(
        block: &[f64],
        weights: &[f64],
        stride: usize,
        scaled: &mut [f64],
        out: &mut [f64],
    ) {
        let columns = block.len() / stride.max(1);
        let mut start = 0;
        while start < stride {
            let length = CHUNK.min(stride - start);
            let column = |j: usize| {
                block[j * stride + start..][..length].as_chunks::<LANES>().0
            };
            let w = weights[start..][..length].as_chunks::<LANES>().0;
            for top in (0..columns).step_by(TALL) {
                for j in 0..TALL {
                    let u = scaled[j * CHUNK..][..length].as_chunks_mut::<LANES>().0;
                    for ((u, x), w) in u.iter_mut().zip(column(top + j)).zip(w) {
                        *u = (Lanes(*x) * Lanes(*w)).0;
                    }
                }
                let u = std::array::from_fn(|j| {
                    scaled[j * CHUNK..][..length].as_chunks::<LANES>().0
                });
                for left in (0..top + TALL).step_by(WIDE) {
                    let sums = tile::<FUSED>(u, [column(left), column(left + 1)]);
                    for (j, row) in sums.iter().enumerate() {
                        for (k, sum) in row.iter().enumerate() {
                            out[(top + j) * columns + left + k] += sum;
                        }
                    }
                }
            }
            start += length;
        }
    }
}

/// Room that [`gram`] needs.
pub fn room() -> Vec<f64> {
    vec![0.0; TALL * CHUNK]
}

for_each_isa! {
    /// The sum of products of two slices of one length.
    pub fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut sums = [0.0_f64; LANES];
        let (whole, rest) = a.as_chunks::<LANES>();
        let (others, left) = b.as_chunks::<LANES>();
        for (x, y) in whole.iter().zip(others) {
            for l in 0..LANES {
                sums[l] += x[l] * y[l];
            }
        }
        let tail: f64 = rest.iter().zip(left).map(|(x, y)| x * y).sum();
        sums.iter().sum::<f64>() + tail
    }
}

for_each_isa! {
    /// Take `by * x` from `y`.
    pub fn subtract(y: &mut [f64], by: f64, x: &[f64]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y -= by * x;
        }
    }
}

for_each_isa! {
    /// Add zero times each number: NaN where one is not finite.
    pub fn mark_missing(sums: &mut [f64], x: &[f64]) {
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum += x * 0.0;
        }
    }
}

for_each_isa! {
    /// The sum of squared distances from `mean` where `inside` is 1 and not 0.
    pub fn squares(x: &[f64], inside: &[f64], mean: f64) -> f64 {
        let mut sums = [0.0_f64; LANES];
        let (whole, rest) = x.as_chunks::<LANES>();
        let (others, left) = inside.as_chunks::<LANES>();
        for (x, i) in whole.iter().zip(others) {
            for l in 0..LANES {
                let apart = x[l] - mean;
                sums[l] += i[l] * apart * apart;
            }
        }
        let tail: f64 = rest.iter().zip(left).map(|(x, i)| i * (x - mean) * (x - mean)).sum();
        sums.iter().sum::<f64>() + tail
    }
}
