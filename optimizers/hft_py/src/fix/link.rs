//! Two sessions joined in memory, on a clock that the caller moves.
//!
//! The bytes, the sessions and the applications are those of a live run; what is left out is the
//! operating system. A back-test therefore takes the same path as a live run, and takes it again
//! in the same order whenever it is run. Latency is a parameter of each direction.
//!
//! Bytes arrive in the order in which they were sent. [`Link::in_flight`] gives a test the
//! bytes on their way, to lose, repeat, cut or exchange them.

use super::application::{Application, Replies};
use super::session::{Event, Note, Now, Outbox, SendError, Session};
use super::store::{MemoryStore, Store};
use std::collections::VecDeque;

/// While no more bytes than these are in flight, a session goes on with what it has to write.
const WINDOW: usize = 1 << 20;

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The session that logs on.
    Initiator,
    /// The session that answers.
    Acceptor,
}

impl Side {
    /// Both sides.
    pub const BOTH: [Self; 2] = [Self::Initiator, Self::Acceptor];

    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Acceptor,
            Self::Acceptor => Self::Initiator,
        }
    }
}

/// Bytes on their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// When they arrive, on the monotonic clock.
    pub at: i64,
    /// Whole messages, unless a test cut them. None where the sender has closed the connection.
    pub bytes: Option<Vec<u8>>,
}

struct End<S: Store> {
    session: Session<S>,
    application: Box<dyn Application>,
    out: Outbox,
    /// What is on its way to this end.
    arriving: VecDeque<Flight>,
    /// Nanoseconds that bytes take to this end.
    latency: i64,
    /// What happened, for the operator.
    notes: Vec<Note>,
    /// Why replies of the application were not sent.
    failed: Vec<String>,
}

/// Two sessions and the connection between them.
pub struct Link<S: Store = MemoryStore> {
    ends: [End<S>; 2],
    replies: Replies,
    now: Now,
    /// Bytes are given to a session in pieces of this length.
    piece: usize,
}

impl<S: Store> Link<S> {
    /// A link without a connection. `latency` is the time in nanoseconds that bytes take to the
    /// initiator and to the acceptor; negative ones count as 0.
    ///
    /// Two applications that answer each other without end need a latency of at least 1 ns, or no
    /// call of [`Link::advance`] ends.
    pub fn new(
        initiator: (Session<S>, Box<dyn Application>),
        acceptor: (Session<S>, Box<dyn Application>),
        now: Now,
        latency: [i64; 2],
    ) -> Self {
        let end = |(session, application): (Session<S>, Box<dyn Application>), latency: i64| End {
            session,
            application,
            out: Outbox::new(),
            arriving: VecDeque::new(),
            latency: latency.max(0),
            notes: Vec::new(),
            failed: Vec::new(),
        };
        Self {
            ends: [end(initiator, latency[0]), end(acceptor, latency[1])],
            replies: Replies::new(),
            now,
            piece: usize::MAX,
        }
    }

    /// The time.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Set UTC, forward or back; intervals stay as they are.
    pub fn set_utc(&mut self, utc: i64) {
        self.now.utc = utc;
    }

    /// Give bytes to the sessions in pieces of `bytes`, at least 1, instead of as they were written.
    pub fn set_piece(&mut self, bytes: usize) {
        self.piece = bytes.max(1);
    }

    /// A session.
    pub fn session(&self, side: Side) -> &Session<S> {
        &self.ends[side as usize].session
    }

    /// A session, to be replaced by one made out of its store: what a restart of its process does.
    /// Its peer learns of that by [`Link::cut`].
    pub fn session_mut(&mut self, side: Side) -> &mut Session<S> {
        &mut self.ends[side as usize].session
    }

    /// What is on its way to a side.
    pub fn in_flight(&mut self, to: Side) -> &mut VecDeque<Flight> {
        &mut self.ends[to as usize].arriving
    }

    /// The operator's notes of a side since they were taken last.
    pub fn take_notes(&mut self, side: Side) -> Vec<Note> {
        std::mem::take(&mut self.ends[side as usize].notes)
    }

    /// Why replies of a side's application were not sent, since this was asked last.
    pub fn take_failed(&mut self, side: Side) -> Vec<String> {
        std::mem::take(&mut self.ends[side as usize].failed)
    }

    /// Connect, unless a side still has a connection. Bytes of the connection before are lost.
    pub fn connect(&mut self) -> bool {
        if self.ends.iter().any(|end| end.session.is_connected()) {
            return false;
        }
        for side in [Side::Acceptor, Side::Initiator] {
            self.ends[side as usize].arriving.clear();
        }
        for side in [Side::Acceptor, Side::Initiator] {
            self.call(side, |session, now, out| session.connected(now, out));
        }
        true
    }

    /// Cut the connection: both sides are told, and what is in flight is lost.
    pub fn cut(&mut self) {
        for side in Side::BOTH {
            self.call(side, |session, now, out| session.disconnected(now, out));
        }
        for end in &mut self.ends {
            end.arriving.clear();
        }
    }

    /// Send a message of a side's own.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send(
        &mut self,
        side: Side,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
    ) -> Result<u32, SendError> {
        self.call(side, |session, now, out| {
            session.send(now, msg_type, body, out)
        })
    }

    /// Log a side out.
    pub fn log_out(&mut self, side: Side, text: &str) {
        self.call(side, |session, now, out| session.log_out(now, text, out));
    }

    /// When bytes arrive or a timer runs next, on the monotonic clock.
    pub fn next_event(&self) -> Option<i64> {
        let arrivals = self
            .ends
            .iter()
            .filter_map(|end| Some(end.arriving.front()?.at));
        let timers = self.ends.iter().filter_map(|end| end.session.next_timer());
        arrivals
            .chain(timers)
            .min()
            .map(|at| at.max(self.now.monotonic))
    }

    /// Let `nanoseconds` pass: bytes arrive and timers run at their times. Where times are equal
    /// the initiator comes first, and arrivals before timers.
    pub fn advance(&mut self, nanoseconds: i64) {
        let until = self.now.monotonic.saturating_add(nanoseconds.max(0));
        while let Some(at) = self.next_event().filter(|&at| at <= until) {
            self.pass(at);
            for side in Side::BOTH {
                self.arrive(side);
            }
            for side in Side::BOTH {
                let timer = self.ends[side as usize].session.next_timer();
                if timer.is_some_and(|due| due <= at) {
                    self.call(side, |session, now, out| session.elapsed(now, out));
                }
            }
        }
        self.pass(until);
    }

    fn pass(&mut self, until: i64) {
        self.now.utc += until - self.now.monotonic;
        self.now.monotonic = until;
    }

    /// Give a side what has arrived, in the order of its arrival.
    fn arrive(&mut self, side: Side) {
        let piece = self.piece;
        loop {
            let now = self.now.monotonic;
            let arriving = &mut self.ends[side as usize].arriving;
            if arriving.front().is_none_or(|flight| flight.at > now) {
                return;
            }
            match arriving.pop_front().and_then(|flight| flight.bytes) {
                None => self.call(side, |session, now, out| session.disconnected(now, out)),
                Some(bytes) => {
                    for piece in bytes.chunks(piece) {
                        self.call(side, |session, now, out| session.received(now, piece, out));
                    }
                    self.go_on(side.other());
                }
            }
        }
    }

    /// Let a side write what waits, while the link takes it.
    fn go_on(&mut self, side: Side) {
        while self.ends[side as usize].session.has_more() {
            let arriving = &self.ends[side.other() as usize].arriving;
            let bytes = arriving.iter().filter_map(|flight| flight.bytes.as_ref());
            if bytes.map(Vec::len).sum::<usize>() > WINDOW {
                return;
            }
            self.call_once(side, |session, now, out| session.drained(now, out));
        }
    }

    /// Call a session, and do what it wants done.
    fn call<R>(
        &mut self,
        side: Side,
        call: impl FnOnce(&mut Session<S>, Now, &mut Outbox) -> R,
    ) -> R {
        let result = self.call_once(side, call);
        self.go_on(side);
        result
    }

    fn call_once<R>(
        &mut self,
        side: Side,
        call: impl FnOnce(&mut Session<S>, Now, &mut Outbox) -> R,
    ) -> R {
        let now = self.now;
        let end = &mut self.ends[side as usize];
        let result = call(&mut end.session, now, &mut end.out);
        self.write(side);
        let end = &mut self.ends[side as usize];
        let events = std::mem::take(&mut end.out.events);
        let mut told = false;
        for event in events {
            let id = &end.session.settings().id;
            let (application, replies) = (&mut end.application, &mut self.replies);
            match event {
                Event::LoggedOn => application.on_logon(id, replies),
                Event::LoggedOut { text } => application.on_logout(id, &text, replies),
                Event::Message(message) => application.on_message(id, &message, replies),
                Event::Rejected(message) => application.on_reject(id, &message, replies),
                Event::Garbled { .. } => continue,
                Event::Note(note) => {
                    end.notes.push(note);
                    continue;
                }
            }
            told = true;
        }
        if told {
            self.reply(side);
        }
        let end = &mut self.ends[side as usize];
        if let Err(error) = end.session.delivered() {
            end.failed.push(error.to_string());
        }
        result
    }

    /// Send the replies of an application.
    fn reply(&mut self, side: Side) {
        let now = self.now;
        let end = &mut self.ends[side as usize];
        self.replies.drain(|to, msg_type, body| {
            if *to != end.session.settings().id {
                end.failed
                    .push(format!("the link has no session {to} on this side"));
            } else if let Err(error) = end.session.send(now, msg_type, body, &mut end.out) {
                end.failed.push(error.to_string());
            }
        });
        self.write(side);
    }

    /// Put a session's bytes on their way.
    fn write(&mut self, side: Side) {
        let end = &mut self.ends[side as usize];
        let bytes = (!end.out.bytes.is_empty()).then(|| std::mem::take(&mut end.out.bytes));
        let closed = end.out.close.take().is_some();
        if closed {
            end.arriving.clear();
        }
        let other = &mut self.ends[side.other() as usize];
        let at = self.now.monotonic.saturating_add(other.latency);
        let at = other.arriving.back().map_or(at, |last| last.at.max(at));
        for bytes in bytes.map(Some).into_iter().chain(closed.then_some(None)) {
            other.arriving.push_back(Flight { at, bytes });
        }
    }
}

#[cfg(test)]
mod tests;
