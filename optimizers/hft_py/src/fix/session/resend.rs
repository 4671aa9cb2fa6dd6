//! Writing stored messages: those the peer asks for again, and those that could not be written
//! when they were sent.
//!
//! Both go out in pieces, each after the transport has taken the one before, so that neither a
//! million stored messages nor a request up to 4,000,000,000 costs memory. First comes what was
//! asked for again, then what was never written, then whatever is sent from then on.

use super::machine::Machine;
use super::{Close, Event, Note, Now, Outbox, SessionId, State};
use crate::fix::codec::{Encoder, View, parse_time};
use crate::fix::dictionary::Refusal;
use crate::fix::store::Store;

/// Bytes of one piece; the last message may go beyond.
const PIECE: usize = 64 << 10;

/// What the messages of a piece have in common.
struct Piece<'a> {
    id: &'a SessionId,
    utc: i64,
    milliseconds: bool,
    /// They were written before: PossDupFlag is set.
    again: bool,
}

impl Piece<'_> {
    /// A stored message with a new SendingTime.
    fn message(&self, encoder: &mut Encoder, view: View<'_>) {
        encoder.start(self.id.begin_string.as_bytes(), view.msg_type());
        for &field in view.fields() {
            let value = view.value(field);
            match field.tag {
                8 | 9 | 10 | 35 => {}
                52 => {
                    encoder.time(52, self.utc, self.milliseconds);
                    if self.again {
                        encoder.field(43, b"Y");
                        // A clock that was set back would make it later than SendingTime.
                        match parse_time(value) {
                            Some(original) if original > self.utc => {
                                encoder.time(122, self.utc, self.milliseconds);
                            }
                            _ => encoder.field(122, value),
                        }
                    }
                }
                tag => encoder.field(tag, value),
            }
        }
    }

    /// A GapFill in the place of messages `seq..next`.
    fn gap_fill(&self, encoder: &mut Encoder, seq: u32, next: u32) {
        encoder.start(self.id.begin_string.as_bytes(), b"4");
        encoder.field(49, self.id.sender.as_bytes());
        encoder.field(56, self.id.target.as_bytes());
        encoder.int(34, i64::from(seq));
        encoder.time(52, self.utc, self.milliseconds);
        if self.again {
            encoder.field(43, b"Y");
            encoder.time(122, self.utc, self.milliseconds);
        }
        encoder.field(123, b"Y");
        encoder.int(36, i64::from(next));
    }
}

/// BeginSeqNo (7) and EndSeqNo (16) of a ResendRequest.
fn range(view: View<'_>) -> Result<(u32, u32), Refusal> {
    let bound = |tag: u32| u32::try_from(view.int(tag).unwrap_or(-1));
    match (bound(7), bound(16)) {
        (Ok(from @ 1..), Ok(to)) if to == 0 || to >= from => Ok((from, to)),
        (Ok(1..), _) => Err(Refusal::new(5, Some(16))),
        _ => Err(Refusal::new(5, Some(7))),
    }
}

impl<S: Store> Machine<S> {
    /// Serve a ResendRequest, whatever its number, and then count it.
    pub(super) fn resend_requested(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        let refusal = match self.check(view).and_then(|()| range(view)) {
            Err(refusal) => Some(refusal),
            Ok((from, to)) => {
                let last = self.live - 1;
                let through = if to == 0 { last } else { to.min(last) };
                self.plan_resend(from, through, out);
                None
            }
        };
        let resent = view.get(43) == Some(b"Y");
        if seq == self.next_in {
            self.advance(now, seq.saturating_add(1));
        }
        if let Some(refusal) = refusal {
            self.refuse(now, seq, view, refusal, out)?;
        }
        self.write_waiting(now, out)?;
        if seq > self.next_in {
            self.hold(now, seq, &[], resent, out)?;
        }
        Ok(())
    }

    /// Add a range to what is to be written again.
    fn plan_resend(&mut self, from: u32, through: u32, out: &mut Outbox) {
        if from > through {
            return;
        }
        out.events.push(Event::Note(Note::Resend { from, through }));
        let (first, last) = self.resend.unwrap_or((from, through));
        self.resend = Some((first.min(from), last.max(through)));
    }

    pub(super) fn drained(&mut self, now: Now, out: &mut Outbox) {
        self.seen = now;
        self.undrained = false;
        if let Err(why) = self.write_waiting(now, out) {
            self.close(now, why, out);
        }
    }

    pub(super) fn has_more(&self) -> bool {
        self.state != State::Disconnected && (self.resend.is_some() || self.live <= self.last())
    }

    /// The last number that is sent and may be written.
    fn last(&self) -> u32 {
        self.last_live.min(self.store.next_out() - 1)
    }

    /// Write a piece of what waits, if the transport has taken the one before.
    pub(super) fn write_waiting(&mut self, now: Now, out: &mut Outbox) -> Result<(), Close> {
        if self.undrained || self.state == State::Disconnected {
            return Ok(());
        }
        let end = out.bytes.len() + PIECE;
        if let Some((from, through)) = self.resend {
            let next = self.write_stored(now, from, through, true, end, out)?;
            self.undrained = true;
            if next <= through {
                self.resend = Some((next, through));
                return Ok(());
            }
            self.resend = None;
            out.events.push(Event::Note(Note::Resent));
        }
        if self.live <= self.last() && out.bytes.len() < end {
            self.live = self.write_stored(now, self.live, self.last(), false, end, out)?;
            self.undrained = true;
        }
        Ok(())
    }

    /// Write stored messages `from..=through` until `end` bytes are in the outbox. Returns the
    /// number to go on with.
    fn write_stored(
        &mut self,
        now: Now,
        from: u32,
        through: u32,
        again: bool,
        end: usize,
        out: &mut Outbox,
    ) -> Result<u32, Close> {
        let piece = Piece {
            id: &self.settings.id,
            utc: now.utc,
            milliseconds: self.settings.milliseconds,
            again,
        };
        let (encoder, index) = (&mut self.encoder, &mut self.stored);
        let (dictionary, bytes) = (&self.dictionary, &mut out.bytes);
        let (mut next, mut written, mut full) = (from, 0, false);
        self.store.read(from, through, &mut |seq, message| {
            let readable = index.scan(message, dictionary.data_tags()).is_ok();
            let view = index.view(message);
            let msg_type = view.msg_type();
            if !readable || (again && msg_type != b"3" && dictionary.is_admin(msg_type)) {
                return true;
            }
            if seq > next {
                piece.gap_fill(encoder, next, seq);
                bytes.extend_from_slice(encoder.finish());
                written += 1;
            }
            piece.message(encoder, view);
            bytes.extend_from_slice(encoder.finish());
            written += 1;
            next = seq + 1;
            full = bytes.len() >= end;
            !full
        })?;
        if !full && next <= through {
            piece.gap_fill(encoder, next, through + 1);
            bytes.extend_from_slice(encoder.finish());
            written += 1;
            next = through + 1;
        }
        self.counts.sent += written;
        if again {
            self.counts.resent += written;
        }
        self.last_out = now.monotonic;
        Ok(next)
    }
}
