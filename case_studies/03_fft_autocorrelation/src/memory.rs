//! Buffers that cannot be had are an error, not the end of the process.

use crate::Error;

/// The longest series and the largest lag: beyond, no address space suffices and sizes in
/// bytes would overflow.
pub const LONGEST: usize = 1 << 48;

/// Below this many bytes nobody asks: such buffers are always to be had.
const SMALL: usize = 1 << 20;

/// An error unless this many bytes can be had now.
///
/// They are asked for in one piece and given back at once, so that what follows may allocate
/// as usual, the tables of the transform library included, and in zeroed pages of the
/// system, which nobody needs to fill.
#[inline]
pub(crate) fn promise(bytes: usize) -> Result<(), Error> {
    if bytes < SMALL { Ok(()) } else { ask(bytes) }
}

#[cold]
#[inline(never)]
fn ask(bytes: usize) -> Result<(), Error> {
    let mut asked = Vec::<u8>::new();
    let had = asked.try_reserve_exact(bytes);
    // Seen by somebody, or the compiler may leave out asking and giving back.
    std::hint::black_box(&mut asked);
    had.map_err(|_| Error::OutOfMemory { bytes })
}

/// Zeros for results.
#[cfg(any(test, feature = "python"))]
pub(crate) fn zeros(length: usize) -> Result<Vec<f64>, Error> {
    promise(length.saturating_mul(size_of::<f64>()))?;
    Ok(vec![0.0; length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_an_error() {
        assert!(zeros(1000).is_ok());
        for length in [1 << 59, usize::MAX] {
            assert!(matches!(zeros(length), Err(Error::OutOfMemory { .. })));
        }
    }
}
