//! Messages that are missing, and messages that wait for them.

use super::machine::Machine;
use super::{Close, Event, Note, Now, Outbox, SECOND};
use crate::fix::codec::View;
use crate::fix::store::Store;
use std::collections::BTreeMap;

/// Numbers that are missing and were asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// The number from which messages were asked for.
    pub(super) from: u32,
    /// The last number known to be missing.
    pub(super) through: u32,
    /// When a missing message came last, or was asked for, on the monotonic clock.
    since: i64,
    /// The number of the latest resent message that came out of its order; 0 is none.
    out_of_order: u32,
}

/// Messages with too high a number, by number. An empty one was dealt with when it came, and only
/// its number is still to be counted.
pub(super) struct Held {
    messages: BTreeMap<u32, Vec<u8>>,
    bytes: usize,
    limit: usize,
}

/// What a held message costs besides its bytes.
const OVERHEAD: usize = 64;

impl Held {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            messages: BTreeMap::new(),
            bytes: 0,
            limit,
        }
    }

    pub(super) fn clear(&mut self) {
        self.messages.clear();
        self.bytes = 0;
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// False where there is no room.
    fn insert(&mut self, seq: u32, message: &[u8]) -> bool {
        let cost = message.len() + OVERHEAD;
        if self.messages.contains_key(&seq) {
            return true;
        }
        if self.bytes + cost > self.limit {
            return false;
        }
        self.bytes += cost;
        self.messages.insert(seq, message.to_vec());
        true
    }

    /// The message with the lowest number up to `seq`.
    fn pop(&mut self, seq: u32) -> Option<(u32, Vec<u8>)> {
        let entry = self
            .messages
            .first_entry()
            .filter(|entry| *entry.key() <= seq)?;
        let (seq, message) = entry.remove_entry();
        self.bytes -= message.len() + OVERHEAD;
        Some((seq, message))
    }
}

impl<S: Store> Machine<S> {
    /// A message with too high a number: keep it, and ask for the missing ones unless that was
    /// done. `message` is empty where nothing but its number is left to be counted.
    pub(super) fn hold(
        &mut self,
        now: Now,
        seq: u32,
        message: &[u8],
        resent: bool,
        out: &mut Outbox,
    ) -> Result<(), Close> {
        if !self.held.insert(seq, message) {
            let why = "too many messages wait for a gap to close";
            self.discard(seq, why, out);
        }
        let next_in = self.next_in;
        let patience = if self.heartbeat > 0 {
            self.heartbeat
        } else {
            30 * SECOND
        };
        let Some(gap) = &mut self.gap else {
            self.gap = Some(Gap {
                from: next_in,
                through: seq - 1,
                since: now.monotonic,
                out_of_order: if resent { seq } else { 0 },
            });
            return self.ask(now, seq - 1, out);
        };
        // A resend that goes on behind a missing number has lost a message, which was garbled on
        // the way. Ask again, once for each pass of the resend and only if it brought something.
        let lost =
            resent && next_in > gap.from && (gap.out_of_order == 0 || seq <= gap.out_of_order);
        let stalled = now.monotonic - gap.since > patience;
        if resent {
            gap.out_of_order = seq;
        }
        if lost || stalled {
            gap.from = next_in;
            gap.since = now.monotonic;
            let through = gap.through;
            return self.ask(now, through, out);
        }
        Ok(())
    }

    /// Ask for all messages from the expected one on; `through` is the last one known to be missing.
    fn ask(&mut self, now: Now, through: u32, out: &mut Outbox) -> Result<(), Close> {
        let from = self.next_in;
        out.events.push(Event::Note(Note::Gap { from, through }));
        let from = from.to_string();
        self.emit(now, b"2", &[(7, from.as_bytes()), (16, b"0")], out)?;
        Ok(())
    }

    /// The message expected came.
    pub(super) fn advance(&mut self, now: Now, next: u32) {
        self.next_in = next;
        if let Some(gap) = &mut self.gap {
            gap.since = now.monotonic;
        }
    }

    /// The message held for the number expected now, if the gap before it has closed.
    pub(super) fn next_held(&mut self, out: &mut Outbox) -> Option<Vec<u8>> {
        let gap = self.gap?;
        while let Some((seq, message)) = self.held.pop(self.next_in) {
            match seq == self.next_in {
                true if message.is_empty() => self.advance(self.seen, seq.saturating_add(1)),
                true => return Some(message),
                false => {} // a resend or a gap fill was faster
            }
        }
        if self.next_in > gap.through {
            self.gap = None;
            out.events.push(Event::Note(Note::GapClosed));
        }
        None
    }

    /// A message that waited for its turn. Its header was checked when it came.
    pub(super) fn held_message(&mut self, view: View<'_>, out: &mut Outbox) {
        let now = self.seen;
        if let Err(why) = self.in_order(now, self.next_in, view, out) {
            self.close(now, why, out);
        }
    }

    pub(super) fn discard(&mut self, seq: u32, why: &'static str, out: &mut Outbox) {
        self.counts.discarded += 1;
        out.events.push(Event::Note(Note::Discarded { seq, why }));
    }
}
