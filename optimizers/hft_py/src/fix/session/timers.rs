//! What happens when time passes: heartbeats, time-outs, and the schedule.

use super::machine::Machine;
use super::{Close, Event, Note, Now, Outbox, State};
use crate::fix::store::Store;
use std::io;

impl<S: Store> Machine<S> {
    pub(super) fn elapsed(&mut self, now: Now, out: &mut Outbox) {
        self.seen = now;
        let done = match self.state {
            State::Disconnected => self.begin_window(now, out).map_err(Close::from),
            State::LoggedOn => self.logged_on_elapsed(now, out),
            State::LoggingOn if !self.in_window(now) => Err(Close::OutsideSchedule),
            State::LoggingOn if now.monotonic >= self.deadline => Err(Close::LogonTimeout),
            State::LoggingOut if now.monotonic >= self.deadline => Err(Close::LogoutTimeout),
            State::LoggingOn | State::LoggingOut => Ok(()),
        };
        if let Err(why) = done {
            self.close(now, why, out);
        }
    }

    fn logged_on_elapsed(&mut self, now: Now, out: &mut Outbox) -> Result<(), Close> {
        if !self.in_window(now) {
            self.log_out(now, "The session ends at this time", out);
            return Ok(());
        }
        if self.heartbeat == 0 {
            return Ok(());
        }
        let silence = now.monotonic - self.last_in;
        if silence >= self.until_disconnect() {
            return Err(Close::HeartbeatTimeout);
        }
        if silence >= self.until_test() && !self.tested {
            self.tested = true;
            out.events.push(Event::Note(Note::TestRequested));
            self.emit(now, b"1", &[(112, b"TEST")], out)?;
        }
        if self
            .heartbeat_is_due_at()
            .is_some_and(|due| now.monotonic >= due)
        {
            self.emit(now, b"0", &[], out)?;
        }
        Ok(())
    }

    fn until_test(&self) -> i64 {
        (self.heartbeat / 5).saturating_mul(6)
    }

    fn until_disconnect(&self) -> i64 {
        (self.heartbeat / 5).saturating_mul(12)
    }

    /// None while a TestRequest waits for its answer, or other messages wait to be written.
    fn heartbeat_is_due_at(&self) -> Option<i64> {
        (!self.tested && !self.has_more()).then(|| self.last_out.saturating_add(self.heartbeat))
    }

    pub(super) fn next_timer(&self) -> Option<i64> {
        let timer = match self.state {
            State::Disconnected => None,
            State::LoggingOn | State::LoggingOut => Some(self.deadline),
            State::LoggedOn if self.heartbeat == 0 => None,
            State::LoggedOn => {
                let wait = if self.tested {
                    self.until_disconnect()
                } else {
                    self.until_test()
                };
                let silence = self.last_in.saturating_add(wait);
                let heartbeat = self.heartbeat_is_due_at();
                Some(heartbeat.map_or(silence, |due| due.min(silence)))
            }
        };
        let schedule = self.settings.schedule.as_ref();
        let change = schedule.and_then(|schedule| schedule.next_change(self.seen.utc));
        let change = change.map(|utc| {
            let wait = utc.saturating_sub(self.seen.utc);
            self.seen.monotonic.saturating_add(wait)
        });
        timer.into_iter().chain(change).min()
    }

    /// In a later window of the schedule than the one in which the numbers started: start at 1.
    pub(super) fn begin_window(&mut self, now: Now, out: &mut Outbox) -> io::Result<()> {
        let schedule = self.settings.schedule.as_ref();
        let window = schedule.and_then(|schedule| schedule.window(now.utc));
        match window {
            Some((start, _)) if self.store.created() < start => {
                self.reset(now, "a session of the schedule starts", out)
            }
            _ => Ok(()),
        }
    }

    /// Whether the session is open, and the numbers are those of this window.
    pub(super) fn in_window(&self, now: Now) -> bool {
        let Some(schedule) = &self.settings.schedule else {
            return true;
        };
        let window = schedule.window(now.utc);
        window.is_some_and(|(start, _)| self.store.created() >= start)
    }
}
