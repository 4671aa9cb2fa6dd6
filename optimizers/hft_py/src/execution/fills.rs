//! Sums over the fills of each order, in whole numbers, in one pass.

use crate::Error;
use crate::parallel::for_each;
use native::for_each_isa;

/// The sums of an order, a cache line: quantity; it times price, mid, and price limited to the
/// quotes; fees; number of fills; first and last time.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Sums(pub [i64; 8]);

/// Why a fill cannot be counted; numbered as in `hft_py.execution.baseline.fills`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Not a positive whole number of units.
    Quantity = 1,
    /// Off the grid.
    Price,
    /// A bid or ask off the grid, or missing.
    Quote,
    /// Off the grid.
    Fee,
}

/// Fills, column by column.
#[derive(Debug, Clone, Copy)]
pub struct Fills<'a> {
    /// The order of each, negative for none.
    pub codes: &'a [i32],
    /// Quantities.
    pub quantity: &'a [f64],
    /// Prices.
    pub price: &'a [f64],
    /// Best prices at the time of the fill.
    pub quotes: Option<(&'a [f64], &'a [f64])>,
    /// Fees.
    pub fee: Option<&'a [f64]>,
    /// Times.
    pub time: Option<&'a [i64]>,
    /// Whole numbers in a unit of quantity, price and fee.
    pub scales: [f64; 3],
}

/// What was found: the sums; a number that no price exceeds; the first fill that cannot be counted.
#[derive(Debug, Clone)]
pub struct Found {
    /// Of each order.
    pub sums: Vec<Sums>,
    /// The bits of all prices, without their signs, in half units.
    pub price_bits: i64,
    /// The sums are then of no use.
    pub wrong: Option<(Reason, usize)>,
}

/// Fills that are turned into whole numbers at once.
const BLOCK: usize = 256;
/// Added to a number below `2^51`, it leaves the number rounded in the last bits.
const SHIFT: f64 = 1.5 * (1_u64 << 52) as f64;
const LARGEST: f64 = (1_u64 << 51) as f64;

for_each_isa! {
    /// Values as whole multiples of a unit; whether they all are that, and below `2^51`.
    fn whole(values: &[f64], scale: f64, out: &mut [i64]) -> bool {
        let mut good = true;
        for (value, slot) in values.iter().zip(out) {
            let scaled = value * scale;
            let shifted = scaled + SHIFT;
            let off = (scaled - (shifted - SHIFT)).abs();
            good &= (off <= 1e-3) & (scaled.abs() < LARGEST);
            *slot = (shifted.to_bits() as i64).wrapping_sub(SHIFT.to_bits() as i64);
        }
        good
    }
}

/// An error where a code is not that of an order.
pub(super) fn check_codes(codes: &[i32], orders: usize) -> Result<(), Error> {
    let most = codes.iter().copied().max().unwrap_or(-1);
    if usize::try_from(most).is_ok_and(|most| most >= orders) {
        return Err(Error::value(
            "codes",
            most,
            "less than the number of orders",
        ));
    }
    Ok(())
}

/// Columns of a block as whole numbers.
struct Block {
    lots: [i64; BLOCK],
    price: [i64; BLOCK],
    bid: [i64; BLOCK],
    ask: [i64; BLOCK],
    fee: [i64; BLOCK],
}

impl Fills<'_> {
    fn check(&self, orders: usize) -> Result<(), Error> {
        let n = self.codes.len();
        Error::check_length("quantity", self.quantity.len(), n)?;
        Error::check_length("price", self.price.len(), n)?;
        if let Some((bid, ask)) = self.quotes {
            Error::check_length("bid", bid.len(), n)?;
            Error::check_length("ask", ask.len(), n)?;
        }
        if let Some(fee) = self.fee {
            Error::check_length("fee", fee.len(), n)?;
        }
        if let Some(time) = self.time {
            Error::check_length("time", time.len(), n)?;
        }
        check_codes(self.codes, orders)
    }

    /// Rows `first..last` as whole numbers; why not, where they are not.
    fn read(&self, first: usize, last: usize, block: &mut Block) -> Option<Reason> {
        let [quantity, price, fee] = self.scales;
        let rows = first..last;
        let lots = &self.quantity[rows.clone()];
        if !whole(lots, quantity, &mut block.lots) || lots.iter().any(|lots| *lots <= 0.0) {
            return Some(Reason::Quantity);
        }
        if !whole(&self.price[rows.clone()], price, &mut block.price) {
            return Some(Reason::Price);
        }
        if let Some((bid, ask)) = self.quotes {
            let bids = whole(&bid[rows.clone()], price, &mut block.bid);
            if !(bids & whole(&ask[rows.clone()], price, &mut block.ask)) {
                return Some(Reason::Quote);
            }
        }
        match self.fee {
            Some(fees) if !whole(&fees[rows], fee, &mut block.fee) => Some(Reason::Fee),
            _ => None,
        }
    }

    /// Add rows from `first` on, which are in the block; the bits of their prices.
    fn add(&self, first: usize, last: usize, block: &Block, sums: &mut [Sums]) -> i64 {
        let mut bits = 0;
        let codes = &self.codes[first..last];
        for (i, code) in codes.iter().enumerate() {
            let (lots, price) = (block.lots[i], 2 * block.price[i]);
            let (bid, ask) = (block.bid[i], block.ask[i]);
            let (low, high) = (2 * bid.min(ask), 2 * bid.max(ask));
            bits |= price.abs() | low.abs() | high.abs();
            let Ok(order) = usize::try_from(*code) else {
                continue;
            };
            let (mid, touch) = if self.quotes.is_some() {
                (bid + ask, price.clamp(low, high))
            } else {
                (0, 0)
            };
            // One by one: an array of the parts would be written and read back.
            let sum = &mut sums[order].0;
            sum[0] = sum[0].wrapping_add(lots);
            sum[1] = sum[1].wrapping_add(lots.wrapping_mul(price));
            sum[2] = sum[2].wrapping_add(lots.wrapping_mul(mid));
            sum[3] = sum[3].wrapping_add(lots.wrapping_mul(touch));
            sum[4] = sum[4].wrapping_add(block.fee[i]);
            sum[5] += 1;
            if let Some(time) = self.time {
                sum[6] = sum[6].min(time[first + i]);
                sum[7] = sum[7].max(time[first + i]);
            }
        }
        bits
    }

    /// The sums of rows `start..end`.
    fn sum(&self, start: usize, end: usize, orders: usize) -> Found {
        let [early, late] = match self.time {
            Some(_) => [i64::MAX, i64::MIN],
            None => [0, 0],
        };
        let mut found = Found {
            sums: vec![Sums([0, 0, 0, 0, 0, 0, early, late]); orders],
            price_bits: 0,
            wrong: None,
        };
        let empty = [0; BLOCK];
        let mut block = Block {
            lots: empty,
            price: empty,
            bid: empty,
            ask: empty,
            fee: empty,
        };
        for first in (start..end).step_by(BLOCK) {
            let last = (first + BLOCK).min(end);
            if self.read(first, last, &mut block).is_some() {
                // Which of them is the first, and why: one by one.
                found.wrong = (first..last).find_map(|row| {
                    let reason = self.read(row, row + 1, &mut block)?;
                    Some((reason, row))
                });
                return found;
            }
            found.price_bits |= self.add(first, last, &block, &mut found.sums);
        }
        found
    }
}

impl Found {
    /// Those of later fills added.
    fn with(mut self, later: Self) -> Self {
        for (sum, more) in self.sums.iter_mut().zip(later.sums) {
            for i in 0..6 {
                sum.0[i] = sum.0[i].wrapping_add(more.0[i]);
            }
            sum.0[6] = sum.0[6].min(more.0[6]);
            sum.0[7] = sum.0[7].max(more.0[7]);
        }
        self.price_bits |= later.price_bits;
        self.wrong = self.wrong.or(later.wrong);
        self
    }
}

/// Sums of each order. Each thread adds up a part of the fills.
///
/// # Errors
/// [`Error::Length`] and [`Error::Value`] for arrays that do not fit together.
pub fn fill_sums(fills: &Fills<'_>, orders: usize, threads: usize) -> Result<Found, Error> {
    fills.check(orders)?;
    let count = fills.codes.len();
    let part = count.div_ceil(threads.max(1)).max(1);
    let mut parts: Vec<Option<Found>> = vec![None; count.div_ceil(part).max(1)];
    for_each(
        parts.iter_mut().enumerate(),
        threads,
        &mut || Ok::<(), Error>(()),
        || (),
        |(), (i, found)| {
            *found = Some(fills.sum(i * part, (i * part + part).min(count), orders));
        },
    )?;
    let all = parts.into_iter().flatten().reduce(Found::with);
    Ok(all.unwrap_or_else(|| fills.sum(0, 0, orders)))
}
