//! Products of one tile at many lags, blocked in registers.
//!
//! With registers of `W` doubles, the lags of one residue class, `j, j + W, j + 2W, ...`,
//! read the same registers of the second series, one step apart. So `L` such lags need one
//! load of each series per step: the registers slide, by renaming, not by moving. `R`
//! classes run side by side where `L` alone would leave the multipliers idle. Per step:
//! `1 + R` loads, `R * L` fused multiply-adds in as many independent chains.

// Indices are register numbers here: the loops are unrolled and the arrays vanish.
#![allow(clippy::needless_range_loop)]

use super::lanes::Lanes;

/// Largest number of lags of one class held in registers.
const MAX_LAGS: usize = 8;

/// Doubles that must be readable beyond the last product: see [`products`].
pub(super) const PADDING: usize = 128;

/// `out[l] += sum over t < length of a[t] * b[t + l]`, for every `l < out.len()`.
///
/// # Safety
/// `length` is rounded up to whole registers (and, for few lags, groups of four):
/// `a` must hold zeros from `length` to `length + PADDING / 2`, and `b` finite values as far
/// as `length + out.len() + PADDING`, both readable.
#[inline(always)]
pub(super) unsafe fn products<V: Lanes>(
    a: *const f64,
    b: *const f64,
    length: usize,
    out: &mut [f64],
) {
    let steps = length.div_ceil(V::WIDTH);
    let most = if V::WIDTH == 8 { MAX_LAGS } else { 6 };
    let mut lag = 0;
    while lag < out.len() {
        let count = (out.len() - lag).min(most * V::WIDTH);
        let group = &mut out[lag..lag + count];
        // SAFETY: `b + lag` leaves the padding the caller promised beyond these lags.
        unsafe { group_of_lags::<V>(a, b.add(lag), steps, group) };
        lag += count;
    }
}

/// One group: at most `MAX_LAGS * WIDTH` lags.
#[inline(always)]
unsafe fn group_of_lags<V: Lanes>(a: *const f64, b: *const f64, steps: usize, out: &mut [f64]) {
    let count = out.len();
    if count < V::WIDTH {
        // SAFETY: as promised by the caller of `products`.
        return unsafe { few_lags::<V>(a, b, steps, out) };
    }
    let mut class = 0;
    while class < V::WIDTH {
        let lags = (count - class).div_ceil(V::WIDTH);
        // SAFETY: as promised by the caller of `products`.
        class += unsafe {
            match lags {
                1 => slide::<V, 4, 1>(a, b, steps, class, out),
                2 => slide::<V, 4, 2>(a, b, steps, class, out),
                3 => slide::<V, 2, 3>(a, b, steps, class, out),
                4 => slide::<V, 2, 4>(a, b, steps, class, out),
                5 => slide::<V, 1, 5>(a, b, steps, class, out),
                6 => slide::<V, 1, 6>(a, b, steps, class, out),
                7 => slide::<V, 1, 7>(a, b, steps, class, out),
                _ => slide::<V, 1, MAX_LAGS>(a, b, steps, class, out),
            }
        };
    }
}

/// `R` classes from `class` on, `L` lags each; lags beyond `out` are computed and dropped.
/// Returns `R`.
#[inline(always)]
unsafe fn slide<V: Lanes, const R: usize, const L: usize>(
    a: *const f64,
    b: *const f64,
    steps: usize,
    class: usize,
    out: &mut [f64],
) -> usize {
    let width = V::WIDTH;
    let mut sums = [[V::zero(); L]; R];
    let mut window = [[V::zero(); L]; R];
    // SAFETY: reads of `a` end at `steps * WIDTH`, reads of `b` at most
    // `(L + 1) * WIDTH + R` beyond: within the promised padding.
    unsafe {
        let b = b.add(class);
        for r in 0..R {
            for m in 0..L - 1 {
                window[r][m] = V::load(b.add(r + m * width));
            }
        }
        let b = b.add((L - 1) * width);
        let mut step = 0;
        while step + L <= steps {
            for turn in 0..L {
                let at = (step + turn) * width;
                let x = V::load(a.add(at));
                for r in 0..R {
                    window[r][(turn + L - 1) % L] = V::load(b.add(at + r));
                    for m in 0..L {
                        sums[r][m] = sums[r][m].add_product(x, window[r][(turn + m) % L]);
                    }
                }
            }
            step += L;
        }
        for turn in 0..L {
            if step == steps {
                break;
            }
            let at = step * width;
            let x = V::load(a.add(at));
            for r in 0..R {
                window[r][(turn + L - 1) % L] = V::load(b.add(at + r));
                for m in 0..L {
                    sums[r][m] = sums[r][m].add_product(x, window[r][(turn + m) % L]);
                }
            }
            step += 1;
        }
    }
    // Classes beyond the last belong to the lags one register on, which are there already.
    for r in 0..R.min(width - class) {
        for m in 0..L {
            if let Some(to) = out.get_mut(class + r + m * width) {
                *to += sums[r][m].total();
            }
        }
    }
    R
}

/// Fewer lags than a register has lanes: several steps at once instead of several lags.
#[inline(always)]
unsafe fn few_lags<V: Lanes>(a: *const f64, b: *const f64, steps: usize, out: &mut [f64]) {
    let mut lag = 0;
    while lag < out.len() {
        // SAFETY: as promised by the caller of `products`.
        lag += unsafe {
            match out.len() - lag {
                1 => unrolled::<V, 1, 4>(a, b, steps, lag, out),
                2 => unrolled::<V, 2, 4>(a, b, steps, lag, out),
                3 => unrolled::<V, 3, 2>(a, b, steps, lag, out),
                _ => unrolled::<V, 4, 2>(a, b, steps, lag, out),
            }
        };
    }
}

/// `R` neighbouring lags, `U` steps at once. Returns `R`.
#[inline(always)]
unsafe fn unrolled<V: Lanes, const R: usize, const U: usize>(
    a: *const f64,
    b: *const f64,
    steps: usize,
    lag: usize,
    out: &mut [f64],
) -> usize {
    let mut sums = [[V::zero(); R]; U];
    // SAFETY: `a` is zero and `b` finite as far as `U - 1` registers beyond the last step.
    unsafe {
        let b = b.add(lag);
        let mut step = 0;
        while step < steps {
            for u in 0..U {
                let at = (step + u) * V::WIDTH;
                let x = V::load(a.add(at));
                for r in 0..R {
                    sums[u][r] = sums[u][r].add_product(x, V::load(b.add(at + r)));
                }
            }
            step += U;
        }
    }
    for r in 0..R {
        let mut total = 0.0;
        for row in &sums {
            total += row[r].total();
        }
        out[lag + r] += total;
    }
    R
}
