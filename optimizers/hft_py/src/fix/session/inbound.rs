//! A message of the peer: its header, its number, and what it asks for.

use super::machine::Machine;
use super::outbound::is_text;
use super::{Close, Event, Now, Outbox, State};
use crate::fix::codec::View;
use crate::fix::dictionary::Refusal;
use crate::fix::store::Store;

/// MsgSeqNum (34), a number from 1.
pub(super) fn number(view: View<'_>) -> Option<u32> {
    let seq = u32::try_from(view.int(34)?).ok()?;
    (seq > 0).then_some(seq)
}

impl<S: Store> Machine<S> {
    /// A whole message whose fields were found.
    pub(super) fn message(&mut self, view: View<'_>, out: &mut Outbox) {
        let now = self.seen;
        self.counts.received += 1;
        self.last_in = now.monotonic;
        self.tested = false;
        self.noise = false;
        let done = match self.state {
            State::LoggingOn => self.first(now, view, out),
            _ => self.arrived(now, view, out),
        };
        if let Err(why) = done {
            self.close(now, why, out);
        }
    }

    fn arrived(&mut self, now: Now, view: View<'_>, out: &mut Outbox) -> Result<(), Close> {
        let msg_type = view.msg_type();
        if self.state == State::LoggingOut && msg_type == b"5" {
            return self.logout_received(now, view, out);
        }
        if self.refused {
            return Ok(());
        }
        if view.get(8) != Some(self.settings.id.begin_string.as_bytes()) {
            return self.refuse_session(now, "Incorrect BeginString", out);
        }
        let Some(seq) = number(view) else {
            self.last_words(now, "MsgSeqNum missing or no number from 1 on", out)?;
            return Err(Close::NoSequenceNumber);
        };
        if let Some(refusal) = self.header_refusal(now, view) {
            return self.refuse_header(now, seq, view, refusal, out);
        }
        let resent = view.get(43) == Some(b"Y");
        if resent && msg_type != b"4" {
            match (view.get(122), view.time(122), view.time(52)) {
                (None, ..) if self.settings.require_orig_sending_time => {
                    return self.refuse_in_place(now, seq, view, Refusal::new(1, Some(122)), out);
                }
                (_, Some(original), Some(sent)) if original > sent => {
                    return self.refuse_header(now, seq, view, Refusal::new(10, None), out);
                }
                _ => {}
            }
        }
        match msg_type {
            b"5" => return self.logout_received(now, view, out),
            b"2" => return self.resend_requested(now, seq, view, out),
            b"A" if !resent => {
                return if view.get(141) == Some(b"Y") && self.state == State::LoggedOn {
                    self.reset_by_logon(now, seq, view, out)
                } else {
                    Err(Close::SecondLogon)
                };
            }
            b"4" if view.get(123) != Some(b"Y") => {
                return self.reset_requested(now, seq, view, out);
            }
            _ => {}
        }
        if seq > self.next_in {
            return self.hold(now, seq, view.bytes(), resent, out);
        }
        if seq == self.next_in {
            return self.in_order(now, seq, view, out);
        }
        if resent {
            self.discard(seq, "it came before", out);
            return Ok(());
        }
        self.too_low(now, seq, out)
    }

    /// Refuse a number that was used before.
    pub(super) fn too_low(&mut self, now: Now, seq: u32, out: &mut Outbox) -> Result<(), Close> {
        let expected = self.next_in;
        let text = format!("MsgSeqNum too low, expecting {expected} but received {seq}");
        self.last_words(now, &text, out)?;
        Err(Close::SequenceTooLow)
    }

    /// Why CompIDs or SendingTime are not acceptable. What is missing or unreadable is left to the
    /// dictionary, if it looks for that.
    fn header_refusal(&self, now: Now, view: View<'_>) -> Option<Refusal> {
        let id = &self.settings.id;
        let differs = |tag, expected: &str| match view.get(tag) {
            Some(found) if !found.is_empty() => found != expected.as_bytes(),
            _ => !self.settings.checks.required,
        };
        if self.settings.check_comp_ids && (differs(49, &id.target) || differs(56, &id.sender)) {
            return Some(Refusal::new(9, None));
        }
        let late = view.time(52).is_some_and(|sent| self.is_late(now, sent));
        late.then(|| Refusal::new(10, None))
    }

    pub(super) fn is_late(&self, now: Now, sent: i64) -> bool {
        self.settings.check_latency
            && now.utc.abs_diff(sent) > self.settings.max_latency.unsigned_abs()
    }

    pub(super) fn check(&self, view: View<'_>) -> Result<(), Refusal> {
        self.dictionary.validate(view, &self.settings.checks)
    }

    /// Refuse a message whose header breaks a rule that no session survives.
    fn refuse_header(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        refusal: Refusal,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        self.refuse_in_place(now, seq, view, refusal, out)?;
        self.refuse_session(now, refusal.text, out)
    }

    /// Refuse a message before its turn; its number counts if it is its turn.
    fn refuse_in_place(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        refusal: Refusal,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        if seq == self.next_in {
            self.advance(now, seq.saturating_add(1));
        }
        self.refuse(now, seq, view, refusal, out)
    }

    /// The message expected: count it, check it, do what it asks for.
    pub(super) fn in_order(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        self.advance(now, seq.saturating_add(1));
        if let Err(refusal) = self.check(view) {
            return self.refuse(now, seq, view, refusal, out);
        }
        match view.msg_type() {
            b"0" | b"A" => {}
            b"1" => {
                let id = view.get(112).filter(|id| is_text(id)).map(|id| (112, id));
                self.emit(now, b"0", id.as_slice(), out)?;
            }
            b"3" | b"j" => {
                self.counts.rejected += 1;
                out.events.push(Event::Rejected(view.to_message()));
            }
            b"4" => match u32::try_from(view.int(36).unwrap_or(0)) {
                Ok(next) if next > seq => self.advance(now, next),
                _ => return self.refuse(now, seq, view, Refusal::new(5, None), out),
            },
            _ => return self.application(now, seq, view, out),
        }
        Ok(())
    }

    fn application(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        let supported = self.settings.supported.as_ref();
        if supported.is_some_and(|types| !types.iter().any(|kind| kind == view.msg_type())) {
            return self.refuse_unsupported(now, seq, view, out);
        }
        let repeats = self.orders.repeats(view);
        if repeats && view.get(97) == Some(b"Y") {
            self.discard(seq, "PossResend of an order that came before", out);
            return Ok(());
        }
        out.events.push(Event::Message(view.to_message()));
        Ok(())
    }

    /// SequenceReset-Reset: its own number does not matter.
    fn reset_requested(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        if let Err(refusal) = self.check(view) {
            return self.refuse(now, seq, view, refusal, out);
        }
        match u32::try_from(view.int(36).unwrap_or(0)) {
            Ok(next) if next >= self.next_in => {
                self.advance(now, next);
                Ok(())
            }
            _ => self.refuse(now, seq, view, Refusal::new(5, None), out),
        }
    }
}
