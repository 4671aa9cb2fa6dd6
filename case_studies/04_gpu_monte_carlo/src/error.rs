//! What can be wrong with an input. Python sees each as a `ValueError`.

/// Why a simulation cannot run; the message names the argument and its value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option's term outside its range.
    #[error("options[{index}] has {name}={value}, expected {expected}")]
    Term {
        /// The option's row.
        index: usize,
        /// The term.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A number outside its range.
    #[error("{name}={value}, expected {expected}")]
    Range {
        /// The argument.
        name: &'static str,
        /// Its value.
        value: u64,
        /// What it may be.
        expected: &'static str,
    },
    /// An array without the shape that was expected.
    #[error("{name} has shape {found}, expected {expected}")]
    Shape {
        /// The argument.
        name: &'static str,
        /// Its shape.
        found: String,
        /// The shape it must have.
        expected: String,
    },
    /// A precision that does not exist.
    #[error("precision={0:?}, expected \"float64\" or \"float32\"")]
    Precision(String),
    /// The result does not fit into memory.
    #[error("{bytes} bytes for the result cannot be had: ask for fewer at a time")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u128,
    },
}

/// So many numbers of one value, or an error where they cannot be had.
pub(crate) fn filled<T: Clone>(length: u128, value: T) -> Result<Vec<T>, Error> {
    let error = || Error::OutOfMemory {
        bytes: length.saturating_mul(size_of::<T>() as u128),
    };
    let length = usize::try_from(length).map_err(|_| error())?;
    let mut values = Vec::new();
    values.try_reserve_exact(length).map_err(|_| error())?;
    values.resize(length, value);
    Ok(values)
}
