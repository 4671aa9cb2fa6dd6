//! Connections that an acceptor has taken and whose first message has not come.
//!
//! The CompIDs of that message choose the session. Whoever sends anything but a Logon of a session
//! that is free is disconnected with nothing sent.

use super::connection::{Connection, Input};
use super::settings::Limits;
use super::tls::Tls;
use crate::fix::codec::{DataTags, Framed, Index, frame};
use crate::fix::session::SessionId;
use mio::net::TcpListener;
use mio::{Registry, Token};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// Nanoseconds in a minute.
const MINUTE: i64 = 60_000_000_000;
/// Addresses remembered; beyond, those of earlier minutes are forgotten.
const ADDRESSES: usize = 4096;

/// The listener and the connections that wait.
pub(super) struct Lobby {
    pub(super) listener: TcpListener,
    tls: Option<Tls>,
    waiting: HashMap<Token, Waiting>,
    failures: HashMap<IpAddr, (i64, u32)>,
}

struct Waiting {
    connection: Connection,
    bytes: Vec<u8>,
}

/// What a connection turned out to be.
pub(super) enum Arrival {
    /// Nothing yet.
    Waits,
    /// Its first message is a Logon to this session; these bytes were read.
    Logon(SessionId, Connection, Vec<u8>),
    /// It was closed, for this reason.
    Refused(SocketAddr, String),
}

impl Lobby {
    pub(super) fn new(listener: TcpListener, tls: Option<Tls>) -> Self {
        Self {
            listener,
            tls,
            waiting: HashMap::new(),
            failures: HashMap::new(),
        }
    }

    /// Accept one connection: `Ok(None)` if none is there, an error in words if it was closed.
    #[allow(clippy::type_complexity)]
    pub(super) fn accept(
        &mut self,
        token: Token,
        registry: &Registry,
        limits: &Limits,
        now: i64,
    ) -> io::Result<Option<Result<(), String>>> {
        let (stream, peer) = match self.listener.accept() {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        };
        if !self.admits(peer.ip(), limits, now) {
            return Ok(Some(Err(format!(
                "{peer}: too many failed logons in a minute"
            ))));
        }
        if self.waiting.len() >= limits.max_waiting {
            return Ok(Some(Err(format!(
                "{peer}: too many connections without a logon"
            ))));
        }
        let tls = self.tls.as_ref().map(Tls::connection).transpose();
        let taken = tls.and_then(|tls| {
            let mut connection = Connection::new(stream, tls, peer, token, registry)?;
            connection.connected()?;
            Ok(connection)
        });
        Ok(Some(match taken {
            Ok(connection) => {
                let bytes = Vec::new();
                self.waiting.insert(token, Waiting { connection, bytes });
                Ok(())
            }
            Err(error) => Err(format!("{peer}: {error}")),
        }))
    }

    /// Whether an address has failed less often than it may in a minute.
    fn admits(&self, address: IpAddr, limits: &Limits, now: i64) -> bool {
        self.failures.get(&address).is_none_or(|(since, count)| {
            now - *since >= MINUTE || *count < limits.failed_logons_a_minute
        })
    }

    /// A connection of this address has ended without a logon.
    pub(super) fn failed(&mut self, address: IpAddr, now: i64) {
        if self.failures.len() >= ADDRESSES {
            self.failures.retain(|_, (since, _)| now - *since < MINUTE);
        }
        let (since, count) = self.failures.entry(address).or_insert((now, 0));
        if now - *since >= MINUTE {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
    }

    /// The socket of a waiting connection has changed.
    pub(super) fn progress(
        &mut self,
        token: Token,
        buffer: &mut [u8],
        limits: &Limits,
        data: &DataTags,
    ) -> Arrival {
        let Some(waiting) = self.waiting.get_mut(&token) else {
            return Arrival::Waits;
        };
        let peer = waiting.connection.peer;
        match waiting.read(buffer, limits.max_logon, data) {
            Ok(None) => Arrival::Waits,
            Ok(Some(id)) => match self.waiting.remove(&token) {
                Some(waiting) => Arrival::Logon(id, waiting.connection, waiting.bytes),
                None => Arrival::Waits,
            },
            Err(why) => {
                self.waiting.remove(&token);
                Arrival::Refused(peer, why)
            }
        }
    }

    /// Close a connection whose Logon did not come in time; true if it was still waiting.
    pub(super) fn time_out(&mut self, token: Token) -> Option<SocketAddr> {
        self.waiting
            .remove(&token)
            .map(|waiting| waiting.connection.peer)
    }

    pub(super) fn contains(&self, token: Token) -> bool {
        self.waiting.contains_key(&token)
    }
}

impl Waiting {
    /// The session that the first message wants, once it is whole.
    fn read(
        &mut self,
        buffer: &mut [u8],
        limit: usize,
        data: &DataTags,
    ) -> Result<Option<SessionId>, String> {
        loop {
            let input = self
                .connection
                .read(buffer)
                .map_err(|error| error.to_string())?;
            if let Input::Bytes(n) | Input::Last(n) = input {
                self.bytes.extend_from_slice(&buffer[..n]);
            }
            match frame(&self.bytes, limit) {
                Framed::Message(n) => return first_message(&self.bytes[..n], data).map(Some),
                Framed::Garbled { why, .. } => {
                    return Err(format!("the first bytes are no message: {why}"));
                }
                Framed::Incomplete if self.bytes.len() > limit => {
                    return Err("the first message is too long".into());
                }
                Framed::Incomplete => {}
            }
            match input {
                Input::Bytes(_) | Input::Last(_) => {}
                Input::Blocked => return Ok(None),
                Input::End => return Err("the peer closed before its Logon".into()),
            }
        }
    }
}

/// The session that a Logon is for, from our side.
fn first_message(message: &[u8], data: &DataTags) -> Result<SessionId, String> {
    let mut index = Index::new();
    index
        .scan(message, data)
        .map_err(|why| format!("the first message is garbled: {why}"))?;
    let view = index.view(message);
    if view.msg_type() != b"A" {
        return Err("the first message is no Logon".into());
    }
    let text = |tag| {
        view.text(tag)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    match (text(8), text(56), text(49)) {
        (Some(begin_string), Some(sender), Some(target)) => Ok(SessionId {
            begin_string,
            sender,
            target,
        }),
        _ => Err("the Logon lacks CompIDs".into()),
    }
}
