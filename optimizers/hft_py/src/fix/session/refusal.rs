//! Refusing a message of the peer: Reject (35=3) and BusinessMessageReject (35=j).

use super::machine::Machine;
use super::outbound::is_text;
use super::{Close, Event, Note, Now, Outbox, SendError};
use crate::fix::codec::View;
use crate::fix::dictionary::Refusal;
use crate::fix::store::Store;

/// BusinessRejectReason (380) of a message type that is not supported.
const UNSUPPORTED: u8 = 3;

/// Routing fields of a message and those of the answer.
const ROUTE: [(u32, u32); 6] = [
    (128, 115),
    (129, 116),
    (145, 144),
    (115, 128),
    (116, 129),
    (144, 145),
];

/// The route of an answer: who it was sent on behalf of becomes whom to deliver it to.
fn reversed_route<'a>(refused: View<'a>) -> impl Iterator<Item = (u32, &'a [u8])> {
    ROUTE.into_iter().filter_map(move |(theirs, ours)| {
        let value = refused.get(theirs).filter(|value| is_text(value))?;
        Some((ours, value))
    })
}

impl<S: Store> Machine<S> {
    /// Refuse a message that breaks a rule of the session. A Reject is never answered by another.
    pub(super) fn refuse(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        refusal: Refusal,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        let Refusal { reason, tag, text } = refusal;
        self.counts.refused += 1;
        out.events.push(Event::Note(Note::Refused {
            seq,
            reason,
            tag,
            text,
        }));
        let msg_type = view.msg_type();
        if msg_type == b"3" {
            return Ok(());
        }
        let (seq, tag) = (seq.to_string(), tag.map(|tag| tag.to_string()));
        let reason = reason.map(|reason| reason.to_string());
        let mut body: Vec<(u32, &[u8])> = reversed_route(view).collect();
        body.push((45, seq.as_bytes()));
        if let Some(tag) = &tag {
            body.push((371, tag.as_bytes()));
        }
        if is_text(msg_type) {
            body.push((372, msg_type));
        }
        if let Some(reason) = &reason {
            body.push((373, reason.as_bytes()));
        }
        body.push((58, text.as_bytes()));
        self.emit(now, b"3", &body, out)?;
        Ok(())
    }

    pub(super) fn refuse_unsupported(
        &mut self,
        now: Now,
        seq: u32,
        view: View<'_>,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        let text = "Unsupported Message Type";
        self.counts.refused += 1;
        out.events.push(Event::Note(Note::Refused {
            seq,
            reason: None,
            tag: None,
            text,
        }));
        match self.reject(now, view, UNSUPPORTED, text, out) {
            Err(SendError::Store(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) fn reject(
        &mut self,
        now: Now,
        refused: View<'_>,
        reason: u8,
        text: &str,
        out: &mut Outbox,
    ) -> Result<u32, SendError> {
        let reason = reason.to_string();
        let mut body: Vec<(u32, &[u8])> = reversed_route(refused).collect();
        if let Some(seq) = refused.get(34) {
            body.push((45, seq));
        }
        body.push((372, refused.msg_type()));
        body.push((380, reason.as_bytes()));
        body.push((58, text.as_bytes()));
        self.send(now, b"j", &body, out)
    }
}
