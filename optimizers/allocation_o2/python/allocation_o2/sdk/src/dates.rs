//! The dates of a rolling run.

use crate::Prices;

/// Dates at which weights are made, as observations of prices: `first`, `first + step`, ...
///
/// ```
/// use allocation_o2::{Dates, Prices};
///
/// let prices = Prices::new(&[1.0, 2.0, 3.0, 4.0, 5.0], 1);
/// let dates = Dates { first: 2, step: 2, window: 3 };
/// assert_eq!(dates.seen(&prices, 0).asset(0), [1.0, 2.0, 3.0]);
/// assert_eq!(dates.seen(&prices, 1).asset(0), [3.0, 4.0, 5.0]);
/// ```
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// The observation of the first date.
    pub first: usize,
    /// Observations from one date to the next.
    pub step: usize,
    /// Observations that the strategy sees at a date; 0 for all so far.
    pub window: usize,
}

impl Dates {
    /// The observation after the date of a row.
    #[must_use]
    #[inline]
    pub fn end(&self, row: usize) -> usize {
        self.first + row * self.step + 1
    }

    /// What is seen at the date of a row.
    ///
    /// # Panics
    /// The date is after the last observation.
    #[must_use]
    #[inline]
    #[track_caller]
    pub fn seen<'a>(&self, prices: &Prices<'a>, row: usize) -> Prices<'a> {
        let end = self.end(row);
        let window = if self.window == 0 { end } else { self.window };
        prices.between(end.saturating_sub(window), end)
    }

    /// The dates from a row on.
    #[must_use]
    #[inline]
    pub fn from(&self, row: usize) -> Self {
        Self {
            first: self.first + row * self.step,
            ..*self
        }
    }
}
