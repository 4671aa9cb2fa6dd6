//! A session of an engine with its connection, shared by the I/O thread and those that send.

use super::clock;
use super::connection::{Connection, Input};
use super::handle::EngineError;
use super::log::{Level, Lines, OperatorLog, readable};
use super::settings::{Connect, SessionConfig};
use crate::fix::codec::{DataTags, Framed, Index, frame};
use crate::fix::dictionary::Dictionary;
use crate::fix::session::{Event, Now, Outbox, Session, SessionId};
use crate::fix::store::{MemoryStore, Store};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One session of an engine.
pub(super) struct Slot {
    pub(super) id: SessionId,
    /// The identity as the log has it.
    pub(super) name: String,
    pub(super) connect: Option<Connect>,
    pub(super) traffic: Traffic,
    state: Mutex<State>,
}

/// What the session's own counts leave out.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) bytes_in: AtomicU64,
    pub(super) bytes_out: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) failed_connections: AtomicU64,
}

/// The part of a slot behind its lock.
pub(super) struct State {
    pub(super) session: Session<Box<dyn Store>>,
    pub(super) connection: Option<Connection>,
    pub(super) out: Outbox,
    /// Why the I/O thread has to close the connection.
    pub(super) closing: Option<String>,
    /// The store is closed.
    pub(super) released: bool,
    /// Messages given to the application, and those that it has dealt with.
    pub(super) given: u64,
    pub(super) confirmed: u64,
    /// Of the messages given, those up to here are from before the numbers began anew.
    pub(super) before_reset: u64,
    /// Whether an initiator connects, and an acceptor takes a connection.
    pub(super) enabled: bool,
    lines: Option<(Lines, Index)>,
    dictionary: Arc<Dictionary>,
    limit: usize,
}

impl Slot {
    pub(super) fn new(config: SessionConfig, store: Box<dyn Store>, log_messages: bool) -> Self {
        let id = config.settings.id.clone();
        let dictionary = config.dictionary;
        let limit = config.settings.max_message;
        Self {
            name: id.to_string(),
            id,
            connect: config.connect,
            traffic: Traffic::default(),
            state: Mutex::new(State {
                session: Session::new(config.settings, Arc::clone(&dictionary), store),
                connection: None,
                out: Outbox::new(),
                closing: None,
                released: false,
                given: 0,
                confirmed: 0,
                before_reset: 0,
                enabled: true,
                lines: log_messages.then(Default::default),
                dictionary,
                limit,
            }),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Close the store; what is known of the session remains.
    pub(super) fn release(&self) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.released, true) {
            return;
        }
        let status = state.session.status();
        let mut memory = MemoryStore::new(state.session.store().created());
        // Numbers alone, for who asks: a store in memory takes them.
        let _ = memory.set_next_in(status.next_in);
        let _ = memory.set_next_out(status.next_out);
        let settings = state.session.settings().clone();
        state.session = Session::new(settings, Arc::clone(&state.dictionary), Box::new(memory));
    }

    /// Number, store and write a message. True if the I/O thread has something to do about it.
    pub(super) fn send(
        &self,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
        max_unsent: usize,
        log: &OperatorLog,
    ) -> Result<(u32, bool), EngineError> {
        let mut state = self.lock();
        let state = &mut *state;
        if state.released {
            return Err(EngineError::Stopped);
        }
        let sent = state
            .session
            .send(clock::now(), msg_type, body, &mut state.out);
        self.write_out(state, max_unsent, log);
        let look = state.closing.is_some() || !state.out.events.is_empty();
        Ok((sent?, look))
    }

    /// Write what the session gave, and note why the connection has to be closed, if it has.
    pub(super) fn write_out(&self, state: &mut State, max_unsent: usize, log: &OperatorLog) {
        if !state.out.bytes.is_empty() {
            if state.lines.is_some() {
                self.log_sent(state, log);
            }
            if let Some(connection) = &mut state.connection {
                let bytes = &state.out.bytes;
                self.traffic
                    .bytes_out
                    .fetch_add(bytes.len() as u64, Ordering::Relaxed);
                match connection.write(bytes) {
                    Err(error) => {
                        state.closing.get_or_insert_with(|| error.to_string());
                    }
                    Ok(()) if connection.unsent() > max_unsent => {
                        let unsent = connection.unsent();
                        state.closing.get_or_insert_with(|| {
                            format!("the peer does not read: {unsent} bytes wait for it")
                        });
                    }
                    Ok(()) => {}
                }
            }
            state.out.bytes.clear();
        }
        if let Some(close) = state.out.close.take() {
            state.closing.get_or_insert_with(|| close.to_string());
        }
    }

    /// Go on with a resend while the socket takes it, at most `budget` bytes. True if it has to be
    /// called again without waiting for the socket.
    pub(super) fn drain(
        &self,
        state: &mut State,
        now: Now,
        max_unsent: usize,
        mut budget: usize,
        log: &OperatorLog,
    ) -> bool {
        while state.closing.is_none() && state.session.has_more() {
            match &state.connection {
                Some(connection) if connection.unsent() == 0 => {}
                _ => return false,
            }
            state.session.drained(now, &mut state.out);
            let written = state.out.bytes.len();
            self.write_out(state, max_unsent, log);
            if written == 0 {
                return false;
            }
            if written > budget {
                return true;
            }
            budget -= written;
        }
        false
    }

    /// Give bytes of the peer to the session.
    pub(super) fn receive(&self, state: &mut State, now: Now, bytes: &[u8], log: &OperatorLog) {
        self.traffic
            .bytes_in
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if let Some((lines, _)) = &mut state.lines {
            lines.read(bytes, state.limit, state.dictionary.data_tags(), |line| {
                log.line(Level::Debug, &self.name, &format!("in  {line}"));
            });
        }
        state.session.received(now, bytes, &mut state.out);
    }

    /// Read what has come, about `budget` bytes. True if more is there.
    pub(super) fn read(
        &self,
        state: &mut State,
        buffer: &mut [u8],
        budget: usize,
        max_unsent: usize,
        log: &OperatorLog,
    ) -> bool {
        let mut left = budget;
        while state.closing.is_none() {
            let Some(connection) = &mut state.connection else {
                return false;
            };
            match connection.read(buffer) {
                Ok(Input::Bytes(n)) => {
                    self.receive(state, clock::now(), &buffer[..n], log);
                    self.write_out(state, max_unsent, log);
                    if n >= left {
                        return true;
                    }
                    left -= n;
                }
                Ok(Input::Last(n)) => {
                    self.receive(state, clock::now(), &buffer[..n], log);
                    return false;
                }
                Ok(Input::Blocked) => return false,
                Ok(Input::End) => {
                    state.closing = Some("the peer closed the connection".into());
                }
                Err(error) => state.closing = Some(error.to_string()),
            }
        }
        false
    }

    /// A connection is there.
    pub(super) fn attach(&self, state: &mut State, now: Now, connection: Connection) {
        self.traffic.connections.fetch_add(1, Ordering::Relaxed);
        if let Some((lines, _)) = &mut state.lines {
            *lines = Lines::default();
        }
        state.closing = None;
        state.connection = Some(connection);
        state.session.connected(now, &mut state.out);
    }

    fn log_sent(&self, state: &mut State, log: &OperatorLog) {
        let Some((_, index)) = &mut state.lines else {
            return;
        };
        let data: &DataTags = state.dictionary.data_tags();
        let mut rest = &state.out.bytes[..];
        while let Framed::Message(n) = frame(rest, usize::MAX) {
            let line = readable(&rest[..n], index, data);
            log.line(Level::Debug, &self.name, &format!("out {line}"));
            rest = &rest[n..];
        }
    }
}

/// What an event is to the operator.
pub(super) fn describe(event: &Event) -> Option<(Level, String)> {
    Some(match event {
        Event::LoggedOn => (Level::Info, "logged on".into()),
        Event::LoggedOut { text } => (Level::Info, format!("logged out: {text}")),
        Event::Message(_) => return None,
        Event::Rejected(message) => {
            let view = message.as_view();
            let field = |tag| String::from_utf8_lossy(view.get(tag).unwrap_or(b"")).into_owned();
            let line = format!(
                "the peer refused our message {} (type {}): {}",
                field(45),
                field(372),
                field(58).escape_debug()
            );
            (Level::Warning, line)
        }
        Event::Garbled { why } => (Level::Warning, format!("bytes were ignored: {why}")),
        Event::Note(note) => (level_of(note), note.to_string()),
    })
}

fn level_of(note: &crate::fix::session::Note) -> Level {
    use crate::fix::session::{Close, Note};
    match note {
        Note::Refused { .. } | Note::Discarded { .. } | Note::Gap { .. } | Note::TestRequested => {
            Level::Warning
        }
        Note::Closed(Close::Store(_)) => Level::Error,
        Note::Closed(Close::LoggedOut | Close::OutsideSchedule) => Level::Info,
        Note::Closed(_) => Level::Warning,
        _ => Level::Info,
    }
}
