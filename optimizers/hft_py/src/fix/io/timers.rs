//! What the I/O thread has to do at which time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Something to do; the numbers are those of sessions and of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A session's own timer.
    Session(usize),
    /// An initiator connects.
    Connect(usize),
    /// An attempt to connect has taken too long.
    Dial(usize),
    /// A connection's Logon has not come in time.
    Waiting(usize),
    /// The peer of a closed connection has not closed in time.
    Linger(usize),
    /// Accept more connections.
    Accept,
}

/// A heap of timers. A session's timer usually moves later with each message; the heap keeps the earlier
/// entry and looks again when it is due, so that a message costs nothing here.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(i64, Timer)>>,
    /// For each session the earliest entry in the heap.
    armed: Vec<i64>,
}

impl Timers {
    pub(super) fn push(&mut self, at: i64, timer: Timer) {
        self.heap.push(Reverse((at, timer)));
    }

    /// See that the session is looked at by `at`.
    pub(super) fn arm(&mut self, index: usize, at: Option<i64>) {
        if self.armed.len() <= index {
            self.armed.resize(index + 1, i64::MAX);
        }
        if let Some(at) = at
            && at < self.armed[index]
        {
            self.armed[index] = at;
            self.push(at, Timer::Session(index));
        }
    }

    /// The next timer that is due.
    pub(super) fn due(&mut self, now: i64) -> Option<Timer> {
        loop {
            let Reverse((at, timer)) = *self.heap.peek().filter(|entry| entry.0.0 <= now)?;
            self.heap.pop();
            if let Timer::Session(index) = timer {
                if self.armed[index] != at {
                    continue; // an earlier entry has been looked at
                }
                self.armed[index] = i64::MAX;
            }
            return Some(timer);
        }
    }

    /// How long to wait for the next one.
    pub(super) fn wait(&self, now: i64) -> Option<Duration> {
        let Reverse((at, _)) = self.heap.peek()?;
        Some(Duration::from_nanos(
            at.saturating_sub(now).max(0).unsigned_abs(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_looked_at_once_at_its_earliest_time() {
        let mut timers = Timers::default();
        timers.arm(2, Some(50));
        timers.arm(2, Some(70));
        timers.arm(2, Some(30));
        timers.push(40, Timer::Accept);
        assert_eq!(timers.wait(10), Some(Duration::from_nanos(20)));
        assert_eq!(timers.due(29), None);
        assert_eq!(timers.due(60), Some(Timer::Session(2)));
        assert_eq!(timers.due(60), Some(Timer::Accept));
        assert_eq!(timers.due(60), None);
        timers.arm(2, Some(90));
        assert_eq!(timers.due(90), Some(Timer::Session(2)));
        assert_eq!(timers.due(99), None);
    }
}
