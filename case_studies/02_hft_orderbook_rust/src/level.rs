//! Sides, levels and the range of what a book can hold.

use crate::Error;

/// Largest tick, of either sign: sums and differences of two ticks cannot overflow.
pub const MAX_TICK: i64 = 1 << 61;

/// Largest quantity of one level, in lots.
pub const MAX_LOTS: u64 = i64::MAX as u64;

/// A side of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Side {
    /// Buyers: the highest price is best.
    Bid = 0,
    /// Sellers: the lowest price is best.
    Ask = 1,
}

impl Side {
    /// Both sides, bids first.
    pub const BOTH: [Self; 2] = [Self::Bid, Self::Ask];

    /// The other side.
    #[inline]
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }

    /// Map a tick to a key of which the larger is always the better, and back.
    ///
    /// Asks are complemented (`!tick`, that is `-tick - 1`), which reverses their order and
    /// is its own inverse: one code serves both sides, so neither can differ from the other.
    #[inline]
    #[must_use]
    pub const fn key(self, tick: i64) -> i64 {
        tick ^ -(self as i64)
    }

    /// The side of a checked event: only the lowest bit counts.
    #[inline(always)]
    #[must_use]
    pub const fn of(bit: u8) -> Self {
        match bit & 1 {
            0 => Self::Bid,
            _ => Self::Ask,
        }
    }
}

impl TryFrom<u8> for Side {
    type Error = Error;

    fn try_from(value: u8) -> Result<Self, Error> {
        match value {
            0 => Ok(Self::Bid),
            1 => Ok(Self::Ask),
            _ => Err(Error::UnknownSide { value }),
        }
    }
}

/// A price and the quantity resting there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level {
    /// Price in ticks.
    pub tick: i64,
    /// Quantity in lots, never zero.
    pub lots: u64,
}
