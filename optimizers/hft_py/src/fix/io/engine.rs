//! An engine: its sessions, and the start and end of its I/O thread.

use super::handle::Handle;
use super::log::OperatorLog;
use super::metrics::Totals;
use super::reactor::{Reactor, WAKER};
use super::settings::{EngineSettings, SessionConfig, StoreConfig};
use super::shared::{Command, Shared};
use crate::fix::application::Application;
use crate::fix::session::Role;
use crate::fix::store::{Sync, Syncer};
use mio::Waker;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// Sessions that run on one I/O thread, from [`Engine::start`] to [`Engine::stop`].
pub struct Engine {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
    address: Option<SocketAddr>,
}

impl Engine {
    /// Open the stores, listen, and start the thread. `application` is made with the engine's handle.
    ///
    /// # Errors
    ///
    /// If a store, a certificate or the address cannot be used; nothing is left open then.
    pub fn start(
        settings: EngineSettings,
        log: OperatorLog,
        application: impl FnOnce(Handle) -> Box<dyn Application>,
    ) -> io::Result<Self> {
        let poll = mio::Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let interval = |config: &SessionConfig| {
            matches!(
                config.store,
                StoreConfig::File {
                    sync: Sync::Interval,
                    ..
                }
            )
        };
        let template = settings
            .listen
            .as_ref()
            .and_then(|listen| listen.template.as_ref());
        let syncer = if settings.sessions.iter().chain(template).any(interval) {
            Some(Arc::new(Syncer::start(settings.limits.sync_interval)?))
        } else {
            None
        };
        let shared = Arc::new(Shared {
            slots: RwLock::default(),
            limits: settings.limits,
            log,
            totals: Totals::default(),
            syncer: Mutex::new(syncer),
            commands: Mutex::default(),
            waker,
            stopped: AtomicBool::new(false),
            process: std::process::id(),
        });
        for config in &settings.sessions {
            let id = &config.settings.id;
            if config.settings.role == Role::Initiator && config.connect.is_none() {
                let error = format!("the initiator {id} has no address to connect to");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
            }
            shared.add(config.clone())?;
        }
        let handle = Handle(Arc::clone(&shared));
        let (reactor, address) = Reactor::new(poll, Arc::clone(&shared), settings)?;
        let mut application = application(handle.clone());
        let handles_later = application.handles_later();
        let thread = std::thread::Builder::new()
            .name("hft_py fix".into())
            .spawn(move || {
                reactor.run(&mut application);
                shared.stopped.store(true, Ordering::Relaxed);
                if !handles_later {
                    shared.release();
                }
                drop(application); // which tells who waits for it that this was all
            })?;
        Ok(Self {
            handle,
            thread: Some(thread),
            address,
        })
    }

    /// For other threads.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Where the engine listens, if it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Log out everywhere, wait at most `patience` for the answers, close and end the thread. In a
    /// forked child nothing happens: the connections are the parent's.
    pub fn stop(&mut self, patience: Duration) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        if self.handle.check().is_err() {
            return;
        }
        self.handle.0.tell(Command::Stop(patience));
        let _ = thread.join();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(2));
    }
}
