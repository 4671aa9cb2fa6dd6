//! Everything that can be wrong with an input, one variant each.

/// What a book, a feed or a loader refuses. The book is unchanged after any of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // of the fields, which the messages name
pub enum Error {
    /// A side is neither 0 (bid) nor 1 (ask).
    #[error("side={value}: expected 0 (bid) or 1 (ask)")]
    UnknownSide { value: u8 },
    /// The kind of an event is unknown.
    #[error("kind={value}: expected 0 (set), 1 (delta), 2 (clear) or 3 (snapshot)")]
    UnknownKind { value: u8 },
    /// A price lies beyond what a book can hold.
    #[error("tick={tick}: a price must lie within ±2^61 ticks")]
    PriceOverflow { tick: i64 },
    /// A quantity is negative.
    #[error("lots={lots}: a quantity must not be negative (0 deletes the level)")]
    NegativeQuantity { lots: i64 },
    /// A delta takes more than the level has.
    #[error("delta={delta} at tick {tick}: the level has only {lots} lots")]
    Underflow { tick: i64, lots: u64, delta: i64 },
    /// A delta brings a level above [`crate::MAX_LOTS`].
    #[error("delta={delta} at tick {tick}: added to {lots} lots, it exceeds 2^63 - 1")]
    QuantityOverflow { tick: i64, lots: u64, delta: i64 },
    /// Sequence numbers run backwards.
    #[error("seq={seq} after {last}: events must come in the order of their sequence numbers")]
    OutOfOrder { seq: u64, last: u64 },
    /// An event of a batch is refused; none of the batch was applied.
    #[error("event {index}: {source}; the book is unchanged")]
    Event { index: usize, source: Box<Error> },
    /// A feed skipped messages; the book must be rebuilt from a snapshot.
    #[error("gap: expected an update that follows {expected}, got {got}; a new snapshot is needed")]
    Gap { expected: u64, got: u64 },
    /// A snapshot is older than the messages at hand.
    #[error("snapshot {snapshot} is too old: the first message kept starts at {first}")]
    StaleSnapshot { snapshot: u64, first: u64 },
    /// A text is no decimal number.
    #[error("{text:?} is not a decimal number")]
    NotDecimal { text: String },
    /// A decimal number is too large for the given unit.
    #[error("{text:?} is too large: beyond 2^63 - 1 steps of 10^-{decimals}")]
    DecimalOverflow { text: String, decimals: u32 },
    /// A decimal number cannot be read exactly in the given unit.
    #[error("{text:?} is not a multiple of 10^-{decimals}: {reason}")]
    Decimal {
        text: String,
        decimals: u32,
        reason: &'static str,
    },
    /// An order message refers to an order that is not there, or asks too much of it.
    #[error("order {id}: {reason}")]
    Order { id: u64, reason: &'static str },
    /// A text, of a message or a row, cannot be read.
    #[error("{reason}")]
    Text { reason: String },
    /// A recording has depth messages, perhaps, but nothing to place them by.
    #[error(
        "no snapshot among {lines} lines: depth updates change a book, so a recording needs the \
         book that they start from (a line with lastUpdateId, bids and asks)"
    )]
    NoSnapshot { lines: usize },
    /// A recording has more than one instrument.
    #[error("the recording has the symbols {found}: choose one of them (symbol=)")]
    SeveralSymbols { found: String },
    /// A recording does not have the instrument asked for.
    #[error("symbol={symbol:?}: symbols of the recording: {found}")]
    UnknownSymbol { symbol: String, found: String },
    /// A size asked for is beyond all use.
    #[error("{what}={asked}: at most {most}")]
    TooLarge {
        what: &'static str,
        asked: u128,
        most: u128,
    },
    /// A result does not fit in memory.
    #[error("{what}: {bytes} bytes cannot be allocated")]
    Memory { what: &'static str, bytes: usize },
    /// A line of a file cannot be read.
    #[error("line {line}: {reason}")]
    Line { line: usize, reason: String },
}

impl Error {
    /// A text that cannot be read, and why.
    pub(crate) fn text(reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self::Text { reason }
    }

    /// Say which event of a batch it was.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        Self::Event {
            index,
            source: Box::new(self),
        }
    }

    /// Say which line of a file it was.
    #[must_use]
    pub fn on_line(self, line: usize) -> Self {
        Self::Line {
            line,
            reason: self.to_string(),
        }
    }
}
