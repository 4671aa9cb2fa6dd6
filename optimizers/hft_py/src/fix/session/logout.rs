//! Logging out: asked for by us, by the peer, or because the peer broke a rule.

use super::inbound::number;
use super::machine::Machine;
use super::{Close, Now, Outbox, State};
use crate::fix::codec::View;
use crate::fix::store::Store;

impl<S: Store> Machine<S> {
    pub(super) fn log_out(&mut self, now: Now, text: &str, out: &mut Outbox) {
        self.seen = now;
        match self.state {
            State::Disconnected | State::LoggingOut => {}
            State::LoggingOn => self.close(now, Close::Abandoned, out),
            State::LoggedOn => {
                if let Err(why) = self.ask_to_log_out(now, text, out) {
                    self.close(now, why, out);
                }
            }
        }
    }

    /// Send a Logout, after what waits to be written, and wait for the answer.
    fn ask_to_log_out(&mut self, now: Now, text: &str, out: &mut Outbox) -> Result<(), Close> {
        self.last_live = self.emit_logout(now, text, out)?;
        self.state = State::LoggingOut;
        self.deadline = now.monotonic.saturating_add(self.settings.logout_timeout);
        Ok(())
    }

    fn emit_logout(&mut self, now: Now, text: &str, out: &mut Outbox) -> Result<u32, Close> {
        let text = text.replace('\x01', " ");
        let body: &[(u32, &[u8])] = &[(58, text.as_bytes())];
        self.emit(now, b"5", if text.is_empty() { &[] } else { body }, out)
    }

    /// Send a Logout at once. What waits to be written stays in the store: the peer finds the gap
    /// at the next logon.
    pub(super) fn last_words(
        &mut self,
        now: Now,
        text: &str,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        self.resend = None;
        self.live = self.store.next_out();
        self.last_live = self.live;
        self.emit_logout(now, text, out)?;
        Ok(())
    }

    /// The peer broke a rule that no session survives: log out, and read nothing but its answer.
    pub(super) fn refuse_session(
        &mut self,
        now: Now,
        text: &str,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        if self.state != State::LoggingOut {
            self.last_words(now, text, out)?;
            self.state = State::LoggingOut;
            self.deadline = now.monotonic.saturating_add(self.settings.logout_timeout);
        }
        self.refused = true;
        Ok(())
    }

    /// The peer logs out, or answers our Logout. Its number is counted if it is its turn, and not
    /// checked otherwise.
    pub(super) fn logout_received(
        &mut self,
        now: Now,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        if number(view) == Some(self.next_in) {
            self.advance(now, self.next_in.saturating_add(1));
        }
        if self.state == State::LoggedOn {
            self.last_words(now, "", out)?;
        }
        let text = view.get(58);
        let text = text.map(|text| String::from_utf8_lossy(text).into_owned());
        out.close = Some(Close::LoggedOut);
        self.end(now, Close::LoggedOut, text, out);
        Ok(())
    }
}
