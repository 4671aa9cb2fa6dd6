//! The trait that every book implements.

use crate::{Error, Level, MAX_LOTS, Side};

/// A price-aggregated (L2) order book: for each side a map from tick to lots.
///
/// Ticks lie within ±[`crate::MAX_TICK`] and lots within [`MAX_LOTS`]; the
/// callers ([`crate::apply()`], the loaders, Python) check that, the methods here do not.
pub trait Book: Clone + Default {
    /// Shown in tables and errors.
    const NAME: &'static str;

    /// The level at `tick` now has `lots`; 0 deletes it, known or not.
    fn set(&mut self, side: Side, tick: i64, lots: u64);

    /// Quantity at a price; 0 where there is no level.
    fn lots(&self, side: Side, tick: i64) -> u64;

    /// The best level of a side.
    fn best(&self, side: Side) -> Option<Level>;

    /// Visit the levels of a side, best first, until the visitor returns `false`.
    fn visit(&self, side: Side, visitor: impl FnMut(Level) -> bool);

    /// Number of levels of a side.
    fn len(&self, side: Side) -> usize;

    /// Remove all levels of both sides.
    fn clear(&mut self);

    /// Whether both sides are empty.
    fn is_empty(&self) -> bool {
        Side::BOTH.iter().all(|&side| self.best(side).is_none())
    }

    /// The best price of a side, in ticks.
    #[inline]
    fn best_tick(&self, side: Side) -> Option<i64> {
        self.best(side).map(|level| level.tick)
    }

    /// Change the quantity at a price.
    ///
    /// # Errors
    /// [`Error::Underflow`] or [`Error::QuantityOverflow`]; the book is unchanged.
    fn add(&mut self, side: Side, tick: i64, delta: i64) -> Result<(), Error> {
        let lots = self.lots(side, tick);
        match lots.checked_add_signed(delta) {
            None if delta < 0 => Err(Error::Underflow { tick, lots, delta }),
            Some(new) if new <= MAX_LOTS => {
                self.set(side, tick, new);
                Ok(())
            }
            _ => Err(Error::QuantityOverflow { tick, lots, delta }),
        }
    }

    /// Twice the mid price in ticks: an integer, so that nothing is rounded.
    #[inline]
    fn twice_mid(&self) -> Option<i64> {
        Some(self.best_tick(Side::Bid)? + self.best_tick(Side::Ask)?)
    }

    /// Best ask less best bid, in ticks: 0 when locked, negative when crossed.
    #[inline]
    fn spread(&self) -> Option<i64> {
        Some(self.best_tick(Side::Ask)? - self.best_tick(Side::Bid)?)
    }

    /// All levels of a side, best first.
    fn depth(&self, side: Side) -> Vec<Level> {
        let mut levels = Vec::with_capacity(self.len(side));
        self.visit(side, |level| {
            levels.push(level);
            true
        });
        levels
    }

    /// Write the best levels into `out` and return how many there were.
    #[inline]
    fn top(&self, side: Side, out: &mut [Level]) -> usize {
        let mut count = 0;
        if out.is_empty() {
            return 0;
        }
        self.visit(side, |level| {
            out[count] = level;
            count += 1;
            count < out.len()
        });
        count
    }
}
