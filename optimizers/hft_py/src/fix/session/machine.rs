//! The state of a session, and what changes all of it: connecting, closing, resetting.

use super::gap::{Gap, Held};
use super::orders::Orders;
use super::{Close, Counts, Event, Note, Now, Outbox, Role, Settings, State, Status};
use crate::fix::codec::{Encoder, Garble, Index};
use crate::fix::dictionary::Dictionary;
use crate::fix::store::Store;
use std::io;
use std::sync::Arc;

pub(super) struct Machine<S> {
    pub(super) settings: Settings,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) store: S,
    pub(super) state: State,
    /// The time of the latest call.
    pub(super) seen: Now,
    pub(super) counts: Counts,
    pub(super) orders: Orders,

    // Inbound.
    /// The latest bytes were no part of a message.
    pub(super) noise: bool,
    /// The number expected next; the store learns it when the events are delivered.
    pub(super) next_in: u32,
    pub(super) gap: Option<Gap>,
    pub(super) held: Held,

    // Outbound.
    pub(super) encoder: Encoder,
    /// Reads stored messages.
    pub(super) stored: Index,
    /// The number to write next for the first time on this connection.
    pub(super) live: u32,
    /// The last number that may be written for the first time on this connection: none before the
    /// Logon, the Logon's until the peer's has come, the Logout's after it.
    pub(super) last_live: u32,
    /// Numbers still to be written again.
    pub(super) resend: Option<(u32, u32)>,
    /// The transport has not yet taken the piece of a resend written last.
    pub(super) undrained: bool,

    // Timers, on the monotonic clock.
    /// Nanoseconds; 0 means no heartbeats.
    pub(super) heartbeat: i64,
    pub(super) last_in: i64,
    pub(super) last_out: i64,
    /// A TestRequest is not yet answered.
    pub(super) tested: bool,
    /// When to give up waiting for a Logon or a Logout.
    pub(super) deadline: i64,

    // Logon and logout.
    /// Our Logon asked for numbers from 1.
    pub(super) reset_asked: bool,
    /// The Logout was ours because the peer broke a rule: nothing but its Logout is read.
    pub(super) refused: bool,
}

impl<S: Store> Machine<S> {
    pub(super) fn new(settings: Settings, dictionary: Arc<Dictionary>, store: S) -> Self {
        Self {
            orders: Orders::new(settings.remembered_orders),
            held: Held::new(settings.max_pending),
            next_in: store.next_in(),
            settings,
            dictionary,
            store,
            state: State::Disconnected,
            seen: Now {
                utc: 0,
                monotonic: 0,
            },
            counts: Counts::default(),
            noise: false,
            gap: None,
            encoder: Encoder::new(),
            stored: Index::new(),
            live: 1,
            last_live: 0,
            resend: None,
            undrained: false,
            heartbeat: 0,
            last_in: 0,
            last_out: 0,
            tested: false,
            deadline: 0,
            reset_asked: false,
            refused: false,
        }
    }

    pub(super) fn connected(&mut self, now: Now, out: &mut Outbox) {
        self.seen = now;
        if self.state != State::Disconnected {
            out.close = Some(Close::Connected);
            return;
        }
        if let Err(why) = self.start(now, out) {
            self.close(now, why, out);
        }
    }

    fn start(&mut self, now: Now, out: &mut Outbox) -> Result<(), Close> {
        self.state = State::LoggingOn;
        self.begin_window(now, out)?;
        if !self.in_window(now) {
            return Err(Close::OutsideSchedule);
        }
        self.undrained = false;
        self.tested = false;
        self.refused = false;
        self.reset_asked = false;
        self.last_in = now.monotonic;
        self.last_out = now.monotonic;
        self.deadline = now.monotonic.saturating_add(self.settings.logon_timeout);
        match self.settings.role {
            Role::Initiator => self.log_on(now, out),
            Role::Acceptor => Ok(()),
        }
    }

    pub(super) fn disconnected(&mut self, now: Now, out: &mut Outbox) {
        self.seen = now;
        if self.state != State::Disconnected {
            self.end(now, Close::Lost, None, out);
        }
    }

    /// Close the connection from this side.
    pub(super) fn close(&mut self, now: Now, why: Close, out: &mut Outbox) {
        out.close = Some(why.clone());
        self.end(now, why, None, out);
    }

    /// Forget the connection; `text` is what the peer said about it.
    pub(super) fn end(&mut self, now: Now, why: Close, text: Option<String>, out: &mut Outbox) {
        if matches!(self.state, State::LoggedOn | State::LoggingOut) {
            let text = text.unwrap_or_else(|| why.to_string());
            out.events.push(Event::LoggedOut { text });
        }
        self.state = State::Disconnected;
        self.last_live = 0;
        self.gap = None;
        self.held.clear();
        self.resend = None;
        self.undrained = false;
        let logged_out = why == Close::LoggedOut;
        out.events.push(Event::Note(Note::Closed(why)));
        let settings = &self.settings;
        let resets = settings.reset_on_disconnect || (settings.reset_on_logout && logged_out);
        if resets && let Err(error) = self.reset(now, "the session ended", out) {
            let failed = Close::Store(error.to_string());
            out.events.push(Event::Note(Note::Closed(failed)));
        }
    }

    /// Both numbers start at 1.
    pub(super) fn reset(
        &mut self,
        now: Now,
        why: &'static str,
        out: &mut Outbox,
    ) -> io::Result<()> {
        self.store.reset(now.utc)?;
        self.next_in = 1;
        self.live = 1;
        self.gap = None;
        self.held.clear();
        self.resend = None;
        self.orders.clear();
        out.events.push(Event::Note(Note::Reset(why)));
        Ok(())
    }

    pub(super) fn delivered(&mut self) -> io::Result<()> {
        if self.store.next_in() == self.next_in {
            return Ok(());
        }
        self.store.set_next_in(self.next_in)
    }

    pub(super) fn delivered_through(&mut self, through: u32) -> io::Result<()> {
        let next = through.saturating_add(1).min(self.next_in);
        if next > self.store.next_in() {
            self.store.set_next_in(next)?;
        }
        Ok(())
    }

    /// Bytes were ignored. Noise that goes on is told once, however it is cut.
    pub(super) fn garbled(&mut self, why: Garble, out: &mut Outbox) {
        let goes_on = why == Garble::Noise && self.noise;
        self.noise = why == Garble::Noise;
        if goes_on {
            return;
        }
        self.counts.garbled += 1;
        out.events.push(Event::Garbled { why });
        if self.state == State::LoggingOn && self.settings.role == Role::Acceptor {
            self.close(self.seen, Close::BadLogon("it is garbled"), out);
        }
    }

    pub(super) fn status(&self) -> Status {
        Status {
            state: self.state,
            next_in: self.next_in,
            next_out: self.store.next_out(),
            gap: self.gap.map(|gap| (self.next_in, gap.through)),
            resend: self.resend,
            pending: self.held.bytes(),
            counts: self.counts,
        }
    }
}

/// What the store reports ends the connection: without its store a session can keep no promise.
impl From<io::Error> for Close {
    fn from(error: io::Error) -> Self {
        Self::Store(error.to_string())
    }
}
