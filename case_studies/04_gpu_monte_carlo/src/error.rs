//! Errors. Python raises `ValueError` for most variants.

/// Why a simulation cannot run; the message names the argument and its value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // of the fields, which the messages name
pub enum Error {
    /// An option's term outside its range.
    #[error("options[{index}] has {name}={value}, expected {expected}")]
    Term {
        index: usize,
        name: &'static str,
        value: f64,
        expected: &'static str,
    },
    /// A number outside its range.
    #[error("{name}={value}, expected {expected}")]
    Range {
        name: &'static str,
        value: u64,
        expected: &'static str,
    },
    /// The length of a step outside its range.
    #[error("lengths[{index}]={value}, expected above 0, at most 1")]
    Length { index: usize, value: f64 },
    /// An array without the shape that was expected.
    #[error("{name} has shape {found}, expected {expected}")]
    Shape {
        name: &'static str,
        found: String,
        expected: String,
    },
    /// A precision that does not exist.
    #[error("precision={0:?}, expected \"float64\" or \"float32\"")]
    Precision(String),
    /// The result does not fit into memory.
    #[error("{bytes} bytes for the result cannot be allocated: ask for fewer at a time")]
    OutOfMemory { bytes: u128 },
}
