//! Why a recursion has no result.

use crate::{Error, Stop};

/// Why a kernel of this module cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HmmError {
    /// No reachable state can have emitted an observation.
    #[error(
        "observation {index} has probability zero under every reachable state: fit with \
         emission_prior > 0, or without zeros in the transition matrix"
    )]
    Impossible {
        /// Which one, from 0.
        index: usize,
    },
    /// An argument is wrong, or this library is.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<Stop> for HmmError {
    fn from(stop: Stop) -> Self {
        Self::Other(Error::Stopped(stop))
    }
}

impl HmmError {
    /// The same failure, of a sequence that begins at row `first`.
    pub fn after(self, first: usize) -> Self {
        match self {
            Self::Impossible { index } => Self::Impossible {
                index: index + first,
            },
            other => other,
        }
    }
}
