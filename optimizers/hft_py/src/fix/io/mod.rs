//! Sessions over sockets: one I/O thread for all sessions of an engine.
//!
//! The thread waits by epoll (kqueue on macOS) for sockets, timers and commands. A thread that
//! sends numbers, stores and writes its message itself, so that nothing has to wake up on the way
//! out; what the socket does not take at once, the I/O thread writes later.

mod allowance;
mod backoff;
pub(crate) mod clock;
mod connection;
mod dial;
mod engine;
mod handle;
mod lobby;
mod log;
mod metrics;
mod reactor;
mod settings;
mod shared;
mod slot;
mod timers;
mod tls;

pub use backoff::Backoff;
pub use engine::Engine;
pub use handle::{EngineError, Handle};
pub use log::{FileSink, Level, OperatorLog, SECRET_TAGS, Sink};
pub use settings::{Connect, EngineSettings, Limits, Listen, SessionConfig, StoreConfig};
pub use tls::TlsSettings;
