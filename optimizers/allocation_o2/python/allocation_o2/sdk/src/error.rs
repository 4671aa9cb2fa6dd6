//! Why a strategy gives no weights.

use std::fmt;

/// The reason why a strategy has no weights for these prices; in Python a `StrategyError`.
///
/// ```
/// use allocation_o2::Error;
///
/// let error: Error = "no asset has risen".into();
/// assert_eq!(error.to_string(), "no asset has risen");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error with this message.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Prices that are shorter than `needed` observations.
    #[must_use]
    pub fn too_few_observations(found: usize, needed: usize) -> Self {
        Self(format!(
            "prices has {found} observations, expected {needed} or more"
        ))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Self(message.into())
    }
}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self(message)
    }
}
