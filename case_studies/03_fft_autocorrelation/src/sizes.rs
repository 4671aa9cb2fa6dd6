//! Lengths that transforms are fast at.

/// The smallest `2^a 3^b 5^c >= least` that is a multiple of `of` (a power of two).
///
/// Powers of three and five above the second slow the transforms down more than the
/// few per cent of length they save: measured over all candidates up to two million.
#[must_use]
pub fn good_size(least: usize, of: usize) -> usize {
    let least = least.max(1);
    let mut best = usize::MAX;
    for odd in [1usize, 3, 5, 9, 15, 25, 27, 45, 75, 81, 125, 135, 225] {
        let rest = least.div_ceil(odd).next_power_of_two().max(of);
        best = best.min(odd * rest);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_large_enough_smooth_and_close() {
        for least in 1..5_000 {
            for of in [1, 2, 16] {
                let size = good_size(least, of);
                assert!(size >= least && size.is_multiple_of(of));
                let mut rest = size;
                for p in [2, 3, 5] {
                    while rest.is_multiple_of(p) {
                        rest /= p;
                    }
                }
                assert_eq!(rest, 1);
                assert!(size <= 2 * least.next_multiple_of(of).max(of));
            }
        }
    }
}
