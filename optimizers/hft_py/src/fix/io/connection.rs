//! One TCP connection, plain or by TLS, that never blocks.

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};

/// What [`Connection::read`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// So many bytes; whether the socket holds more is not known.
    Bytes(usize),
    /// So many bytes, and the socket holds no more.
    Last(usize),
    /// Nothing for now.
    Blocked,
    /// The peer has closed.
    End,
}

/// A socket, its TLS state if it has one, and the bytes that the socket has not taken yet.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    tls: Option<Box<rustls::Connection>>,
    unsent: Vec<u8>,
    sent: usize,
    /// A short read does not mean that nothing more is there: the peer may have closed behind it,
    /// which was or is reported together with the bytes.
    pub(super) read_on: bool,
    pub(super) token: Token,
    pub(super) peer: SocketAddr,
    /// Whether a session has logged on over it.
    pub(super) logged_on: bool,
}

impl Connection {
    /// Register a socket for both directions; epoll reports each change once.
    pub(super) fn new(
        mut stream: TcpStream,
        tls: Option<rustls::Connection>,
        peer: SocketAddr,
        token: Token,
        registry: &Registry,
    ) -> io::Result<Self> {
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            tls: tls.map(|mut tls| {
                tls.set_buffer_limit(None); // `unsent` is what counts, and has its limit
                Box::new(tls)
            }),
            unsent: Vec::new(),
            sent: 0,
            read_on: true,
            token,
            peer,
            logged_on: false,
        })
    }

    /// For a socket that was told to connect: whether it has, or why not.
    pub(super) fn connected(&mut self) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => {
                // Without this an order may wait for the acknowledgement of the segment before it.
                self.stream.set_nodelay(true)?;
                self.pump()?;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether TLS is still being agreed upon.
    pub(super) fn is_handshaking(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_handshaking())
    }

    /// How many bytes wait for the socket.
    pub(super) fn unsent(&self) -> usize {
        self.unsent.len() - self.sent
    }

    /// Write `bytes`; what the socket does not take waits for [`Connection::flush`].
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(bytes)?;
            return self.pump();
        }
        let taken = if self.unsent() == 0 {
            write_some(&mut self.stream, bytes)?
        } else {
            0
        };
        self.unsent.extend_from_slice(&bytes[taken..]);
        Ok(())
    }

    /// Write what waits; true if nothing is left.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        while self.unsent() > 0 {
            match write_some(&mut self.stream, &self.unsent[self.sent..])? {
                0 => break,
                n => self.sent += n,
            }
        }
        if self.unsent() == 0 {
            self.unsent.clear();
            self.unsent.shrink_to(1 << 16);
            self.sent = 0;
        } else if self.sent > 1 << 20 {
            self.unsent.drain(..self.sent);
            self.sent = 0;
        }
        Ok(self.unsent() == 0)
    }

    /// Read what has come, decrypted.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Input> {
        if self.tls.is_none() {
            let input = read_some(&mut self.stream, buffer, self.read_on)?;
            self.read_on &= input != Input::Blocked;
            return Ok(input);
        }
        loop {
            let tls = self.tls.as_mut().expect("looked at before");
            match tls.reader().read(buffer) {
                Ok(0) => return Ok(Input::End),
                Ok(n) => return Ok(Input::Bytes(n)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Input::End),
                Err(error) => return Err(error),
            }
            match tls.read_tls(&mut self.stream) {
                Ok(0) => return Ok(Input::End),
                Ok(_) => {
                    let processed = tls.process_new_packets();
                    let pumped = self.pump(); // the handshake's answer, or the alert
                    processed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
                    pumped?;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Input::Blocked),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Tell the peer that nothing more will come; it may still send.
    pub(super) fn finish(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = self.pump();
        }
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Encrypt what waits in TLS and write it.
    fn pump(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut self.unsent)?;
            }
        }
        self.flush().map(|_| ())
    }
}

/// Zero if the socket takes nothing now.
fn write_some(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match stream.write(bytes) {
            Ok(n) => return Ok(n),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(0),
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(0),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn read_some(stream: &mut TcpStream, buffer: &mut [u8], read_on: bool) -> io::Result<Input> {
    loop {
        match stream.read(buffer) {
            Ok(0) => return Ok(Input::End),
            // What comes after a short read is reported anew: one call less for each message.
            Ok(n)
                if !read_on
                    && n < buffer.len()
                    && cfg!(any(target_os = "linux", target_os = "macos")) =>
            {
                return Ok(Input::Last(n));
            }
            Ok(n) => return Ok(Input::Bytes(n)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Input::Blocked),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
