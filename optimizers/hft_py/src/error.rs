//! What can go wrong in a kernel, and why a run stops early.

/// Why an evaluation or a run cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// A compiled objective returned a negative code.
    #[error("the objective returned the fatal code {0}")]
    Fatal(i32),
    /// A callback failed; what it raised is inside, unchanged.
    #[error("{0}")]
    Callback(Box<dyn std::error::Error + Send + Sync>),
    /// A value that no run can use: an infinite density, or an objective of minus infinity.
    #[error("the objective is {value} at {}, {expected}", point(.at))]
    Refused {
        /// The value.
        value: f64,
        /// Where the objective has it.
        at: Vec<f64>,
        /// What was expected instead.
        expected: &'static str,
    },
}

/// Why a kernel has no result; the message names the argument and its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument does not have the length the others ask for.
    #[error("{name} has length {found}, expected {expected}")]
    Length {
        /// The argument.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The length expected.
        expected: usize,
    },
    /// An argument has a value that makes no sense.
    #[error("{name}={value}, expected {expected}")]
    Value {
        /// The argument.
        name: &'static str,
        /// Its value.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A kernel needs more memory than there is.
    #[error("a kernel needs {} of memory, more than is available", amount(*.bytes))]
    Memory {
        /// How much it needs.
        bytes: usize,
    },
    /// The run was stopped from outside, or by its objective.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// A mistake of this library, not of its caller.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// An argument with a value that makes no sense.
    pub fn value(name: &'static str, value: impl ToString, expected: &'static str) -> Self {
        Self::Value {
            name,
            value: value.to_string(),
            expected,
        }
    }

    /// Check the length of an argument.
    ///
    /// # Errors
    /// [`Error::Length`] where it is not the length expected.
    pub fn check_length(name: &'static str, found: usize, expected: usize) -> Result<(), Self> {
        if found == expected {
            return Ok(());
        }
        Err(Self::Length {
            name,
            found,
            expected,
        })
    }
}

/// An amount of memory as a message shows it.
fn amount(bytes: usize) -> String {
    let bytes = bytes as f64;
    if bytes < 1e9 {
        format!("{:.0} MB", bytes / 1e6)
    } else {
        format!("{:.1} GB", bytes / 1e9)
    }
}

/// A point as a message shows it: its first coordinates.
fn point(at: &[f64]) -> String {
    let shown: Vec<String> = at.iter().take(6).map(f64::to_string).collect();
    let rest = if at.len() > 6 { ", ..." } else { "" };
    format!("[{}{rest}]", shown.join(", "))
}
