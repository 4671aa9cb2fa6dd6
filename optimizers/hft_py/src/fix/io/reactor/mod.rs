//! The I/O thread: waits for sockets, timers and commands, and brings sessions and application together.

mod accepting;
mod connecting;
mod serving;

use super::allowance::Allowance;
use super::clock;
use super::connection::{Connection, Input};
use super::dial::{Dialler, Dials, Progress};
use super::lobby::Lobby;
use super::log::Level;
use super::settings::{EngineSettings, SessionConfig};
use super::shared::{Command, Shared};
use super::slot::Slot;
use super::timers::{Timer, Timers};
use super::tls::Tls;
use crate::fix::application::{Application, Replies};
use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

pub(super) const WAKER: Token = Token(0);
const LISTENER: Token = Token(1);
/// Read at once.
const BUFFER: usize = 64 << 10;
/// Bytes read or sent again for one session before the others have their turn.
const TURN: usize = 256 << 10;
/// Connections accepted before the sessions have their turn.
const ACCEPTS: usize = 64;
/// How long a closed connection waits for the peer to close, so that it reads our last message.
const LINGER: Duration = Duration::from_secs(1);

/// All that the I/O thread owns.
pub(super) struct Reactor {
    poll: Poll,
    shared: Arc<Shared>,
    slots: Vec<Arc<Slot>>,
    per_slot: Vec<PerSlot>,
    lobby: Option<Lobby>,
    template: Option<SessionConfig>,
    made: usize,
    dials: Dials,
    /// Connections of sessions.
    attached: HashMap<Token, usize>,
    /// Closed connections, and whether the peer was told.
    closed: HashMap<Token, (Connection, bool)>,
    timers: Timers,
    again: Vec<usize>,
    look: Vec<usize>,
    next_token: usize,
    seed: u64,
    buffer: Vec<u8>,
    replies: Replies,
    stop_at: Option<i64>,
    refusals: Allowance,
}

#[derive(Default)]
struct PerSlot {
    dialler: Option<Dialler>,
    /// The application cannot take more of its messages for now.
    paused: bool,
    lines: Allowance,
}

/// Why a session is looked at.
enum Work {
    Socket { readable: bool, ended: bool },
    Attach(Connection, Vec<u8>),
    Elapsed,
    LogOut(String),
    Look,
}

pub(super) type App = Box<dyn Application>;

impl Reactor {
    /// Listen, and read the certificates.
    pub(super) fn new(
        poll: Poll,
        shared: Arc<Shared>,
        settings: EngineSettings,
    ) -> io::Result<(Self, Option<SocketAddr>)> {
        let mut reactor = Self {
            poll,
            shared,
            slots: Vec::new(),
            per_slot: Vec::new(),
            lobby: None,
            template: None,
            made: 0,
            dials: Dials::default(),
            attached: HashMap::new(),
            closed: HashMap::new(),
            timers: Timers::default(),
            again: Vec::new(),
            look: Vec::new(),
            next_token: 2,
            seed: settings.seed,
            buffer: vec![0; BUFFER],
            replies: Replies::new(),
            stop_at: None,
            refusals: Allowance::default(),
        };
        reactor.adopt()?;
        let Some(listen) = settings.listen else {
            return Ok((reactor, None));
        };
        let tls = listen.tls.as_ref().map(Tls::server).transpose()?;
        let mut listener = TcpListener::bind(listen.address).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot listen at {}: {error}", listen.address),
            )
        })?;
        let address = listener.local_addr()?;
        let registry = reactor.poll.registry();
        registry.register(&mut listener, LISTENER, Interest::READABLE)?;
        reactor.lobby = Some(Lobby::new(listener, tls));
        reactor.template = listen.template;
        Ok((reactor, Some(address)))
    }

    /// Take over the sessions that were added.
    fn adopt(&mut self) -> io::Result<()> {
        let added: Vec<_> = self.shared.read().all[self.slots.len()..].to_vec();
        for slot in added {
            let seed = self.seed ^ (self.slots.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let dialler = slot
                .connect
                .clone()
                .map(|connect| Dialler::new(connect, seed));
            self.per_slot.push(PerSlot {
                dialler: dialler.transpose()?,
                ..PerSlot::default()
            });
            self.slots.push(slot);
        }
        Ok(())
    }

    /// Until [`Command::Stop`].
    pub(super) fn run(mut self, app: &mut App) {
        for index in 0..self.slots.len() {
            self.connect_at(index, clock::monotonic());
        }
        let mut events = Events::with_capacity(1024);
        while !self.is_finished() {
            let busy = !(self.again.is_empty() && self.look.is_empty());
            let timeout = if busy {
                Some(Duration::ZERO)
            } else {
                self.timers.wait(clock::monotonic())
            };
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    self.shared
                        .log
                        .line(Level::Error, "", &format!("waiting failed: {error}"));
                    break;
                }
                _ => {}
            }
            self.shared.totals.wake_ups.fetch_add(1, Ordering::Relaxed);
            for event in &events {
                match event.token() {
                    WAKER => self.obey(app),
                    LISTENER => self.accept(),
                    token => {
                        let ended = event.is_read_closed() || event.is_error();
                        self.ready(token, event.is_readable() || ended, ended, app);
                    }
                }
            }
            for index in std::mem::take(&mut self.again) {
                let work = Work::Socket {
                    readable: true,
                    ended: false,
                };
                self.serve(index, work, app);
            }
            for index in std::mem::take(&mut self.look) {
                self.serve(index, Work::Look, app);
            }
            let now = clock::monotonic();
            while let Some(timer) = self.timers.due(now) {
                self.due(timer, app);
            }
        }
        for index in 0..self.slots.len() {
            self.close(index, "the engine has stopped", app);
        }
    }

    fn is_finished(&self) -> bool {
        let done = self.attached.is_empty() && self.closed.is_empty();
        self.stop_at
            .is_some_and(|at| done || clock::monotonic() >= at)
    }

    fn obey(&mut self, app: &mut App) {
        for command in self.shared.take_commands() {
            match command {
                Command::Look(index) => self.serve(index, Work::Look, app),
                Command::LogOut(index, text) => {
                    if let Some(slot) = self.slots.get(index) {
                        slot.lock().enabled = false;
                        self.serve(index, Work::LogOut(text), app);
                    }
                }
                Command::LogOn(index) => {
                    if let Some(slot) = self.slots.get(index) {
                        let mut state = slot.lock();
                        let idle = !std::mem::replace(&mut state.enabled, true);
                        let idle = idle && state.connection.is_none();
                        drop(state);
                        if idle {
                            self.connect_at(index, clock::monotonic());
                        }
                    }
                }
                Command::Resume => self.resume(app),
                Command::Resolved(index, found) => self.resolved(index, found),
                Command::Stop(patience) => self.begin_to_stop(patience, app),
            }
        }
    }

    fn begin_to_stop(&mut self, patience: Duration, app: &mut App) {
        let at = clock::monotonic() + clock::nanoseconds(patience);
        self.stop_at = Some(at);
        // An entry of no meaning, so that the loop wakes up.
        self.timers.push(at, Timer::Accept);
        if let Some(mut lobby) = self.lobby.take() {
            let _ = self.poll.registry().deregister(&mut lobby.listener);
        }
        self.dials.clear();
        for index in 0..self.slots.len() {
            if self.slots[index].lock().connection.is_some() {
                self.serve(index, Work::LogOut("the engine stops".into()), app);
            }
        }
    }

    fn resume(&mut self, app: &mut App) {
        app.on_resume(&mut self.replies);
        self.reply(None);
        for index in 0..self.slots.len() {
            if self.per_slot[index].paused && !app.is_full(&self.slots[index].id) {
                self.per_slot[index].paused = false;
                self.again.push(index);
            }
        }
    }

    fn due(&mut self, timer: Timer, app: &mut App) {
        match timer {
            Timer::Session(index) => self.serve(index, Work::Elapsed, app),
            Timer::Connect(index) => self.connect(index),
            Timer::Dial(token) => {
                if let Some(index) = self.dials.time_out(Token(token)) {
                    self.try_next_address(index, Some("no answer in time".into()));
                }
            }
            Timer::Waiting(token) => {
                let lobby = self.lobby.as_mut();
                if let Some(peer) = lobby.and_then(|lobby| lobby.time_out(Token(token))) {
                    self.unwanted(peer, "no Logon came in time");
                }
            }
            Timer::Linger(token) => drop(self.closed.remove(&Token(token))),
            Timer::Accept => self.accept(),
        }
    }

    /// A socket has changed.
    fn ready(&mut self, token: Token, readable: bool, ended: bool, app: &mut App) {
        if let Some(index) = self.attached.get(&token) {
            return self.serve(*index, Work::Socket { readable, ended }, app);
        }
        if self.dials.contains(token) {
            match self.dials.progress(token, &mut self.buffer) {
                Progress::Waits => {}
                Progress::Failed(index, error) => {
                    self.try_next_address(index, Some(error.to_string()));
                }
                // Logged out, or connected by an earlier attempt, in the meantime.
                Progress::Ready(index, ..) if !self.wants_connection(index) => {}
                Progress::Ready(index, connection, early) => {
                    let line = format!("connected to {}", connection.peer);
                    self.shared
                        .log
                        .line(Level::Info, &self.slots[index].name, &line);
                    self.serve(index, Work::Attach(connection, early), app);
                }
            }
        } else if self
            .lobby
            .as_ref()
            .is_some_and(|lobby| lobby.contains(token))
        {
            self.arrive(token, app);
        } else if let Some((connection, told)) = self.closed.get_mut(&token) {
            if !*told && !matches!(connection.flush(), Ok(false)) {
                connection.finish();
                *told = true;
            }
            loop {
                match connection.read(&mut self.buffer) {
                    Ok(Input::Bytes(_) | Input::Last(_)) => {}
                    Ok(Input::Blocked) => break,
                    Ok(Input::End) | Err(_) => {
                        self.closed.remove(&token);
                        break;
                    }
                }
            }
        }
    }

    fn token(&mut self) -> Token {
        self.next_token += 1;
        Token(self.next_token)
    }
}
