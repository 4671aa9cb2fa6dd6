//! What any thread may tell an engine, and why it may refuse.

use super::clock;
use super::metrics;
use super::shared::{Command, Shared};
use super::slot::Slot;
use crate::fix::session::{SendError, SessionId, Status};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Why an engine did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine has no such session.
    #[error("this engine has no session {0}")]
    UnknownSession(String),
    /// The session did not take the message; its number was not used.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
    /// The engine belongs to the process that this one was forked from.
    #[error(
        "this process was forked from the one that started the engine, and has no I/O thread; \
         start the engine after the fork"
    )]
    Forked,
    /// Files, sockets or certificates.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Tells an engine what to do, from any thread.
#[derive(Clone)]
pub struct Handle(pub(super) Arc<Shared>);

impl Handle {
    /// Send an application message to the session with this identity; its number.
    ///
    /// The calling thread numbers, stores and writes it. A session that is not logged on stores it
    /// and sends it after its next logon, unless its settings say otherwise.
    ///
    /// # Errors
    ///
    /// See [`EngineError`].
    pub fn send(
        &self,
        to: &SessionId,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
    ) -> Result<u32, EngineError> {
        let index = self.index(to)?;
        self.send_to(index, msg_type, body)
    }

    /// As [`Handle::send`], to the session of this number.
    ///
    /// # Errors
    ///
    /// See [`EngineError`].
    pub fn send_to(
        &self,
        index: usize,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
    ) -> Result<u32, EngineError> {
        self.check()?;
        if self.0.stopped.load(Ordering::Relaxed) {
            return Err(EngineError::Stopped);
        }
        let slot = self.slot(index)?;
        let shared = &*self.0;
        let (seq, look) = slot.send(msg_type, body, shared.limits.max_unsent, &shared.log)?;
        if look {
            shared.tell(Command::Look(index));
        }
        Ok(seq)
    }

    /// The number of a session.
    ///
    /// # Errors
    ///
    /// If there is no such session.
    pub fn index(&self, id: &SessionId) -> Result<usize, EngineError> {
        let found = self.0.read().by_id.get(id).copied();
        found.ok_or_else(|| EngineError::UnknownSession(id.to_string()))
    }

    /// The identity of the session of this number.
    pub fn id(&self, index: usize) -> Option<SessionId> {
        self.0.slot(index).map(|slot| slot.id.clone())
    }

    /// How many sessions there are.
    pub fn len(&self) -> usize {
        self.0.read().all.len()
    }

    /// Whether there is no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a session is doing.
    ///
    /// # Errors
    ///
    /// If there is no such session, or this process was forked.
    pub fn status(&self, index: usize) -> Result<Status, EngineError> {
        self.check()?;
        Ok(self.slot(index)?.lock().session.status())
    }

    /// Log out, wait for the answer and close; an initiator stays away until [`Handle::log_on`].
    pub fn log_out(&self, index: usize, text: &str) {
        self.0.tell(Command::LogOut(index, text.to_owned()));
    }

    /// Connect, or take connections, again.
    pub fn log_on(&self, index: usize) {
        self.0.tell(Command::LogOn(index));
    }

    /// Set both numbers of a session to 1; if it has a connection, that is closed.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn reset(&self, index: usize) -> Result<(), EngineError> {
        self.check()?;
        let slot = self.slot(index)?;
        let mut guard = slot.lock();
        let state = &mut *guard;
        let reset = state.session.reset(clock::now(), &mut state.out);
        if state.connection.is_some() {
            state
                .closing
                .get_or_insert_with(|| "the numbers start at 1".into());
        }
        drop(guard);
        self.0.tell(Command::Look(index));
        Ok(reset?)
    }

    /// An application that [handles messages later](crate::fix::application::Application::handles_later) has dealt with
    /// so many messages of a session, up to the one numbered `through`.
    ///
    /// # Errors
    ///
    /// What the store says; messages may then come again after a restart.
    pub fn confirm(&self, index: usize, messages: u64, through: u32) -> Result<(), EngineError> {
        self.check()?;
        let slot = self.slot(index)?;
        let mut state = slot.lock();
        state.confirmed += messages;
        if state.confirmed == state.given {
            state.session.delivered()?;
        } else if state.confirmed > state.before_reset {
            state.session.delivered_through(through)?;
        }
        Ok(())
    }

    /// Close the stores after the engine has stopped. An application that
    /// [handles messages later](crate::fix::application::Application::handles_later) calls it when it has confirmed the
    /// last one; for others the engine does.
    pub fn release(&self) {
        if self.0.stopped.load(Ordering::Relaxed) && self.check().is_ok() {
            self.0.release();
        }
    }

    /// Ask the application again whether sessions that wait may be read.
    pub fn resume(&self) {
        self.0.tell(Command::Resume);
    }

    /// Metrics in the text format of Prometheus.
    pub fn metrics(&self) -> String {
        let slots = self.0.read().all.clone();
        metrics::text(&slots, &self.0.totals)
    }

    fn slot(&self, index: usize) -> Result<Arc<Slot>, EngineError> {
        let slot = self.0.slot(index);
        slot.ok_or_else(|| EngineError::UnknownSession(format!("number {index}")))
    }

    pub(super) fn check(&self) -> Result<(), EngineError> {
        if self.0.process == std::process::id() {
            Ok(())
        } else {
            Err(EngineError::Forked)
        }
    }
}
