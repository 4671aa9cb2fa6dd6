//! Sessions with a connection: reading and writing, callbacks and their replies, closing.

use super::{App, LINGER, Reactor, TURN, Work};
use crate::fix::io::clock;
use crate::fix::io::log::{Level, OperatorLog};
use crate::fix::io::slot::{Slot, describe};
use crate::fix::io::timers::Timer;
use crate::fix::session::{Event, Note, Outbox};
use std::io;
use std::sync::Arc;

impl Reactor {
    pub(super) fn serve(&mut self, index: usize, work: Work, app: &mut App) {
        let Some(slot) = self.slots.get(index).cloned() else {
            return;
        };
        let shared = Arc::clone(&self.shared);
        let (log, max_unsent) = (&shared.log, shared.limits.max_unsent);
        let now = clock::now();
        let mut guard = slot.lock();
        let state = &mut *guard;
        let mut more = false;
        match work {
            Work::Socket { readable, ended } => {
                if let Some(connection) = &mut state.connection {
                    connection.read_on |= ended;
                    if let Err(error) = connection.flush() {
                        state.closing.get_or_insert_with(|| error.to_string());
                    }
                }
                if readable && !self.per_slot[index].paused {
                    more = slot.read(state, &mut self.buffer, TURN, max_unsent, log);
                }
            }
            Work::Attach(connection, bytes) => {
                self.attached.insert(connection.token, index);
                slot.attach(state, now, connection);
                if !bytes.is_empty() {
                    slot.receive(state, now, &bytes, log);
                }
                more = true; // what came behind the Logon was reported before
            }
            Work::Elapsed => state.session.elapsed(now, &mut state.out),
            Work::LogOut(text) => state.session.log_out(now, &text, &mut state.out),
            Work::Look => {}
        }
        slot.write_out(state, max_unsent, log);
        more |= slot.drain(state, now, max_unsent, TURN, log);
        let mut events = std::mem::take(&mut state.out.events);
        let messages = events
            .iter()
            .filter(|event| matches!(event, Event::Message(_)))
            .count();
        state.given += messages as u64;
        if events
            .iter()
            .any(|event| matches!(event, Event::Note(Note::Reset(_))))
        {
            state.before_reset = state.given;
        }
        if messages == 0 && state.given == state.confirmed {
            report(state.session.delivered(), &slot, log);
        }
        let closing = state.closing.take();
        let timer = state.session.next_timer();
        drop(guard);

        let quiet = events.is_empty();
        self.dispatch(index, &slot, &mut events, app);
        if messages > 0 && !app.handles_later() {
            let mut state = slot.lock();
            state.confirmed = state.given;
            report(state.session.delivered(), &slot, log);
        }
        if !quiet {
            // Keep the memory for the next events.
            let mut state = slot.lock();
            if state.out.events.is_empty() {
                state.out.events = events;
            }
        }
        self.timers.arm(index, timer);
        if let Some(why) = closing {
            return self.close(index, &why, app);
        }
        if messages > 0 && app.is_full(&slot.id) {
            self.per_slot[index].paused = true;
        } else if more {
            self.again.push(index);
        }
    }

    /// Tell the application and the operator, and send the replies.
    pub(super) fn dispatch(
        &mut self,
        index: usize,
        slot: &Slot,
        events: &mut Vec<Event>,
        app: &mut App,
    ) {
        for event in events.drain(..) {
            if let Some((level, line)) = describe(&event) {
                let lines = &mut self.per_slot[index].lines;
                if let Some(left_out) = lines.take(clock::monotonic()) {
                    self.shared
                        .log
                        .line(level, &slot.name, &format!("{line}{left_out}"));
                }
            }
            match event {
                Event::LoggedOn => {
                    self.logged_on(index, slot);
                    app.on_logon(&slot.id, &mut self.replies);
                }
                Event::LoggedOut { text } => app.on_logout(&slot.id, &text, &mut self.replies),
                Event::Message(message) => app.on_message(&slot.id, &message, &mut self.replies),
                Event::Rejected(message) => app.on_reject(&slot.id, &message, &mut self.replies),
                Event::Garbled { .. } | Event::Note(_) => {}
            }
            self.reply(Some((index, slot)));
        }
    }

    /// Send the replies, most of which are for `current`.
    pub(super) fn reply(&mut self, current: Option<(usize, &Slot)>) {
        if self.replies.is_empty() {
            return;
        }
        let Self {
            replies,
            shared,
            look,
            slots,
            ..
        } = self;
        let (log, max_unsent) = (&shared.log, shared.limits.max_unsent);
        replies.drain(|to, msg_type, body| {
            let found = match current {
                Some((index, slot)) if *to == slot.id => Some(index),
                _ => shared.read().by_id.get(to).copied(),
            };
            let Some((number, slot)) = found.and_then(|n| Some((n, slots.get(n)?))) else {
                return log.line(
                    Level::Error,
                    "",
                    &format!("a reply to {to}: no such session"),
                );
            };
            match slot.send(msg_type, body, max_unsent, log) {
                Ok((_, false)) => {}
                Ok((_, true)) => look.push(number),
                Err(error) => {
                    log.line(
                        Level::Error,
                        &slot.name,
                        &format!("a reply was not sent: {error}"),
                    );
                }
            }
        });
    }

    pub(super) fn logged_on(&mut self, index: usize, slot: &Slot) {
        if let Some(dialler) = &mut self.per_slot[index].dialler {
            dialler.waits.reset();
        } else if let Some(connection) = &mut slot.lock().connection {
            connection.logged_on = true;
        }
    }

    pub(super) fn close(&mut self, index: usize, why: &str, app: &mut App) {
        let slot = Arc::clone(&self.slots[index]);
        let now = clock::now();
        let mut state = slot.lock();
        let Some(mut connection) = state.connection.take() else {
            return;
        };
        let mut out = Outbox::new();
        state.session.disconnected(now, &mut out);
        state.closing = None;
        let timer = state.session.next_timer();
        let again = state.enabled && self.stop_at.is_none();
        drop(state);

        if !connection.logged_on
            && slot.connect.is_none()
            && let Some(lobby) = &mut self.lobby
        {
            lobby.failed(connection.peer.ip(), now.monotonic);
        }
        self.per_slot[index].paused = false;
        self.attached.remove(&connection.token);
        let told = !matches!(connection.flush(), Ok(false));
        if told {
            connection.finish();
        }
        let line = format!("disconnected from {}: {why}", connection.peer);
        self.shared.log.line(Level::Info, &slot.name, &line);
        let linger = now.monotonic + clock::nanoseconds(LINGER);
        self.timers.push(linger, Timer::Linger(connection.token.0));
        self.closed.insert(connection.token, (connection, told));
        self.timers.arm(index, timer);
        self.dispatch(index, &slot, &mut out.events, app);
        if again && let Some(dialler) = &mut self.per_slot[index].dialler {
            let wait = clock::nanoseconds(dialler.waits.next());
            self.connect_at(index, now.monotonic + wait);
        }
    }
}

fn report(delivered: io::Result<()>, slot: &Slot, log: &OperatorLog) {
    if let Err(error) = delivered {
        let line = format!("messages may come again after a restart: {error}");
        log.line(Level::Error, &slot.name, &line);
    }
}
