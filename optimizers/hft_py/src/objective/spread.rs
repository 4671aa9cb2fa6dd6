//! One function over many points, by as many threads as pay.

use super::crew::Crew;
use crate::Stop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Waking a thread costs some microseconds: it gets at least so much to do.
const WORTH_A_THREAD: Duration = Duration::from_micros(25);

/// Parts for each thread: points may differ in cost, so whoever is free takes the next part.
const PARTS: usize = 15;

/// What an evaluation took lately, by which it is judged whether threads pay, and the threads.
#[derive(Default)]
pub struct Pace {
    cost: AtomicU64,
    crew: Crew,
}

impl Pace {
    /// Nanoseconds an evaluation; `None` before the first.
    fn known(&self) -> Option<u64> {
        match self.cost.load(Ordering::Relaxed) {
            0 => None,
            nanoseconds => Some(nanoseconds),
        }
    }

    fn learn(&self, time: Duration, evaluations: usize) -> u64 {
        let mean = time.as_nanos() / evaluations.max(1) as u128;
        let nanoseconds = u64::try_from(mean).unwrap_or(u64::MAX).max(1);
        self.cost.store(nanoseconds, Ordering::Relaxed);
        nanoseconds
    }
}

impl Clone for Pace {
    fn clone(&self) -> Self {
        Self {
            cost: AtomicU64::new(self.cost.load(Ordering::Relaxed)),
            crew: Crew::default(),
        }
    }
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pace").field(&self.known()).finish()
    }
}

/// Evaluate `function` at every point of a batch.
///
/// Threads are woken only where the work pays for them. Each point is evaluated once, whoever
/// does it, so values do not depend on their number.
///
/// # Errors
/// That of the first point, in the order of the batch, that has one.
pub fn spread(
    pace: &Pace,
    dimension: usize,
    points: &[f64],
    values: &mut [f64],
    threads: usize,
    function: impl Fn(&[f64]) -> Result<f64, Stop> + Sync,
) -> Result<(), Stop> {
    debug_assert_eq!(points.len(), dimension * values.len());
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
    let cost = if let Some(cost) = pace.known() {
        cost
    } else {
        serial(&points[..dimension], &mut values[..1])?;
        (points, values) = (&points[dimension..], &mut values[1..]);
        pace.learn(start.elapsed(), 1)
    };
    let work = u128::from(cost) * values.len() as u128;
    let paying = usize::try_from(work / WORTH_A_THREAD.as_nanos()).unwrap_or(usize::MAX);
    let workers = threads.min(values.len()).min(paying);
    if workers < 2 {
        let start = Instant::now();
        serial(points, values)?;
        pace.learn(start.elapsed(), values.len());
        return Ok(());
    }
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
            if held(&failed).is_some() {
                break;
            }
            let Some((index, (points, values))) = held(&parts).next() else {
                break;
            };
            done += values.len();
            if let Err(stop) = serial(points, values) {
                let mut first = held(&failed);
                if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                    *first = Some((index, stop));
                }
            }
        }
        if done > 0 {
            pace.learn(start.elapsed(), done);
        }
    };
    pace.crew.run(&work, workers - 1);
    match held(&failed).take() {
        Some((_, stop)) => Err(stop),
        None => Ok(()),
    }
}

/// The lock, also where a panic on another thread left it.
fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(point: &[f64]) -> Result<f64, Stop> {
        std::thread::sleep(Duration::from_micros(300));
        if point[0] < 0.0 {
            #[allow(clippy::cast_possible_truncation)]
            return Err(Stop::Fatal(point[0] as i32));
        }
        Ok(point[0] * 2.0 + point[1])
    }

    #[test]
    fn values_do_not_depend_on_the_threads() {
        let points: Vec<f64> = (0..46).map(f64::from).collect();
        let mut alone = vec![0.0; 23];
        spread(&Pace::default(), 2, &points, &mut alone, 1, slow).expect("no stop");
        for threads in [2, 3, 8, 100] {
            let pace = Pace::default();
            for _ in 0..2 {
                let mut together = vec![0.0; 23];
                spread(&pace, 2, &points, &mut together, threads, slow).expect("no stop");
                assert_eq!(alone, together);
            }
        }
    }

    #[test]
    fn the_first_fatal_point_is_told() {
        let mut points = vec![1.0; 400];
        points[210] = -5.0;
        points[212] = -6.0;
        points[398] = -7.0;
        for threads in [1, 2, 4] {
            let pace = Pace::default();
            for _ in 0..2 {
                let mut values = vec![0.0; 200];
                let stop = spread(&pace, 2, &points, &mut values, threads, slow);
                assert!(matches!(stop, Err(Stop::Fatal(-5))), "{stop:?}");
            }
        }
    }

    #[test]
    fn no_points_no_work() {
        spread(&Pace::default(), 2, &[], &mut [], 4, slow).expect("no stop");
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let outcome = std::panic::catch_unwind(|| {
            let mut values = vec![0.0; 20];
            spread(&Pace::default(), 1, &[1.0; 20], &mut values, 2, |_| {
                std::thread::sleep(Duration::from_millis(1));
                assert!(std::thread::current().name().is_some(), "on a worker");
                Ok(0.0)
            })
        });
        assert!(outcome.is_err());
    }
}
