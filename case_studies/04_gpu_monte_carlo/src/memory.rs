//! Buffers that cannot be allocated are an error; the process does not abort.

use crate::Error;

/// `length` copies of a value.
///
/// # Errors
/// [`Error::OutOfMemory`]
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
