//! The number of threads: at most the usable cores.

use std::num::NonZero;
use std::sync::OnceLock;

/// The smaller of `wanted` and the usable cores; 0 means all of them.
#[must_use]
pub fn usable(wanted: usize) -> usize {
    if wanted == 1 {
        return 1;
    }
    static CORES: OnceLock<usize> = OnceLock::new();
    let cores = *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    if wanted == 0 {
        cores
    } else {
        wanted.min(cores)
    }
}

#[cfg(test)]
mod tests {
    use super::usable;

    #[test]
    fn no_more_threads_than_cores() {
        assert_eq!(usable(1), 1);
        assert!(usable(0) >= 1);
        assert_eq!(usable(usize::MAX), usable(0));
    }
}
