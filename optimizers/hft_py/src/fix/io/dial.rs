//! Connections that initiators are making: addresses, time-outs, TLS, and waits between attempts.

use super::backoff::Waits;
use super::connection::{Connection, Input};
use super::settings::Connect;
use super::shared::{Command, Shared};
use super::tls::Tls;
use mio::net::TcpStream;
use mio::{Registry, Token};
use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

/// How one initiator connects.
pub(super) struct Dialler {
    connect: Connect,
    tls: Option<Tls>,
    pub(super) waits: Waits,
    /// Addresses of the host not tried yet in this attempt.
    addresses: Vec<SocketAddr>,
}

/// Attempts under way.
#[derive(Default)]
pub(super) struct Dials {
    under_way: HashMap<Token, (usize, Connection)>,
}

/// What became of an attempt.
pub(super) enum Progress {
    /// Not ready.
    Waits,
    /// Connected, with bytes that came after the handshake.
    Ready(usize, Connection, Vec<u8>),
    /// Failed; the other addresses of the host are still to be tried.
    Failed(usize, io::Error),
}

impl Dialler {
    pub(super) fn new(connect: Connect, seed: u64) -> io::Result<Self> {
        let tls = match &connect.tls {
            Some(settings) => Some(Tls::client(settings, &connect.host)?),
            None => None,
        };
        let waits = Waits::new(connect.backoff, seed);
        Ok(Self {
            connect,
            tls,
            waits,
            addresses: Vec::new(),
        })
    }

    /// Find the addresses of the host: at once if it is an address, else in a thread, since the
    /// system's resolver may block for seconds.
    pub(super) fn resolve(&self, index: usize, shared: &Arc<Shared>) {
        let (host, port) = (self.connect.host.clone(), self.connect.port);
        if let Ok(address) = host.parse() {
            let found = vec![SocketAddr::new(address, port)];
            return shared.tell(Command::Resolved(index, Ok(found)));
        }
        let for_thread = Arc::clone(shared);
        let started = std::thread::Builder::new()
            .name("hft_py fix resolver".into())
            .spawn(move || {
                let found = (host.as_str(), port)
                    .to_socket_addrs()
                    .map(Iterator::collect);
                for_thread.tell(Command::Resolved(index, found));
            });
        if let Err(error) = started {
            shared.tell(Command::Resolved(index, Err(error)));
        }
    }

    pub(super) fn resolved(&mut self, mut addresses: Vec<SocketAddr>) {
        addresses.reverse();
        self.addresses = addresses;
    }
}

impl Dials {
    /// Begin to connect to the next address; `None` if none is left.
    pub(super) fn begin(
        &mut self,
        index: usize,
        dialler: &mut Dialler,
        token: Token,
        registry: &Registry,
    ) -> Option<io::Result<()>> {
        let address = dialler.addresses.pop()?;
        let begun = TcpStream::connect(address).and_then(|stream| {
            let tls = match &dialler.tls {
                Some(tls) => Some(tls.connection()?),
                None => None,
            };
            Connection::new(stream, tls, address, token, registry)
        });
        Some(begun.map(|connection| {
            self.under_way.insert(token, (index, connection));
        }))
    }

    /// The socket of an attempt has changed.
    pub(super) fn progress(&mut self, token: Token, buffer: &mut [u8]) -> Progress {
        let Some((index, connection)) = self.under_way.get_mut(&token) else {
            return Progress::Waits;
        };
        let index = *index;
        let mut early = Vec::new();
        let ready = (|| {
            if !connection.connected()? {
                return Ok(false);
            }
            while connection.is_handshaking() {
                match connection.read(buffer)? {
                    Input::Bytes(n) | Input::Last(n) => early.extend_from_slice(&buffer[..n]),
                    Input::Blocked => break,
                    Input::End => {
                        return Err(io::Error::new(
                            io::ErrorKind::UnexpectedEof,
                            "the peer closed during the TLS handshake",
                        ));
                    }
                }
            }
            Ok(!connection.is_handshaking())
        })();
        match ready {
            Ok(false) => Progress::Waits,
            Ok(true) => match self.under_way.remove(&token) {
                Some((index, connection)) => Progress::Ready(index, connection, early),
                None => Progress::Waits,
            },
            Err(error) => {
                self.under_way.remove(&token);
                Progress::Failed(index, error)
            }
        }
    }

    /// Give up an attempt that takes too long; its session, if it was still under way.
    pub(super) fn time_out(&mut self, token: Token) -> Option<usize> {
        self.under_way.remove(&token).map(|(index, _)| index)
    }

    /// Give up all attempts.
    pub(super) fn clear(&mut self) {
        self.under_way.clear();
    }

    pub(super) fn contains(&self, token: Token) -> bool {
        self.under_way.contains_key(&token)
    }
}
