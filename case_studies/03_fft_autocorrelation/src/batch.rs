//! Many series of one length: rows shared out over threads, one plan per thread.

use crate::{Autocorrelator, Error, Method, Options, Sample};

/// Lags of each row of `x` (row-major, `n` observations each) into the rows of `out`.
///
/// # Errors
/// As for one series; the message's index counts from the row's first observation.
pub fn batch<T: Sample>(
    x: &[T],
    n: usize,
    max_lag: usize,
    method: Method,
    options: Options,
    threads: usize,
    out: &mut [f64],
) -> Result<(), Error> {
    let lags = max_lag + 1;
    let rows = out.len() / lags;
    let parts = threads.clamp(1, rows.max(1));
    let share = rows.div_ceil(parts).max(1);
    let work = |x: &[T], out: &mut [f64]| {
        let mut plan = Autocorrelator::new(n, max_lag, method, 1)?;
        x.chunks_exact(n)
            .zip(out.chunks_exact_mut(lags))
            .try_for_each(|(row, out)| plan.run(row, options, out))
    };
    if parts == 1 {
        return work(x, out);
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = x
            .chunks(share * n)
            .zip(out.chunks_mut(share * lags))
            .map(|(x, out)| scope.spawn(move || work(x, out)))
            .collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().expect("kernels do not panic"))
    })
}
