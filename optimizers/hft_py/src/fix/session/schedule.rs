//! When a session is open, as a list of windows of time.
//!
//! Daily and weekly sessions in a time zone with its changes to and from summer time are such lists;
//! who knows the zone makes the list.

/// Windows `[start, end)` in nanoseconds UTC, sorted, none overlapping another.
///
/// A logon in a later window than the one in which the numbers started sets them to 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    windows: Vec<(i64, i64)>,
}

/// Why windows make no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "window {number} of the schedule is [{start}, {end}) ns; each must end after its start and \
     start no earlier than the one before it ends"
)]
pub struct ScheduleError {
    /// The position of the window, from 0.
    pub number: usize,
    /// Its start.
    pub start: i64,
    /// Its end.
    pub end: i64,
}

impl Schedule {
    /// A schedule of these windows; none at all means never open.
    ///
    /// # Errors
    /// Names the first window that is empty or overlaps the one before it.
    pub fn new(windows: Vec<(i64, i64)>) -> Result<Self, ScheduleError> {
        let mut earliest = i64::MIN;
        for (number, &(start, end)) in windows.iter().enumerate() {
            if start >= end || start < earliest {
                return Err(ScheduleError { number, start, end });
            }
            earliest = end;
        }
        Ok(Self { windows })
    }

    /// The window that holds the time `utc`.
    #[must_use]
    pub fn window(&self, utc: i64) -> Option<(i64, i64)> {
        let after = self.windows.partition_point(|window| window.0 <= utc);
        let window = *self.windows.get(after.checked_sub(1)?)?;
        (utc < window.1).then_some(window)
    }

    /// Whether the session is open at the time `utc`.
    #[must_use]
    pub fn is_open(&self, utc: i64) -> bool {
        self.window(utc).is_some()
    }

    /// The next time after `utc` at which a window starts or ends.
    #[must_use]
    pub fn next_change(&self, utc: i64) -> Option<i64> {
        let at = self.windows.partition_point(|window| window.1 <= utc);
        let &(start, end) = self.windows.get(at)?;
        Some(if utc < start { start } else { end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_their_start_and_not_their_end() {
        let schedule = Schedule::new(vec![(10, 20), (20, 25), (40, 50)]).unwrap();
        let open = |utc| schedule.window(utc);
        assert_eq!(
            [9, 10, 19].map(open),
            [None, Some((10, 20)), Some((10, 20))]
        );
        assert_eq!(
            [20, 25, 49].map(open),
            [Some((20, 25)), None, Some((40, 50))]
        );
        let next = |utc| schedule.next_change(utc);
        assert_eq!([0, 10, 20].map(next), [Some(10), Some(20), Some(25)]);
        assert_eq!([25, 49, 50].map(next), [Some(40), Some(50), None]);
    }

    #[test]
    fn windows_that_overlap_or_are_empty_are_refused() {
        for windows in [vec![(5, 5)], vec![(0, 10), (9, 12)], vec![(10, 20), (0, 5)]] {
            let refused = Schedule::new(windows.clone()).unwrap_err();
            assert_eq!(refused.number, windows.len() - 1);
        }
    }
}
