//! Recorded feeds, read into events.

pub mod binance;
pub mod lobster;

use crate::Error;

/// What some editors put in front of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What to do with a line that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Stop, with the number of the line in the error.
    Strict,
    /// Count it and go on.
    Lenient,
}

impl Strictness {
    /// Pass a good value on; count or return the error of a bad one.
    fn admit<T>(
        self,
        line: usize,
        outcome: Result<T, Error>,
        skipped: &mut Vec<usize>,
    ) -> Result<Option<T>, Error> {
        match (outcome, self) {
            (Ok(value), _) => Ok(Some(value)),
            // Of the recording, not of its line.
            (Err(error @ Error::SeveralSymbols { .. }), _) => Err(error),
            (Err(error), Self::Strict) => Err(error.on_line(line)),
            (Err(_), Self::Lenient) => {
                skipped.push(line);
                Ok(None)
            }
        }
    }
}
