//! One function over many points, by as many threads as pay.

use crate::Stop;
use std::time::{Duration, Instant};

/// Starting a thread costs some twenty microseconds: less work than this stays on one.
const WORTH_A_THREAD: Duration = Duration::from_micros(100);

/// Evaluate `function` at every point of a batch.
///
/// The first point is timed; threads are started only where the rest takes long enough to pay for
/// them. Each point is evaluated once, whoever does it, so values do not depend on the number.
///
/// # Errors
/// The error of the first point, in the order of the batch, among those that were reached.
pub fn spread(
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
    if threads < 2 || values.len() < 3 {
        return serial(points, values);
    }
    let start = Instant::now();
    let (first, values) = values.split_at_mut(1);
    let (point, points) = points.split_at(dimension);
    serial(point, first)?;
    let rest = start.elapsed() * u32::try_from(values.len()).unwrap_or(u32::MAX);
    let useful = rest.as_nanos() / WORTH_A_THREAD.as_nanos();
    let workers = threads
        .min(values.len())
        .min(usize::try_from(useful).unwrap_or(usize::MAX));
    if workers < 2 {
        return serial(points, values);
    }
    let share = values.len().div_ceil(workers);
    std::thread::scope(|scope| {
        let mut shares = points
            .chunks(share * dimension)
            .zip(values.chunks_mut(share));
        let mine = shares.next();
        let others: Vec<_> = shares
            .map(|(points, values)| scope.spawn(|| serial(points, values)))
            .collect();
        let mut outcome = mine.map_or(Ok(()), |(points, values)| serial(points, values));
        for other in others {
            let theirs = other
                .join()
                .unwrap_or_else(|payload| std::panic::resume_unwind(payload));
            if outcome.is_ok() {
                outcome = theirs;
            }
        }
        outcome
    })
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
        spread(2, &points, &mut alone, 1, slow).expect("no stop");
        for threads in [2, 3, 8, 100] {
            let mut together = vec![0.0; 23];
            spread(2, &points, &mut together, threads, slow).expect("no stop");
            assert_eq!(alone, together);
        }
    }

    #[test]
    fn the_first_fatal_point_is_told() {
        let mut points = vec![1.0; 40];
        points[10] = -5.0;
        points[38] = -7.0;
        for threads in [1, 2, 4] {
            let mut values = vec![0.0; 20];
            let stop = spread(2, &points, &mut values, threads, slow);
            assert!(matches!(stop, Err(Stop::Fatal(-5))), "{stop:?}");
        }
    }

    #[test]
    fn no_points_no_work() {
        spread(2, &[], &mut [], 4, slow).expect("no stop");
    }
}
