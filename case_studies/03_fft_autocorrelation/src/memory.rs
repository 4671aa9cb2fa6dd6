//! Buffers that cannot be allocated are an error; the process does not abort.

use crate::Error;

/// The longest series and the largest lag: beyond, no address space suffices and sizes in
/// bytes would overflow.
pub const LONGEST: usize = 1 << 48;

/// Smaller buffers are not checked: the allocation below would take longer than the work.
const UNCHECKED_BELOW: usize = 1 << 20;

/// An error unless this many bytes can be allocated now.
///
/// They are allocated in one piece and freed at once, so that what follows may allocate as
/// usual, the tables of the transform library included, and in zeroed pages of the system.
#[inline]
pub(crate) fn ensure_allocatable(bytes: usize) -> Result<(), Error> {
    if bytes < UNCHECKED_BELOW {
        Ok(())
    } else {
        try_allocate(bytes)
    }
}

#[cold]
#[inline(never)]
fn try_allocate(bytes: usize) -> Result<(), Error> {
    let mut buffer = Vec::<u8>::new();
    let reserved = buffer.try_reserve_exact(bytes);
    // Without it the compiler may remove the allocation.
    std::hint::black_box(&mut buffer);
    reserved.map_err(|_| Error::OutOfMemory { bytes })
}

/// Zeros for results.
#[cfg(any(test, feature = "python"))]
pub(crate) fn zeros(length: usize) -> Result<Vec<f64>, Error> {
    ensure_allocatable(length.saturating_mul(size_of::<f64>()))?;
    Ok(vec![0.0; length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_large_a_buffer_is_an_error() {
        assert!(zeros(1000).is_ok());
        for length in [1 << 59, usize::MAX] {
            assert!(matches!(zeros(length), Err(Error::OutOfMemory { .. })));
        }
    }
}
