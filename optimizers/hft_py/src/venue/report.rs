//! Orders as the venue keeps them, and what it reports about them.

use super::{Kind, Side};
use std::sync::Arc;

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It rests, and nothing of it has traded.
    New,
    /// Part of it has traded, the rest rests.
    PartiallyFilled,
    /// All of it has traded.
    Filled,
    /// What was left is cancelled.
    Cancelled,
    /// It was refused.
    Rejected,
}

impl Status {
    /// Whether the order can still trade.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::PartiallyFilled)
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No such symbol.
    UnknownSymbol,
    /// The price is no whole number of ticks, or none, or not positive.
    Price,
    /// The quantity is not a whole number of lots within the limits.
    Quantity,
    /// An order type, side or time in force that the venue does not have.
    Unsupported,
    /// The client has used this ClOrdID.
    Duplicate,
    /// A post-only order would trade.
    WouldTrade,
    /// The client has no such order.
    UnknownOrder,
    /// The order is filled, cancelled or refused already.
    TooLate,
    /// A ClOrdID that is empty or too long.
    ClOrdId,
    /// The new quantity is not above what has traded.
    AlreadyTraded,
    /// A replacement names another symbol, side or type.
    Changed,
    /// No such trade, or the operator has cancelled it.
    UnknownTrade,
}

impl Refused {
    /// The reason in words, as reports give it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnknownSymbol => "unknown symbol",
            Self::Price => "the price must be positive and a whole number of ticks",
            Self::Quantity => "the quantity must be a whole number from 1 to 1000000000",
            Self::Unsupported => "unsupported order type, side or time in force",
            Self::Duplicate => "duplicate ClOrdID",
            Self::WouldTrade => "the post-only order would trade",
            Self::UnknownOrder => "unknown order",
            Self::TooLate => "too late: the order is not open",
            Self::ClOrdId => "the ClOrdID must have 1 to 64 characters",
            Self::AlreadyTraded => "the new quantity must be above the quantity that has traded",
            Self::Changed => "symbol, side and type of an order cannot change",
            Self::UnknownTrade => "unknown trade",
        }
    }
}

/// An order as it stands.
#[derive(Clone, Debug)]
pub struct Order {
    /// The venue's number.
    pub id: u64,
    /// Whose it is.
    pub client: u32,
    /// Whether it came by FIX.
    pub by_fix: bool,
    /// The client's name for it, the latest one.
    pub cl_ord_id: Arc<str>,
    /// Its symbol, as the client wrote it.
    pub symbol: Arc<str>,
    /// The number of the symbol; none for a refused order of an unknown one.
    pub book: Option<u32>,
    /// Its side.
    pub side: Side,
    /// What kind it is.
    pub kind: Kind,
    /// TimeInForce (59) as the client gave it.
    pub in_force: u8,
    /// Its limit in ticks; none for a market order.
    pub tick: Option<i64>,
    /// Its quantity.
    pub lots: u64,
    /// How much has traded.
    pub filled: u64,
    /// How much had traded before the operator cancelled it; it does not trade again.
    pub void: u64,
    /// The sum of ticks times lots of its trades.
    pub value: i128,
    /// Its state.
    pub status: Status,
    /// When it came, nanoseconds since 1970-01-01 UTC.
    pub created: i64,
    /// When it changed last.
    pub updated: i64,
    /// Why it was refused or cancelled, or empty.
    pub text: &'static str,
}

impl Order {
    /// What can still trade.
    #[must_use]
    pub const fn left(&self) -> u64 {
        if self.status.is_open() {
            self.lots - self.filled - self.void
        } else {
            0
        }
    }

    /// `lots` more have traded, or fewer where it is negative, and ticks times lots is `value` more.
    pub(super) fn traded(&mut self, lots: i64, value: i128) {
        self.filled = self.filled.saturating_add_signed(lots);
        self.value += value;
        self.status = match self.status {
            Status::Cancelled | Status::Rejected => self.status,
            _ if self.filled == self.lots => Status::Filled,
            // No more can trade, and yet not all has: the rest was cancelled by the operator.
            Status::Filled => Status::Cancelled,
            _ if self.filled + self.void == self.lots => Status::Cancelled,
            _ if self.filled == 0 => Status::New,
            _ => Status::PartiallyFilled,
        };
    }
}

/// What an order was before a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The client's name for it.
    pub cl_ord_id: Arc<str>,
    /// Its limit in ticks.
    pub tick: Option<i64>,
    /// Its quantity.
    pub lots: u64,
}

/// What a report says has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The order was taken.
    New,
    /// It traded.
    Trade {
        /// The trade's number; both sides have the same.
        trade: u64,
        /// At this price.
        tick: i64,
        /// This much.
        lots: u64,
    },
    /// What was left of it was cancelled; the client's name for its request, if it asked.
    Cancelled(Option<Arc<str>>),
    /// It was replaced; the client's name for it before.
    Replaced(Arc<str>),
    /// It was refused.
    Rejected(Refused),
    /// A cancellation or replacement of it was refused; the order is as before.
    CancelRejected {
        /// Why.
        why: Refused,
        /// Whether a replacement was asked for.
        replace: bool,
        /// The client's name for its request.
        request: Arc<str>,
    },
    /// The operator has cancelled a trade.
    Busted {
        /// The report that is void.
        reference: u64,
        /// The price of the trade.
        tick: i64,
        /// How much.
        lots: u64,
    },
    /// The operator has corrected a trade.
    Corrected {
        /// The report that is void.
        reference: u64,
        /// The price that holds.
        tick: i64,
        /// The quantity that holds.
        lots: u64,
    },
    /// The client asked how its order stands.
    State,
}

/// A report to the owner of an order.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its number, unique in the venue; 0 for an answer about the state.
    pub exec: u64,
    /// What has happened.
    pub what: What,
    /// The order as it stands after it.
    pub order: Order,
    /// When, nanoseconds since 1970-01-01 UTC.
    pub time: i64,
}

/// A level that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The symbol's number.
    pub book: u32,
    /// The side.
    pub side: Side,
    /// The price.
    pub tick: i64,
    /// What the level holds now; zero where it is gone.
    pub lots: u64,
}

/// A trade as all participants see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// The symbol's number.
    pub book: u32,
    /// The trade's number.
    pub trade: u64,
    /// The price.
    pub tick: i64,
    /// How much.
    pub lots: u64,
    /// The side of the order that came in.
    pub taker: Side,
    /// When.
    pub time: i64,
}

/// What a call of the exchange caused, in its order.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Reports to clients.
    pub reports: Vec<Report>,
    /// Levels that changed.
    pub changes: Vec<Change>,
    /// Trades.
    pub prints: Vec<Print>,
}

impl Outcome {
    /// Forget everything; the room stays.
    pub fn clear(&mut self) {
        self.reports.clear();
        self.changes.clear();
        self.prints.clear();
    }
}
