//! Weights for one date after the other, in threads, followed from the calling one.

use super::weights::{all_portfolios, check, drift};
use super::{Error, Instance};
use allocation_o2::{Dates, Prices};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Dates that a strategy is asked for at once.
pub(crate) const BLOCK: usize = 256;
const BETWEEN_TICKS: Duration = Duration::from_millis(50);

/// Why a run ended before its last date.
#[derive(Debug)]
pub enum Stopped<E> {
    /// The strategy failed at this row of the weights, and at none before.
    Row(usize, Error),
    /// Whoever follows the run ended it.
    Followed(E),
}

/// Write the weights of every date into a row of `weights`.
///
/// Rows are shared out to `threads`, of which the caller's is one: only there `tick` is called, now
/// and then between two dates, with the number of dates done. A strategy that reads current weights
/// runs in one thread, and its weights drift with the prices from date to date.
///
/// # Errors
/// The first date without weights, or the error of `tick`. The weights of other dates are then
/// unspecified.
///
/// # Panics
/// A date lies outside the prices.
pub fn rolling<E: Send>(
    instance: &Instance,
    prices: &Prices<'_>,
    weights: &mut [f64],
    when: Dates,
    threads: usize,
    tick: &mut dyn FnMut(usize) -> Result<(), E>,
) -> Result<(), Stopped<E>> {
    let n_assets = prices.n_assets().max(1);
    let rows = weights.len() / n_assets;
    let mut follow = follower(tick);
    let one = |row: usize, into: &mut [f64]| {
        instance.predict(&when.seen(prices, row), into)?;
        check(instance.kind(), into)
    };
    if instance.kind().uses_current {
        let mut current = vec![0.0; n_assets];
        for (row, into) in weights.chunks_exact_mut(n_assets).enumerate() {
            if row > 0 {
                let (before, now) = (when.end(row - 1) - 1, when.end(row) - 1);
                drift(instance.kind(), &mut current, prices, before, now)
                    .map_err(|error| Stopped::Row(row, error))?;
            }
            into.copy_from_slice(&current);
            one(row, into).map_err(|error| Stopped::Row(row, error))?;
            current.copy_from_slice(into);
            follow(row + 1).map_err(Stopped::Followed)?;
        }
        return Ok(());
    }
    let threads = native::threads::usable(threads).max(1);
    let many = instance.has_many();
    // Pieces small enough that threads end together, large enough that taking one costs nothing.
    // Those of many dates begin where the strategy may begin its sums again.
    let (before, size) = match (many, when.step) {
        (true, 1) => (rows.min((BLOCK - when.end(0) % BLOCK) % BLOCK), BLOCK),
        (true, _) => (0, BLOCK),
        _ => (0, (rows / (16 * threads)).clamp(1, 64)),
    };
    let (head, rest) = weights.split_at_mut(before * n_assets);
    let parts = std::iter::once(head).chain(rest.chunks_mut(size * n_assets));
    let pieces = Mutex::new(parts.scan(0, |row, part| {
        let first = *row;
        *row += part.len() / n_assets;
        Some((first, part))
    }));
    let done = AtomicUsize::new(0);
    let limit = AtomicUsize::new(rows); // rows from here on need not be done
    let failure: Mutex<Option<(usize, Error)>> = Mutex::new(None);
    let work = |follow: &mut dyn FnMut(usize) -> Result<(), E>| -> Result<(), E> {
        loop {
            let piece = locked(&pieces).next();
            let Some((first, part)) = piece else {
                return Ok(());
            };
            let count = part.len() / n_assets;
            if many && count > 0 && first < limit.load(Relaxed) {
                let (seen, dates) = (
                    prices.between(0, when.end(first + count - 1)),
                    when.from(first),
                );
                if instance.predict_many(&seen, &dates, part).is_ok()
                    && all_portfolios(part, n_assets, instance.kind().allow_cash)
                {
                    follow(done.fetch_add(count, Relaxed) + count)
                        .inspect_err(|_| limit.store(0, Relaxed))?;
                    continue;
                }
            } // else one date after the other, which finds the one that fails
            for (k, into) in part.chunks_exact_mut(n_assets).enumerate() {
                let row = first + k;
                if row >= limit.load(Relaxed) {
                    return Ok(());
                }
                into.fill(0.0);
                if let Err(error) = one(row, into) {
                    let mut failure = locked(&failure);
                    if failure.as_ref().is_none_or(|(first, _)| row < *first) {
                        limit.fetch_min(row, Relaxed);
                        *failure = Some((row, error));
                    }
                    return Ok(());
                }
                follow(done.fetch_add(1, Relaxed) + 1).inspect_err(|_| limit.store(0, Relaxed))?;
            }
        }
    };
    let followed = std::thread::scope(|scope| {
        for _ in 1..threads.min(rows.div_ceil(size)) {
            // A thread that cannot be started leaves its work to the others.
            let _ = std::thread::Builder::new().spawn_scoped(scope, || work(&mut |_| Ok(())));
        }
        work(&mut follow)
    });
    followed.map_err(Stopped::Followed)?;
    match failure.into_inner() {
        Ok(Some((row, error))) => Err(Stopped::Row(row, error)),
        _ => Ok(()),
    }
}

/// Calls `tick` where some time has passed since the last call.
fn follower<E>(tick: &mut dyn FnMut(usize) -> Result<(), E>) -> impl FnMut(usize) -> Result<(), E> {
    let mut last = Instant::now();
    move |done| {
        if last.elapsed() < BETWEEN_TICKS {
            return Ok(());
        }
        tick(done)?;
        last = Instant::now();
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
