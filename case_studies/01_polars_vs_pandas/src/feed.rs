//! A tile of a group of assets, prepared for a kernel: its suffix sums and its rows.

use crate::lanes::{LANES, Lanes};
use crate::rows::{Fetch, Rows, Stage};
use crate::window::{Suffix, Two};
use ndarray::ArrayView2;
use std::ops::Range;

/// Two vectors side by side.
pub(crate) const PAIR: usize = 2 * LANES;

/// The inputs, validated.
#[derive(Clone, Copy)]
pub(crate) struct Market<'a> {
    pub signal: ArrayView2<'a, f64>,
    pub returns: ArrayView2<'a, f64>,
    pub window: usize,
}

impl Market<'_> {
    /// The tiles of the rows that decide or precede a decision: all but the last row.
    pub fn tiles(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (window, last) = (self.window, self.signal.nrows() - 1);
        (0..last)
            .step_by(window)
            .map(move |start| start..last.min(start + window))
    }
}

/// The panels of `columns` assets: some 32 each. Fixed by their number and never by the
/// threads: the portfolio's sums are taken panel by panel.
pub(crate) fn panels(columns: usize) -> Vec<Range<usize>> {
    let pairs = columns.div_ceil(PAIR);
    let count = (pairs / 2).max(1);
    let edge = |i: usize| columns.min(i * pairs / count * PAIR);
    (0..count).map(|i| edge(i)..edge(i + 1)).collect()
}

/// How many panels share a tile, so that it and the next one fit half a megabyte or so of
/// cache. The more, the longer the stretches in which memory is read.
pub(crate) fn panels_together(window: usize) -> usize {
    (768 / window).max(1)
}

/// `V` vectors of assets on the rows of a tile that decide.
pub(crate) struct Group<'a, const V: usize> {
    pub window: usize,
    pub shift: [[f64; LANES]; V],
    /// One entry for each row of the tile.
    pub suffixes: &'a [[Two; V]],
    pub signal: Rows<'a>,
    /// Of the row after.
    pub returns: Rows<'a>,
    /// The next tile, where it will be read in place.
    pub fetch: Option<Fetch<'a>>,
}

/// Serves neighbouring columns, tile after tile; sized by the window, never by the number of rows.
pub(crate) struct Feed<'a> {
    market: Market<'a>,
    columns: Range<usize>,
    suffixes: Vec<Two>,
    /// The last tile of every group that is not read in place.
    signal: Vec<f64>,
    /// One group's.
    returns: Vec<f64>,
}

impl<'a> Feed<'a> {
    pub fn new(market: Market<'a>, columns: Range<usize>) -> Self {
        let window = market.window;
        // What is read in place needs no staging, save for a last group where the matrix ends.
        let staged = |matrix: &ArrayView2<'_, f64>| {
            let rest = if matrix.is_standard_layout() {
                columns.len() % PAIR
            } else {
                columns.len()
            };
            rest.next_multiple_of(LANES)
        };
        Self {
            suffixes: vec![[[0.0; LANES]; 2]; window * 2],
            signal: vec![0.0; staged(&market.signal) * window],
            returns: vec![0.0; staged(&market.returns).min(PAIR) * window],
            market,
            columns,
        }
    }

    /// The group at column `offset`; nothing for the first tile, which only
    /// precedes. Tiles must come in order.
    #[inline(always)]
    pub fn group<L: Lanes, const V: usize>(
        &mut self,
        offset: usize,
        tile: Range<usize>,
    ) -> Option<Group<'_, V>> {
        let (signal, returns) = (self.market.signal, self.market.returns);
        let window = self.market.window;
        let width = V * LANES;
        let first = self.columns.start + offset;
        let columns = first..self.columns.end.min(first + width);
        let stride = signal.ncols();
        // A last group that is not full runs on into the next row: what its missing lanes see
        // is of no account, for they own nothing. Only where the matrix ends is it staged.
        let in_place = |matrix: ArrayView2<'a, f64>, rows: usize| {
            let end = (rows - 1) * stride + first + width;
            matrix.to_slice().filter(|values| end <= values.len())
        };
        let signal_values = in_place(signal, tile.end);
        let return_values = in_place(returns, tile.end + 1);
        let staged_at = offset * window * usize::from(!signal.is_standard_layout());
        let (suffixes, _) = self.suffixes.as_chunks_mut::<V>();
        let suffixes = &mut suffixes[..window];

        let mut shift = [[0.0; LANES]; V];
        if let Some(before) = tile.start.checked_sub(window) {
            let x = match in_place(signal, tile.start) {
                Some(values) => Rows::new(values, before * stride + first, stride),
                None => Rows::new(&self.signal, staged_at, width),
            };
            shift = L::run(Suffix { x, sums: suffixes });
        }
        if signal_values.is_none() {
            let staged = &mut self.signal[staged_at..][..tile.len() * width];
            let (rows, columns) = (tile.clone(), columns.clone());
            L::run(Stage::<V> {
                matrix: signal,
                rows,
                columns,
                staged,
            });
        }
        let rest = |values: &'a [f64], row: usize| {
            &values[values.len().min(row * stride + self.columns.start)..]
        };
        let groups = self.columns.len().div_ceil(width);
        let step = offset / width * tile.len();
        let values = signal_values.zip(return_values);
        let fetch = values.map(|(signal, returns)| Fetch {
            signal: rest(signal, tile.end),
            returns: rest(returns, tile.end + 1),
            stride,
            groups,
            row: step / groups,
            group: step % groups,
        });
        if tile.start == 0 {
            if let Some(mut fetch) = fetch {
                (0..tile.len()).for_each(|_| fetch.step::<V>());
            }
            return None;
        }
        if return_values.is_none() {
            let staged = &mut self.returns[..tile.len() * width];
            let rows = tile.start + 1..tile.end + 1;
            L::run(Stage::<V> {
                matrix: returns,
                rows,
                columns,
                staged,
            });
        }
        Some(Group {
            window,
            shift,
            suffixes: &suffixes[..tile.len()],
            signal: match signal_values {
                Some(values) => Rows::new(values, tile.start * stride + first, stride),
                None => Rows::new(&self.signal, staged_at, width),
            },
            returns: match return_values {
                Some(values) => Rows::new(values, (tile.start + 1) * stride + first, stride),
                None => Rows::new(&self.returns, 0, width),
            },
            fetch,
        })
    }
}
