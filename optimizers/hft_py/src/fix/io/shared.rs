//! What the I/O thread shares with the threads that use an engine.

use super::clock;
use super::log::{Level, OperatorLog};
use super::metrics::Totals;
use super::settings::{Limits, SessionConfig, StoreConfig};
use super::slot::Slot;
use crate::fix::session::SessionId;
use crate::fix::store::{FileStore, MemoryStore, Store, Syncer};
use mio::Waker;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// What the I/O thread is told by other threads.
pub(super) enum Command {
    /// Look at a session: something has to be closed or told.
    Look(usize),
    /// Log out, with this text; an initiator does not connect again.
    LogOut(usize, String),
    /// Connect, or take connections, again.
    LogOn(usize),
    /// Ask the application whether sessions that waited may be read.
    Resume,
    /// The addresses of a host were found.
    Resolved(usize, io::Result<Vec<SocketAddr>>),
    /// Log out everywhere and end, after this time at the latest.
    Stop(Duration),
}

/// What the I/O thread shares with the handles.
pub(super) struct Shared {
    pub(super) slots: RwLock<Slots>,
    pub(super) limits: Limits,
    pub(super) log: OperatorLog,
    pub(super) totals: Totals,
    pub(super) syncer: Mutex<Option<Arc<Syncer>>>,
    pub(super) commands: Mutex<Vec<Command>>,
    pub(super) waker: Waker,
    pub(super) stopped: AtomicBool,
    pub(super) process: u32,
}

/// Sessions by number and by identity; numbers stay.
#[derive(Default)]
pub(super) struct Slots {
    pub(super) all: Vec<Arc<Slot>>,
    pub(super) by_id: HashMap<SessionId, usize>,
}

impl Shared {
    pub(super) fn tell(&self, command: Command) {
        self.commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(command);
        let _ = self.waker.wake();
    }

    pub(super) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut *self.commands.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn slot(&self, index: usize) -> Option<Arc<Slot>> {
        self.read().all.get(index).cloned()
    }

    pub(super) fn read(&self) -> std::sync::RwLockReadGuard<'_, Slots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Open the store of a session and add it.
    pub(super) fn add(&self, config: SessionConfig) -> io::Result<usize> {
        let name = config.settings.id.to_string();
        let store = self.open_store(&config, &name)?;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let index = slots.all.len();
        if slots
            .by_id
            .insert(config.settings.id.clone(), index)
            .is_some()
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the session {name} is named twice"),
            ));
        }
        slots
            .all
            .push(Arc::new(Slot::new(config, store, self.log.messages)));
        Ok(index)
    }

    fn syncer(&self) -> Option<Arc<Syncer>> {
        self.syncer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Close the stores, though handles remain.
    pub(super) fn release(&self) {
        for slot in &self.read().all {
            slot.release();
        }
        drop(
            self.syncer
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    fn open_store(&self, config: &SessionConfig, name: &str) -> io::Result<Box<dyn Store>> {
        let now = clock::utc();
        let StoreConfig::File { folder, sync } = &config.store else {
            return Ok(Box::new(MemoryStore::new(now)));
        };
        std::fs::create_dir_all(folder).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
        })?;
        let file = StoreConfig::file(folder, &config.settings.id);
        let store = FileStore::open(&file, now, *sync, self.syncer())?;
        let found = store.recovery();
        if found.cut > 0 {
            let line = format!(
                "{} ended in a torn record: {} bytes were cut off, {} records are whole",
                file.display(),
                found.cut,
                found.records
            );
            self.log.line(Level::Warning, name, &line);
        }
        Ok(Box::new(store))
    }
}
