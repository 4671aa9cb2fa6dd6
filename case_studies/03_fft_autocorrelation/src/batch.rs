//! Many series of one length: rows shared out over threads, one plan per thread.

use crate::error::check_lag;
use crate::{Autocorrelator, Error, Method, Options, Sample};
use native::threads::usable;

/// Lags of each row of `x` (row-major, `n` observations each) into the rows of `out`.
///
/// # Errors
/// As for one series; a value that is not finite is named by its row and place.
pub fn batch<T: Sample>(
    x: &[T],
    n: usize,
    max_lag: usize,
    method: Method,
    options: Options,
    threads: usize,
    out: &mut [f64],
) -> Result<(), Error> {
    check_lag(n, max_lag)?;
    let lags = max_lag + 1;
    let rows = out.len() / lags;
    let parts = usable(threads).clamp(1, rows.max(1));
    let share = rows.div_ceil(parts).max(1);
    let work = |first: usize, x: &[T], out: &mut [f64]| {
        let mut plan = Autocorrelator::new(n, max_lag, method, 1)?;
        let rows = x.chunks_exact(n).zip(out.chunks_exact_mut(lags));
        for (i, (row, out)) in rows.enumerate() {
            plan.run(row, options, out)
                .map_err(|e| e.of_row(first + i))?;
        }
        Ok(())
    };
    if parts == 1 {
        return work(0, x, out);
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = x
            .chunks(share * n)
            .zip(out.chunks_mut(share * lags))
            .enumerate()
            .map(|(i, (x, out))| scope.spawn(move || work(i * share, x, out)))
            .collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().expect("kernels do not panic"))
    })
}
