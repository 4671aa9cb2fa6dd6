//! The initiator's side of the I/O thread: connecting, and waiting before the next attempt.

use super::Reactor;
use crate::fix::io::clock;
use crate::fix::io::log::Level;
use crate::fix::io::timers::Timer;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

impl Reactor {
    /// An initiator connects at this time on the monotonic clock.
    pub(super) fn connect_at(&mut self, index: usize, at: i64) {
        if self.per_slot[index].dialler.is_some() {
            self.timers.push(at, Timer::Connect(index));
        }
    }

    pub(super) fn wants_connection(&self, index: usize) -> bool {
        let state = self.slots[index].lock();
        state.enabled && state.connection.is_none()
    }

    pub(super) fn connect(&mut self, index: usize) {
        let state = self.slots[index].lock();
        let wanted = state.enabled && state.connection.is_none() && self.stop_at.is_none();
        let now = clock::now();
        if wanted && !state.session.is_open(now) {
            let schedule = state.session.settings().schedule.clone();
            drop(state);
            // UTC may be set meanwhile: look again within a minute.
            let change = schedule.and_then(|schedule| schedule.next_change(now.utc));
            let wait = change.map_or(60_000_000_000, |at| (at - now.utc).clamp(1, 60_000_000_000));
            return self.connect_at(index, now.monotonic + wait);
        }
        drop(state);
        if wanted && let Some(dialler) = &self.per_slot[index].dialler {
            dialler.resolve(index, &self.shared);
        }
    }

    pub(super) fn resolved(&mut self, index: usize, found: io::Result<Vec<SocketAddr>>) {
        let Some(dialler) = &mut self.per_slot[index].dialler else {
            return;
        };
        match found {
            Ok(addresses) => {
                dialler.resolved(addresses);
                self.try_next_address(index, None);
            }
            Err(error) => self.failed_to_connect(index, &error.to_string()),
        }
    }

    pub(super) fn try_next_address(&mut self, index: usize, mut why: Option<String>) {
        if self.stop_at.is_some() {
            return;
        }
        loop {
            let token = self.token();
            let Some(dialler) = &mut self.per_slot[index].dialler else {
                return;
            };
            match self
                .dials
                .begin(index, dialler, token, self.poll.registry())
            {
                Some(Ok(())) => {
                    let timeout = clock::nanoseconds(self.shared.limits.connect_timeout);
                    self.timers
                        .push(clock::monotonic() + timeout, Timer::Dial(token.0));
                    return;
                }
                Some(Err(error)) => why = Some(error.to_string()),
                None => {
                    let why = why.unwrap_or_else(|| "the host has no address".into());
                    return self.failed_to_connect(index, &why);
                }
            }
        }
    }

    pub(super) fn failed_to_connect(&mut self, index: usize, why: &str) {
        let slot = &self.slots[index];
        slot.traffic
            .failed_connections
            .fetch_add(1, Ordering::Relaxed);
        let Some(dialler) = &mut self.per_slot[index].dialler else {
            return;
        };
        let wait = dialler.waits.next();
        let line = format!(
            "cannot connect: {why}; next attempt in {:.1} s",
            wait.as_secs_f64()
        );
        self.shared.log.line(Level::Warning, &slot.name, &line);
        self.connect_at(index, clock::monotonic() + clock::nanoseconds(wait));
    }
}
