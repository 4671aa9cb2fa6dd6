//! One function at many points, on as many threads as are worthwhile.

use crate::Stop;
use native::threads::pool;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Waking a thread costs some microseconds: it gets at least so much to do.
const WORTH_A_THREAD: Duration = Duration::from_micros(25);

/// Parts for each thread: points may differ in cost, so whoever is free takes the next part.
const PARTS: usize = 15;

/// Nanoseconds an evaluation took lately, by which it is judged whether threads pay; 0 before the
/// first.
#[derive(Debug, Default)]
pub struct EvaluationCost(AtomicU64);

impl EvaluationCost {
    fn update(&self, time: Duration, evaluations: usize) -> u64 {
        let mean = time.as_nanos() / evaluations.max(1) as u128;
        let nanoseconds = u64::try_from(mean).unwrap_or(u64::MAX).max(1);
        self.0.store(nanoseconds, Ordering::Relaxed);
        nanoseconds
    }
}

/// Evaluate `function` at every point of a batch.
///
/// Threads are woken only where the work pays for them. Each point is evaluated once, whoever
/// does it, so values do not depend on their number.
///
/// # Errors
/// That of the first point, in the order of the batch, that has one.
pub fn evaluate_batch(
    cost: &EvaluationCost,
    points: &[f64],
    values: &mut [f64],
    threads: usize,
    function: impl Fn(&[f64]) -> Result<f64, Stop> + Sync,
) -> Result<(), Stop> {
    if values.is_empty() {
        return Ok(());
    }
    let dimension = points.len() / values.len();
    let serial = |points: &[f64], values: &mut [f64]| -> Result<(), Stop> {
        for (point, value) in points.chunks_exact(dimension).zip(values) {
            *value = function(point)?;
        }
        Ok(())
    };
    if threads < 2 || values.len() < 2 {
        return serial(points, values);
    }
    let start = Instant::now();
    let (mut points, mut values) = (points, values);
    let mut nanoseconds = cost.0.load(Ordering::Relaxed);
    if nanoseconds == 0 {
        serial(&points[..dimension], &mut values[..1])?;
        (points, values) = (&points[dimension..], &mut values[1..]);
        nanoseconds = cost.update(start.elapsed(), 1);
    }
    let work = u128::from(nanoseconds) * values.len() as u128;
    let paying = usize::try_from(work / WORTH_A_THREAD.as_nanos()).unwrap_or(usize::MAX);
    let workers = threads.min(values.len()).min(paying);
    let Some(pool) = (workers > 1).then(|| pool(workers - 1)).flatten() else {
        let start = Instant::now();
        let many = values.len();
        serial(points, values)?;
        cost.update(start.elapsed(), many);
        return Ok(());
    };
    let part = values.len().div_ceil(workers * PARTS);
    let parts = Mutex::new(
        points
            .chunks(part * dimension)
            .zip(values.chunks_mut(part))
            .enumerate(),
    );
    let failed: Mutex<Option<(usize, Stop)>> = Mutex::new(None);
    // Parts are handed out in order, and whoever has one finishes it: all points before the
    // first that fails are evaluated, however threads take turns.
    let work = || {
        let (start, mut done) = (Instant::now(), 0);
        loop {
            if lock(&failed).is_some() {
                break;
            }
            let Some((index, (points, values))) = lock(&parts).next() else {
                break;
            };
            done += values.len();
            if let Err(stop) = serial(points, values) {
                let mut first = lock(&failed);
                if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                    *first = Some((index, stop));
                }
            }
        }
        if done > 0 {
            cost.update(start.elapsed(), done);
        }
    };
    pool.in_place_scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|_| work());
        }
        work();
    });
    match lock(&failed).take() {
        Some((_, stop)) => Err(stop),
        None => Ok(()),
    }
}

/// The lock, also where a panic on another thread left it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(point: &[f64]) -> Result<f64, Stop> {
        std::thread::sleep(Duration::from_micros(300));
        if point[0] < 0.0 {
            return Err(Stop::Fatal(point[0] as i32));
        }
        Ok(point[0] * 2.0 + point[1])
    }

    #[test]
    fn the_first_fatal_point_is_the_error() {
        let mut points = vec![1.0; 400];
        (points[210], points[212], points[398]) = (-5.0, -6.0, -7.0);
        for threads in [1, 2, 4] {
            let cost = EvaluationCost::default();
            for _ in 0..2 {
                let mut values = vec![0.0; 200];
                let stop = evaluate_batch(&cost, &points, &mut values, threads, slow);
                assert!(matches!(stop, Err(Stop::Fatal(-5))), "{stop:?}");
            }
        }
    }

    #[test]
    fn several_callers_and_a_batch_within_a_batch() {
        let batch = |function: &(dyn Fn(&[f64]) -> Result<f64, Stop> + Sync)| {
            let mut values = vec![0.0; 20];
            let cost = EvaluationCost::default();
            evaluate_batch(&cost, &[1.0; 40], &mut values, 3, function).map(|()| values[19])
        };
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert_eq!(batch(&|_| batch(&slow)).expect("no stop"), 3.0));
            }
        });
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_goes_on() {
        let caller = std::thread::current().id();
        let outcome = std::panic::catch_unwind(|| {
            let cost = EvaluationCost::default();
            evaluate_batch(&cost, &[1.0; 20], &mut [0.0; 20], 2, |_| {
                std::thread::sleep(Duration::from_millis(1));
                assert_eq!(std::thread::current().id(), caller, "on a worker");
                Ok(0.0)
            })
        });
        assert!(outcome.is_err());
        let cost = EvaluationCost::default();
        evaluate_batch(&cost, &[1.0; 40], &mut [0.0; 20], 2, slow).expect("no stop");
    }
}
