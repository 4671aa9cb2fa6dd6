//! The session of FIX 4.2 as a state machine: bytes and times in, bytes and events out.
//!
//! A [`Session`] has no socket, no clock and no thread. Whoever carries its bytes calls it with
//! the time of the call; the same code then serves a socket, a test and a simulation.
//!
//! What is received costs one pass over its bytes. Memory is bounded: by the longest message
//! allowed, by `max_pending` for messages that wait for a gap to close, and by one piece of
//! 64 KiB of a resend, whatever the peer asks for.
//!
//! Where the specification leaves a choice, this is the one made:
//!
//! - A resend leaves out administrative messages except Reject (35=3), whose loss would leave the
//!   peer waiting for an answer that was already given.
//! - Messages sent while a resend is under way are stored and follow after it.
//! - A Logon with ResetSeqNumFlag in a live session resets the numbers, any other one ends it.
//!
//! Source: the session protocol of FIX 4.2 (FIX Protocol Ltd, 2000, volume 1).
//!
//! ```
//! use hft_py::fix::dictionary::Dictionary;
//! use hft_py::fix::session::{Now, Outbox, Role, SECOND, Session, SessionId, Settings};
//! use hft_py::fix::store::MemoryStore;
//!
//! let now = Now { utc: 1_767_603_600 * SECOND, monotonic: 0 };
//! let settings = Settings::new(SessionId::new("FUND", "VENUE"), Role::Initiator);
//! let mut session = Session::new(settings, Dictionary::fix42(), MemoryStore::new(now.utc));
//! let mut out = Outbox::new();
//! session.connected(now, &mut out);
//! assert!(out.bytes.starts_with(b"8=FIX.4.2\x019=")); // the Logon, to be written to the socket
//! assert_eq!(session.next_timer(), Some(10 * SECOND)); // until when its answer has to come
//! ```

mod events;
mod gap;
mod inbound;
mod logon;
mod logout;
mod machine;
mod orders;
mod outbound;
mod refusal;
mod resend;
mod schedule;
mod settings;
mod timers;

pub use events::{Close, Counts, Event, Note, Outbox, SendError, State, Status};
pub use schedule::{Schedule, ScheduleError};
pub use settings::{Now, Role, SECOND, SessionId, Settings};

use crate::fix::codec::{Framed, Garble, Index, View, frame};
use crate::fix::dictionary::Dictionary;
use crate::fix::store::Store;
use machine::Machine;
use std::io;
use std::sync::Arc;

/// One session: its numbers, its timers and its store.
///
/// After each call the caller writes `out.bytes`, acts on `out.events` and then calls
/// [`Session::delivered`]; where `out.close` is set, it closes the connection after the bytes,
/// and need not call [`Session::disconnected`]. When the transport has taken all bytes, it calls
/// [`Session::drained`].
pub struct Session<S: Store> {
    machine: Machine<S>,
    /// Received bytes that are no whole message yet.
    input: Vec<u8>,
    index: Index,
}

impl<S: Store> Session<S> {
    /// A session without a connection. Its numbers are those of the store.
    pub fn new(settings: Settings, dictionary: Arc<Dictionary>, store: S) -> Self {
        Self {
            machine: Machine::new(settings, dictionary, store),
            input: Vec::new(),
            index: Index::new(),
        }
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        &self.machine.settings
    }

    /// Where it keeps its numbers and messages.
    pub fn store(&self) -> &S {
        &self.machine.store
    }

    /// Give back the store; what was not stored is forgotten, as when a process ends.
    pub fn into_store(self) -> S {
        self.machine.store
    }

    /// A connection is there. An initiator logs on; an acceptor waits for the Logon.
    pub fn connected(&mut self, now: Now, out: &mut Outbox) {
        self.input.clear();
        self.machine.connected(now, out);
    }

    /// Bytes from the peer, cut anywhere.
    pub fn received(&mut self, now: Now, bytes: &[u8], out: &mut Outbox) {
        let Self {
            machine,
            input,
            index,
        } = self;
        machine.seen = now;
        let joined = !input.is_empty();
        if joined {
            input.extend_from_slice(bytes);
        }
        let stream: &[u8] = if joined { input } else { bytes };
        let mut at = 0;
        while machine.state != State::Disconnected {
            match frame(&stream[at..], machine.settings.max_message) {
                Framed::Incomplete => break,
                Framed::Garbled { skip, why } => {
                    at += skip;
                    machine.garbled(why, out);
                }
                Framed::Message(length) => {
                    let message = &stream[at..at + length];
                    at += length;
                    receive(machine, index, message, out);
                }
            }
        }
        if machine.state == State::Disconnected {
            input.clear();
        } else if joined {
            input.drain(..at);
        } else {
            input.extend_from_slice(&bytes[at..]);
        }
    }

    /// Time has passed: call at [`Session::next_timer`], or whenever it suits.
    pub fn elapsed(&mut self, now: Now, out: &mut Outbox) {
        self.machine.elapsed(now, out);
    }

    /// The transport has taken all bytes given to it: go on with what waits, if anything does.
    pub fn drained(&mut self, now: Now, out: &mut Outbox) {
        self.machine.drained(now, out);
    }

    /// The events of all calls so far are dealt with: the messages in them now count as received
    /// in the store as well. A process that ends before this call gets them again, with
    /// PossDupFlag=Y.
    ///
    /// # Errors
    /// What the store reports; the messages may then come again after a restart.
    pub fn delivered(&mut self) -> io::Result<()> {
        self.machine.delivered()
    }

    /// As [`Session::delivered`], for the messages up to the one numbered `through` only: others
    /// wait in a queue of the caller's.
    ///
    /// # Errors
    /// As [`Session::delivered`].
    pub fn delivered_through(&mut self, through: u32) -> io::Result<()> {
        self.machine.delivered_through(through)
    }

    /// The connection is gone. Does nothing where the session closed it itself.
    pub fn disconnected(&mut self, now: Now, out: &mut Outbox) {
        self.input.clear();
        self.machine.disconnected(now, out);
    }

    /// Send an application message: number it, store it, write it. `body` holds the fields in
    /// their order; fields of the header among them move to the front. While the session is not
    /// logged on, or a resend is under way, the message is stored and follows as soon as it may.
    ///
    /// # Errors
    /// See [`SendError`]; the number was then not used.
    pub fn send(
        &mut self,
        now: Now,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
        out: &mut Outbox,
    ) -> Result<u32, SendError> {
        self.machine.send(now, msg_type, body, out)
    }

    /// Refuse an application message by a BusinessMessageReject (35=j) with the
    /// BusinessRejectReason (380) `reason` and the Text (58) `text`.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn reject(
        &mut self,
        now: Now,
        refused: View<'_>,
        reason: u8,
        text: &str,
        out: &mut Outbox,
    ) -> Result<u32, SendError> {
        self.machine.reject(now, refused, reason, text, out)
    }

    /// Log out: send a Logout with this text (may be empty), wait for the answer, close. A session
    /// that is connected and not logged on is closed at once.
    pub fn log_out(&mut self, now: Now, text: &str, out: &mut Outbox) {
        self.machine.log_out(now, text, out);
    }

    /// Set both numbers to 1 and forget all messages. Closes the connection, if there is one.
    ///
    /// # Errors
    /// What the store reports.
    pub fn reset(&mut self, now: Now, out: &mut Outbox) -> io::Result<()> {
        self.disconnected(now, out);
        self.machine.reset(now, "asked for by the operator", out)
    }

    /// When [`Session::elapsed`] has something to do next, on the monotonic clock.
    pub fn next_timer(&self) -> Option<i64> {
        self.machine.next_timer()
    }

    /// Whether both sides have logged on and none has logged out.
    pub fn is_logged_on(&self) -> bool {
        self.machine.state == State::LoggedOn
    }

    /// Whether it has a connection.
    pub fn is_connected(&self) -> bool {
        self.machine.state != State::Disconnected
    }

    /// Whether the session is open at this time, so that an initiator may connect.
    pub fn is_open(&self, now: Now) -> bool {
        let schedule = self.machine.settings.schedule.as_ref();
        schedule.is_none_or(|schedule| schedule.is_open(now.utc))
    }

    /// Whether more bytes wait for [`Session::drained`].
    pub fn has_more(&self) -> bool {
        self.machine.has_more()
    }

    /// What it is doing.
    pub fn status(&self) -> Status {
        self.machine.status()
    }
}

/// One whole message, and the messages that waited for it.
fn receive<S: Store>(
    machine: &mut Machine<S>,
    index: &mut Index,
    message: &[u8],
    out: &mut Outbox,
) {
    let scan = |index: &mut Index, machine: &Machine<S>, message: &[u8]| -> Result<(), Garble> {
        index.scan(message, machine.dictionary.data_tags())
    };
    match scan(index, machine, message) {
        Err(why) => return machine.garbled(why, out),
        Ok(()) => machine.message(index.view(message), out),
    }
    while let Some(held) = machine.next_held(out) {
        if scan(index, machine, &held).is_ok() {
            machine.held_message(index.view(&held), out);
        }
    }
}
