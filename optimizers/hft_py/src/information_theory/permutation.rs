//! The information that is left where one variable is permuted.
//!
//! Permutation `p` of a pair is the stream `(seed, pair, p)` of random numbers: it depends neither
//! on threads nor on how the work is cut. The shuffle is Durstenfeld's (CACM 7, 1964); a value is
//! counted as soon as its place is final. Two indices come from one 64-bit word, as in
//! Brackett-Rozinsky and Lemire, arXiv:2408.06213, without the rejection: for `n` values their bias
//! is below `n^2 / 2^64`. With few cells for many observations the table of counts is drawn
//! instead ([`super::random_tables`]), which has the same distribution.

use super::binning::Code;
use super::estimator::Estimator;
use super::information::Measure;
use super::random_tables::Margins;
use super::tables::{Cells, Coded, Triple};
use crate::Error;
use crate::parallel;
use crate::rng::Stream;
use crate::watch::Watch;

/// Terms made in advance: counts are seldom larger.
const KNOWN: usize = 4096;

/// Parts of the permutations for each thread: one takes a microsecond, or a thousand.
const PARTS: usize = 32;

/// Which permutations: `first`, `first + 1`, ... of a pair.
#[derive(Debug, Clone, Copy)]
pub struct Permutations {
    /// The seed of all.
    pub seed: u64,
    /// The number of the pair of variables.
    pub pair: u32,
    /// The first permutation.
    pub first: u32,
}

/// `I(X; Y | Z)` in bits, not clipped, for permutations of `x` alone.
///
/// # Errors
/// What the watcher raised.
pub fn permuted<C: Code>(
    data: &Triple<'_, C>,
    estimator: Estimator,
    which: Permutations,
    threads: usize,
    watch: &mut dyn Watch,
    values: &mut [f64],
) -> Result<(), Error> {
    let measure = Measure::new(estimator, data.rows(), KNOWN);
    let mut starts = Vec::new();
    let mut margins = None;
    if let Some(cells) = data.cells() {
        starts.resize(data.rows(), 0);
        data.row_starts(0, &mut starts);
        let mut columns = vec![0; data.x.size];
        data.x
            .codes
            .iter()
            .for_each(|code| columns[code.index()] += 1);
        margins = Margins::of(&starts, columns, cells);
    }
    let sizes = data.sizes();
    let memory = || (Vec::new(), Vec::new(), Vec::new());
    let one = |memory: &mut (Vec<C>, Vec<u32>, Vec<u32>), index: usize| {
        let (shuffled, counts, left) = memory;
        let mut stream = Stream::new(which.seed, which.pair, which.first + index as u32);
        counts.clear();
        counts.resize(data.cells().unwrap_or(0), 0);
        if let Some(margins) = &margins {
            margins.draw(&mut stream, left, counts);
            return measure.of_cells(Cells::<C>::Table(counts, sizes));
        }
        shuffled.clear();
        shuffled.extend_from_slice(data.x.codes);
        shuffle(shuffled, &mut stream, |place, code| {
            if let Some(start) = starts.get(place) {
                counts[*start as usize + code.index()] += 1;
            }
        });
        if starts.is_empty() {
            let x = Coded {
                codes: shuffled,
                size: data.x.size,
            };
            return measure.of_cells(Cells::Rows(Triple { x, ..*data }));
        }
        measure.of_cells(Cells::<C>::Table(counts, sizes))
    };
    let part = values.len().div_ceil(PARTS * threads.max(1)).max(1);
    let mut parts: Vec<_> = values.chunks_mut(part).collect();
    parallel::fill(
        &mut parts,
        threads,
        watch,
        memory,
        |memory, index, values| {
            for (value, index) in values.iter_mut().zip(index * part..) {
                *value = one(memory, index).shared as f64 * measure.unit();
            }
        },
    )
}

/// Permute; `seen` is called with each place and its final value.
#[inline]
fn shuffle<C: Code>(values: &mut [C], stream: &mut Stream, mut seen: impl FnMut(usize, C)) {
    let mut left = values.len();
    let mut finish = |values: &mut [C], place: usize, from: u64| {
        values.swap(place, from as usize);
        seen(place, values[place]);
    };
    while left > 1 {
        let (index, rest) = scaled(stream.word(), left as u64);
        finish(values, left - 1, index);
        let (index, _) = scaled(rest, left as u64 - 1);
        finish(values, left - 2, index);
        left -= 2;
    }
    if left == 1 {
        finish(values, 0, 0);
    }
}

/// The upper and the lower word of a product.
#[inline]
fn scaled(word: u64, bound: u64) -> (u64, u64) {
    let product = u128::from(word) * u128::from(bound);
    ((product >> 64) as u64, product as u64)
}
