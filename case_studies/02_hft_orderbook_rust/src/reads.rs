//! What strategies read from a book: prices, imbalance, the cost of a marketable order.
//!
//! Prices are in ticks. Where a side that is needed is empty, the answer is `None`; a float
//! is made from exact integers in the last step only.

use crate::{Book, Level, Side};

/// How the two sides stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No level at all.
    Empty,
    /// Levels on one side only.
    OneSided,
    /// Best bid below best ask.
    Normal,
    /// Best bid equals best ask.
    Locked,
    /// Best bid above best ask.
    Crossed,
}

impl State {
    /// As Python shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::OneSided => "one-sided",
            Self::Normal => "normal",
            Self::Locked => "locked",
            Self::Crossed => "crossed",
        }
    }
}

/// How the two sides of a book stand to each other.
pub fn state<B: Book>(book: &B) -> State {
    match Side::BOTH.map(|side| book.best_tick(side)) {
        [None, None] => State::Empty,
        [Some(bid), Some(ask)] if bid < ask => State::Normal,
        [Some(bid), Some(ask)] if bid == ask => State::Locked,
        [Some(_), Some(_)] => State::Crossed,
        _ => State::OneSided,
    }
}

/// Mid price, in ticks.
#[inline]
pub fn mid<B: Book>(book: &B) -> Option<f64> {
    book.twice_mid().map(|sum| sum as f64 * 0.5)
}

/// Best prices weighted by the quantity on the other side, in ticks.
///
/// `(bid * ask_lots + ask * bid_lots) / (bid_lots + ask_lots)`: it leans towards the side
/// that will be exhausted first (Gatheral and Oomen 2010, "weighted mid").
#[inline]
pub fn microprice<B: Book>(book: &B) -> Option<f64> {
    let (bid, ask) = (book.best(Side::Bid)?, book.best(Side::Ask)?);
    let spread = (ask.tick - bid.tick) as f64;
    let total = bid.lots as f64 + ask.lots as f64;
    // From the bid, so that a price of many ticks costs no digits of the quantities' share.
    Some(bid.tick as f64 + spread * (bid.lots as f64 / total))
}

/// `(bids - asks) / (bids + asks)` over the quantities of the best `levels` of each side.
///
/// In [-1, 1]; a side with fewer levels counts with those it has; `None` for an empty book.
#[inline]
pub fn imbalance<B: Book>(book: &B, levels: usize) -> Option<f64> {
    let [bids, asks] = Side::BOTH.map(|side| best_lots(book, side, levels));
    let total = bids + asks;
    (total > 0).then(|| (bids as i128 - asks as i128) as f64 / total as f64)
}

fn best_lots<B: Book>(book: &B, side: Side, levels: usize) -> u128 {
    let (mut left, mut sum) = (levels, 0);
    if left > 0 {
        book.visit(side, |level| {
            sum += u128::from(level.lots);
            left -= 1;
            left > 0
        });
    }
    sum
}

/// What a marketable order would get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Lots filled: less than asked for where the side is not deep enough.
    pub filled: u128,
    /// Sum of tick times lots over the fills.
    pub notional: i128,
    /// Price of the last fill.
    pub worst: Option<i64>,
    /// Number of levels touched.
    pub levels: usize,
}

impl Sweep {
    /// Volume-weighted average price, in ticks.
    #[must_use]
    pub fn vwap(&self) -> Option<f64> {
        let first = self.worst?;
        // Relative to the worst price: the difference keeps its digits.
        let filled = self.filled as i128;
        let beyond = self.notional - i128::from(first) * filled;
        Some(first as f64 + beyond as f64 / filled as f64)
    }
}

/// Walk `lots` into the resting orders of `side`; a buyer sweeps the asks.
pub fn sweep<B: Book>(book: &B, side: Side, lots: u64) -> Sweep {
    let mut out = Sweep::default();
    let mut left = lots;
    if left > 0 {
        book.visit(side, |Level { tick, lots }| {
            let fill = lots.min(left);
            left -= fill;
            out.filled += u128::from(fill);
            out.notional += i128::from(tick) * i128::from(fill);
            out.worst = Some(tick);
            out.levels += 1;
            left > 0
        });
    }
    out
}

/// CRC-32 (IEEE 802.3) over the decimal digits of tick and lots of the best `levels` of the
/// asks, then of the bids: Kraken's rule, where tick and lot are the venue's last decimals. A
/// price counts without its sign: the rule has no negative ones.
pub fn checksum<B: Book>(book: &B, levels: usize) -> u32 {
    let mut crc = Crc32(u32::MAX);
    for side in [Side::Ask, Side::Bid] {
        let mut left = levels;
        if left > 0 {
            book.visit(side, |level| {
                crc.digits(level.tick.unsigned_abs());
                crc.digits(level.lots);
                left -= 1;
                left > 0
            });
        }
    }
    !crc.0
}

struct Crc32(u32);

impl Crc32 {
    fn digits(&mut self, mut value: u64) {
        let mut text = [0; 20];
        let mut at = text.len();
        loop {
            at -= 1;
            text[at] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        for &byte in &text[at..] {
            self.0 ^= u32::from(byte);
            for _ in 0..8 {
                self.0 = (self.0 >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(self.0 & 1));
            }
        }
    }
}
