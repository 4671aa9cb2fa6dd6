//! Eight signatures at once, each multiplied by the exponentials of the next segments of its path.
//!
//! With Horner's rule a segment `x` changes level `m` by
//! `S_m += (((x/m + S_1) x/(m-1) + S_2) x/(m-2) + ... + S_{m-1}) x`. The partial sums belong to
//! prefixes of the words of level `m`, so the words of all levels are a tree: a prefix needs its own
//! history and its parent's, and nothing of its siblings. The tree is therefore walked once for
//! `STEPS` segments: each prefix writes its partial sums at every step, and at the last level
//! a tile of words stays in registers while the steps pass. This takes `d^N (1 + 2/d + 3/d^2 + ...)`
//! multiply-adds a segment, and no word of the last two levels is loaded or stored in between.

use super::shape::Shape;
use super::{LANES, Lanes};

/// Segments in a walk of the tree: increments and partial sums of so many stay in the first cache.
pub(super) const STEPS: usize = 32;

/// What a walk needs beside the signatures.
pub(super) struct Scratch {
    /// Increments: `channels` a step.
    pub increments: Vec<Lanes>,
    /// By length of prefix `k`, from 0 to `depth - 2`: at each step the partial sums of the levels
    /// `m = k + 1..=depth`, divided by `m - k`.
    partial: Vec<Vec<Lanes>>,
    /// Partial sums of the last level at prefixes of length `depth - 1`: `channels` a step.
    last: Vec<Lanes>,
}

impl Scratch {
    pub(super) fn new(shape: &Shape) -> Self {
        let (d, n) = (shape.channels(), shape.depth());
        let mut partial: Vec<Vec<Lanes>> = (0..n.saturating_sub(1))
            .map(|k| vec![Lanes::ZERO; (n - k) * STEPS])
            .collect();
        // The empty word has the coefficient 1.
        if let Some(root) = partial.first_mut() {
            for step in root.chunks_exact_mut(n) {
                for (m, value) in step.iter_mut().enumerate() {
                    *value = Lanes::splat(1.0 / (m + 1) as f64);
                }
            }
        }
        Self {
            increments: vec![Lanes::ZERO; d * STEPS],
            partial,
            last: vec![Lanes::ZERO; if n > 1 { d * STEPS } else { 0 }],
        }
    }

    /// Numbers of 8 bytes in a scratch.
    pub(super) fn size(shape: &Shape) -> usize {
        let (d, n) = (shape.channels(), shape.depth());
        LANES * STEPS * (2 * d + n * (n + 1) / 2)
    }
}

native::for_each_isa! {
    for FUSED
    /// Multiply the signatures by the exponentials of the first `steps` increments in `scratch`.
    pub(super) fn advance(state: &mut [Lanes], shape: &Shape, scratch: &mut Scratch, steps: usize) {
        let (d, n) = (shape.channels(), shape.depth());
        let x = &scratch.increments[..steps * d];
        // As many sums as fit the registers, of which eight lanes take one or two.
        let most = if native::Isa::best() == native::Isa::Avx512 { (3, 5) } else { (2, 3) };
        if n == 1 {
            for step in x.chunks_exact(d) {
                for (sum, x) in state.iter_mut().zip(step) {
                    *sum += *x;
                }
            }
            return;
        }
        for prefix in 0..shape.width(n - 2) {
            for k in 1..n - 1 {
                let below = shape.width(n - 2 - k);
                if prefix % below == 0 {
                    let word = prefix / below;
                    let (parents, children) = scratch.partial.split_at_mut(k);
                    let sum = &mut state[shape.begin(k) + word];
                    let levels = n - k;
                    inner::<FUSED>(sum, &parents[k - 1], &mut children[0], x, word % d, d, levels);
                }
            }
            let parent = &scratch.partial[n - 2][..2 * steps];
            let begin = shape.begin(n - 1) + prefix * d;
            outer_prefixes::<FUSED>(&mut state[begin..begin + d], parent, &mut scratch.last, x, d);
            let begin = shape.begin(n) + prefix * d * d;
            let words = &mut state[begin..begin + d * d];
            words_of_last_level::<FUSED>(words, &scratch.last[..steps * d], x, d, most);
        }
    }
}

/// A prefix that is followed by `levels` letters at most: its sum, and its partial sums at each step.
#[inline(always)]
fn inner<const FUSED: bool>(
    sum: &mut Lanes,
    parent: &[Lanes],
    child: &mut [Lanes],
    x: &[Lanes],
    letter: usize,
    d: usize,
    levels: usize,
) {
    macro_rules! of {
        ($($levels:literal)*) => {
            match levels {
                $($levels => inner_any::<FUSED>(sum, parent, child, x, letter, d, $levels),)*
                _ => inner_any::<FUSED>(sum, parent, child, x, letter, d, levels),
            }
        };
    }
    of!(2 3 4);
}

#[inline(always)]
fn inner_any<const FUSED: bool>(
    sum: &mut Lanes,
    parent: &[Lanes],
    child: &mut [Lanes],
    x: &[Lanes],
    letter: usize,
    d: usize,
    levels: usize,
) {
    let mut s = *sum;
    let steps = x.chunks_exact(d).zip(parent.chunks_exact(levels + 1));
    for ((x, above), below) in steps.zip(child.chunks_exact_mut(levels)) {
        let x = x[letter];
        for m in 0..levels {
            below[m] = above[m + 1].fma::<FUSED>(x, s) * Lanes::splat(1.0 / (m + 1) as f64);
        }
        s = above[0].fma::<FUSED>(x, s);
    }
    *sum = s;
}

/// The `d` prefixes of the last but one level that share a parent, some at a time.
#[inline(always)]
fn outer_prefixes<const FUSED: bool>(
    sums: &mut [Lanes],
    parent: &[Lanes],
    last: &mut [Lanes],
    x: &[Lanes],
    d: usize,
) {
    let mut from = 0;
    while from < d {
        let many = block(d - from, 5);
        macro_rules! of {
            ($($many:literal)*) => {
                match many {
                    $($many => outer_block::<FUSED, $many>(sums, parent, last, x, d, from),)*
                    _ => unreachable!("a block has at most 5 prefixes"),
                }
            };
        }
        of!(1 2 3 4 5);
        from += many;
    }
}

#[inline(always)]
fn outer_block<const FUSED: bool, const MANY: usize>(
    sums: &mut [Lanes],
    parent: &[Lanes],
    last: &mut [Lanes],
    x: &[Lanes],
    d: usize,
    from: usize,
) {
    let mut s = [Lanes::ZERO; MANY];
    s.copy_from_slice(&sums[from..from + MANY]);
    let steps = x.chunks_exact(d).zip(parent.chunks_exact(2));
    for ((x, above), out) in steps.zip(last.chunks_exact_mut(d)) {
        let (x, out) = (&x[from..from + MANY], &mut out[from..from + MANY]);
        for i in 0..MANY {
            out[i] = above[1].fma::<FUSED>(x[i], s[i]);
            s[i] = above[0].fma::<FUSED>(x[i], s[i]);
        }
    }
    sums[from..from + MANY].copy_from_slice(&s);
}

/// The `d^2` words of the last level that share a prefix of `depth - 2` letters, in tiles.
#[inline(always)]
fn words_of_last_level<const FUSED: bool>(
    words: &mut [Lanes],
    last: &[Lanes],
    x: &[Lanes],
    d: usize,
    (most_rows, most_columns): (usize, usize),
) {
    let mut row = 0;
    while row < d {
        let rows = block(d - row, most_rows);
        let mut column = 0;
        while column < d {
            let columns = block(d - column, most_columns);
            let at = (row, column);
            macro_rules! of {
                ($($rows:literal $columns:literal),*) => {
                    match (rows, columns) {
                        $(($rows, $columns) =>
                            tile::<FUSED, $rows, $columns>(words, last, x, d, at),)*
                        _ => unreachable!("a tile has at most 3 rows and 5 columns"),
                    }
                };
            }
            of!(1 1, 1 2, 1 3, 1 4, 1 5, 2 1, 2 2, 2 3, 2 4, 2 5, 3 1, 3 2, 3 3, 3 4, 3 5);
            column += columns;
        }
        row += rows;
    }
}

#[inline(always)]
fn tile<const FUSED: bool, const ROWS: usize, const COLUMNS: usize>(
    words: &mut [Lanes],
    last: &[Lanes],
    x: &[Lanes],
    d: usize,
    (row, column): (usize, usize),
) {
    let mut sums = [[Lanes::ZERO; COLUMNS]; ROWS];
    for i in 0..ROWS {
        sums[i].copy_from_slice(&words[(row + i) * d + column..][..COLUMNS]);
    }
    for (x, partial) in x.chunks_exact(d).zip(last.chunks_exact(d)) {
        let (x, partial) = (&x[column..column + COLUMNS], &partial[row..row + ROWS]);
        for i in 0..ROWS {
            for j in 0..COLUMNS {
                sums[i][j] = partial[i].fma::<FUSED>(x[j], sums[i][j]);
            }
        }
    }
    for i in 0..ROWS {
        words[(row + i) * d + column..][..COLUMNS].copy_from_slice(&sums[i]);
    }
}

/// The next block of `left` equal parts of at most `most`: six are two of three, not five and one.
#[inline(always)]
fn block(left: usize, most: usize) -> usize {
    left.div_ceil(left.div_ceil(most))
}
