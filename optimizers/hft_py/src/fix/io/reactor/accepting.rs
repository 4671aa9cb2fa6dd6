//! The acceptor's side of the I/O thread: connections until their Logon has chosen a session.

use super::{ACCEPTS, App, Reactor, Work};
use crate::fix::dictionary::Dictionary;
use crate::fix::io::clock;
use crate::fix::io::lobby::Arrival;
use crate::fix::io::log::Level;
use crate::fix::io::timers::Timer;
use crate::fix::session::SessionId;
use mio::Token;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

impl Reactor {
    pub(super) fn accept(&mut self) {
        for _ in 0..ACCEPTS {
            let token = self.token();
            let now = clock::monotonic();
            let limits = self.shared.limits;
            let Some(lobby) = &mut self.lobby else { return };
            match lobby.accept(token, self.poll.registry(), &limits, now) {
                Ok(None) => return,
                Ok(Some(Ok(()))) => {
                    self.shared.totals.accepted.fetch_add(1, Ordering::Relaxed);
                    let at = now + clock::nanoseconds(limits.logon_timeout);
                    self.timers.push(at, Timer::Waiting(token.0));
                }
                Ok(Some(Err(why))) => self.refused(&why),
                Err(error) => {
                    // No more files, most often: try again when some may be closed.
                    self.shared
                        .log
                        .line(Level::Error, "", &format!("cannot accept: {error}"));
                    self.timers.push(now + 100_000_000, Timer::Accept);
                    return;
                }
            }
        }
        self.timers.push(clock::monotonic(), Timer::Accept);
    }

    /// A connection has ended before it chose a session.
    pub(super) fn unwanted(&mut self, peer: SocketAddr, why: &str) {
        if let Some(lobby) = &mut self.lobby {
            lobby.failed(peer.ip(), clock::monotonic());
        }
        self.refused(&format!("{peer}: {why}"));
    }

    fn refused(&mut self, why: &str) {
        self.shared.totals.refused.fetch_add(1, Ordering::Relaxed);
        if let Some(left_out) = self.refusals.take(clock::monotonic()) {
            let line = format!("connection closed before a logon: {why}{left_out}");
            self.shared.log.line(Level::Warning, "", &line);
        }
    }

    pub(super) fn arrive(&mut self, token: Token, app: &mut App) {
        let Some(lobby) = &mut self.lobby else { return };
        let dictionary = Dictionary::fix42();
        let limits = &self.shared.limits;
        match lobby.progress(token, &mut self.buffer, limits, dictionary.data_tags()) {
            Arrival::Waits => {}
            Arrival::Refused(peer, why) => self.unwanted(peer, &why),
            Arrival::Logon(id, connection, bytes) => {
                let peer = connection.peer;
                match self.place(&id) {
                    Ok(index) => {
                        let line = format!("connection from {peer}");
                        self.shared
                            .log
                            .line(Level::Info, &self.slots[index].name, &line);
                        self.serve(index, Work::Attach(connection, bytes), app);
                    }
                    Err(why) => {
                        let (sender, target) = (id.sender.escape_debug(), id.target.escape_debug());
                        self.unwanted(peer, &format!("Logon of {target} to {sender}: {why}"));
                    }
                }
            }
        }
    }

    /// The session for a Logon, if it may connect.
    pub(super) fn place(&mut self, id: &SessionId) -> Result<usize, String> {
        let known = self.shared.read().by_id.get(id).copied();
        let index = match (known, &self.template) {
            (Some(index), _) => index,
            (None, Some(template))
                if template.settings.id.sender == id.sender
                    && template.settings.id.begin_string == id.begin_string =>
            {
                if self.made >= self.shared.limits.max_sessions {
                    return Err("there are as many sessions as allowed".into());
                }
                if id.target.len() > 64 {
                    return Err("its name is too long".into());
                }
                let mut config = template.clone();
                config.settings.id = id.clone();
                let index = self.shared.add(config).map_err(|error| error.to_string())?;
                self.adopt().map_err(|error| error.to_string())?;
                self.made += 1;
                index
            }
            _ => return Err("there is no such session".into()),
        };
        let slot = &self.slots[index];
        let state = slot.lock();
        if slot.connect.is_some() || !state.enabled {
            return Err("the session takes no connections".into());
        }
        if state.connection.is_some() {
            return Err("the session has a connection already".into());
        }
        Ok(index)
    }
}
