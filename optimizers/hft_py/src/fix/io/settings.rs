//! What an engine is started with.

use super::backoff::Backoff;
use super::tls::TlsSettings;
use crate::fix::dictionary::Dictionary;
use crate::fix::session::{SessionId, Settings};
use crate::fix::store::Sync;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// One session of an engine.
#[derive(Clone)]
pub struct SessionConfig {
    /// How the session behaves. An initiator needs `connect`.
    pub settings: Settings,
    /// What its messages are validated by.
    pub dictionary: Arc<Dictionary>,
    /// Where its numbers and messages are kept.
    pub store: StoreConfig,
    /// Where an initiator connects to.
    pub connect: Option<Connect>,
}

/// Where a session keeps its numbers and messages.
#[derive(Clone, Debug)]
pub enum StoreConfig {
    /// In memory: the session begins anew with each engine.
    Memory,
    /// In a file of this folder, named after the session.
    File {
        /// The folder, which is created if it does not exist.
        folder: PathBuf,
        /// When messages are on the disk.
        sync: Sync,
    },
}

/// The address of an acceptor.
#[derive(Clone, Debug)]
pub struct Connect {
    /// A name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Encrypted and verified by these; plain without.
    pub tls: Option<TlsSettings>,
    /// The waits between attempts.
    pub backoff: Backoff,
}

/// Where an acceptor listens.
#[derive(Clone)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Encrypted by these; plain without.
    pub tls: Option<TlsSettings>,
    /// The pattern of sessions with peers that no session names, with the peer's name in place of
    /// the target; such peers are refused without it.
    pub template: Option<SessionConfig>,
}

/// Bounds on what peers may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that wait for a peer that does not read; beyond, it is disconnected, and what it
    /// missed is sent again after its next logon. 16 MiB.
    pub max_unsent: usize,
    /// Bytes of the first message, which must be a Logon. 16 KiB.
    pub max_logon: usize,
    /// Connections without a logon; more are closed at once. 1,024.
    pub max_waiting: usize,
    /// Sessions made from a template. 1,024.
    pub max_sessions: usize,
    /// Connections of one address that end without a logon in a minute; further ones are closed
    /// at once. 60.
    pub failed_logons_a_minute: u32,
    /// How long a connection may take, with its TLS. 10 s.
    pub connect_timeout: Duration,
    /// How long a connection without a logon is kept. 10 s.
    pub logon_timeout: Duration,
    /// The longest time between a message and its being on the disk with `Sync::Interval`. 50 ms.
    pub sync_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_unsent: 16 << 20,
            max_logon: 16 << 10,
            max_waiting: 1024,
            max_sessions: 1024,
            failed_logons_a_minute: 60,
            connect_timeout: Duration::from_secs(10),
            logon_timeout: Duration::from_secs(10),
            sync_interval: Duration::from_millis(50),
        }
    }
}

/// All sessions of an engine, and where it listens.
#[derive(Clone, Default)]
pub struct EngineSettings {
    /// Its sessions; their identities differ.
    pub sessions: Vec<SessionConfig>,
    /// Where acceptors' connections come in.
    pub listen: Option<Listen>,
    /// Bounds on what peers may take.
    pub limits: Limits,
    /// Of the waits between attempts to connect.
    pub seed: u64,
    /// Whether all messages are written to the operator's log.
    pub log_messages: bool,
}

impl StoreConfig {
    /// The file of a session. Characters that a file's name should not have are written `%XX`,
    /// since a peer chooses its own name.
    pub fn file(folder: &std::path::Path, id: &SessionId) -> PathBuf {
        let safe = |name: &str| {
            let mut out = String::new();
            for byte in name.bytes() {
                if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' {
                    out.push(byte as char);
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
            out
        };
        let name = [&id.begin_string, &id.sender, &id.target].map(|name| safe(name));
        folder.join(format!("{}.store", name.join("-")))
    }
}
