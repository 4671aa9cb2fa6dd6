//! Logging on: the first message of either side, and a Logon that resets a live session.

use super::inbound::number;
use super::machine::Machine;
use super::{Close, Event, Now, Outbox, Role, SECOND, State};
use crate::fix::codec::View;
use crate::fix::store::Store;

impl<S: Store> Machine<S> {
    /// The Logon of an initiator.
    pub(super) fn log_on(&mut self, now: Now, out: &mut Outbox) -> Result<(), Close> {
        let fresh = self.next_in == 1 && self.store.next_out() == 1;
        let settings = &self.settings;
        let starts_anew = settings.reset_on_logout || settings.reset_on_disconnect;
        self.reset_asked = settings.reset_on_logon || (fresh && starts_anew);
        let heartbeat = settings.heartbeat;
        if settings.reset_on_logon && !fresh {
            self.reset(now, "each logon starts at 1", out)?;
        }
        self.live = self.store.next_out();
        self.last_live = self.live;
        self.emit_logon(now, heartbeat, self.reset_asked, out)
    }

    fn emit_logon(
        &mut self,
        now: Now,
        heartbeat: u32,
        reset: bool,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        self.heartbeat = i64::from(heartbeat) * SECOND;
        let heartbeat = heartbeat.to_string();
        let more = std::mem::take(&mut self.settings.logon_fields);
        let mut body: Vec<(u32, &[u8])> = vec![(98, b"0"), (108, heartbeat.as_bytes())];
        if reset {
            body.push((141, b"Y"));
        }
        body.extend(more.iter().map(|(tag, value)| (*tag, value.as_slice())));
        let sent = self.emit(now, b"A", &body, out);
        self.settings.logon_fields = more;
        sent.map(|_| ())
    }

    /// The first message of the peer.
    pub(super) fn first(
        &mut self,
        now: Now,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        let role = self.settings.role;
        let refused = role == Role::Initiator && view.msg_type() == b"5";
        if view.msg_type() != b"A" && !refused {
            return Err(Close::NoLogon);
        }
        let seq = self.check_identity(now, view).map_err(Close::BadLogon)?;
        if refused {
            if seq == self.next_in {
                self.advance(now, seq.saturating_add(1));
            }
            let text = view.get(58).unwrap_or_default();
            let text = String::from_utf8_lossy(text).into_owned();
            return Err(Close::RefusedByPeer(text));
        }
        if let Err(refusal) = self.check(view) {
            let text = match refusal.tag {
                Some(tag) => format!("{}: tag {tag}", refusal.text),
                None => refusal.text.to_owned(),
            };
            self.last_words(now, &text, out)?;
            return Err(Close::LogonRefused(refusal.text));
        }
        let heartbeat = match self.check_terms(view) {
            Ok(heartbeat) => heartbeat,
            Err(text) => {
                self.last_words(now, text, out)?;
                return Err(Close::LogonRefused(text));
            }
        };
        let reset = view.get(141) == Some(b"Y");
        match role {
            Role::Acceptor => self.answer(now, seq, heartbeat, reset, out),
            Role::Initiator => self.answered(now, seq, reset, out),
        }
    }

    /// What a Logon must have before anything is sent to who sent it: its number.
    fn check_identity(&self, now: Now, view: View<'_>) -> Result<u32, &'static str> {
        let id = &self.settings.id;
        let is = |tag, expected: &str| view.get(tag) == Some(expected.as_bytes());
        if !is(8, &id.begin_string) {
            return Err("its BeginString is not the session's");
        }
        if !is(49, &id.target) || !is(56, &id.sender) {
            return Err("its CompIDs are not the session's");
        }
        let Some(sent) = view.time(52) else {
            return Err("its SendingTime is missing or unreadable");
        };
        if self.is_late(now, sent) {
            return Err("its SendingTime differs too much from our clock");
        }
        number(view).ok_or("its MsgSeqNum is missing or unreadable")
    }

    /// The heartbeat interval of a Logon, if its terms are acceptable.
    fn check_terms(&self, view: View<'_>) -> Result<u32, &'static str> {
        if view.int(98).unwrap_or(0) != 0 {
            return Err("EncryptMethod must be 0 (none)");
        }
        match (self.settings.role, view.int(108)) {
            (_, Some(..0)) => Err("HeartBtInt must not be negative"),
            (Role::Initiator, _) => Ok(self.settings.heartbeat),
            (Role::Acceptor, Some(interval)) => {
                u32::try_from(interval).map_err(|_| "HeartBtInt is too large")
            }
            (Role::Acceptor, None) => Err("HeartBtInt is missing or no number"),
        }
    }

    /// The acceptor's answer to a Logon.
    fn answer(
        &mut self,
        now: Now,
        seq: u32,
        heartbeat: u32,
        reset: bool,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        let reset = if reset {
            self.reset(now, "the peer's Logon starts at 1", out)?;
            true
        } else if self.settings.reset_on_logon {
            self.reset(now, "each logon starts at 1", out)?;
            true
        } else {
            false
        };
        if seq < self.next_in {
            return self.too_low(now, seq, out);
        }
        self.live = self.store.next_out();
        self.last_live = u32::MAX;
        self.emit_logon(now, heartbeat, reset, out)?;
        self.logged_on(now, seq, out)
    }

    /// The acceptor's answer has come to an initiator.
    fn answered(&mut self, now: Now, seq: u32, reset: bool, out: &mut Outbox) -> Result<(), Close> {
        if reset && !self.reset_asked {
            // The acceptor starts at 1 with each logon. If our Logon was number 1, it counts.
            let first = self.live == 2 && self.store.next_out() == 2;
            self.reset(now, "the peer's Logon starts at 1", out)?;
            if first {
                self.store.set_next_out(2)?;
                self.live = 2;
            }
        }
        if seq < self.next_in {
            return self.too_low(now, seq, out);
        }
        self.last_live = u32::MAX;
        self.logged_on(now, seq, out)?;
        self.write_waiting(now, out)
    }

    fn logged_on(&mut self, now: Now, seq: u32, out: &mut Outbox) -> Result<(), Close> {
        self.state = State::LoggedOn;
        out.events.push(Event::LoggedOn);
        if seq > self.next_in {
            return self.hold(now, seq, &[], false, out);
        }
        self.advance(now, seq.saturating_add(1));
        Ok(())
    }

    /// A Logon with ResetSeqNumFlag in a live session: both sides start at 1 and stay connected.
    pub(super) fn reset_by_logon(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        if let Err(refusal) = self.check(view) {
            return self.refuse(now, seq, view, refusal, out);
        }
        let heartbeat = match self.check_terms(view) {
            Ok(heartbeat) => heartbeat,
            Err(text) => return self.refuse_session(now, text, out),
        };
        self.reset(now, "the peer's Logon starts at 1", out)?;
        self.emit_logon(now, heartbeat, true, out)?;
        if seq > 1 {
            return self.hold(now, seq, &[], false, out);
        }
        self.advance(now, 2);
        Ok(())
    }
}
