//! Numbering, storing and writing our messages.

use super::machine::Machine;
use super::{Close, Now, Outbox, SendError, State};
use crate::fix::codec::SOH;
use crate::fix::store::Store;

/// Whether a field belongs to the header and may be set by an application.
fn is_header(tag: u32) -> bool {
    matches!(
        tag,
        50 | 57 | 90 | 91 | 97 | 115 | 116 | 128 | 129 | 142..=145 | 212 | 213 | 347 | 369 | 370
    )
}

/// Whether the session writes a field itself.
fn is_reserved(tag: u32) -> bool {
    matches!(tag, 8 | 9 | 10 | 34 | 35 | 43 | 49 | 52 | 56 | 122)
}

/// Whether a value can stand in a field that is no data field.
pub(super) fn is_text(value: &[u8]) -> bool {
    !value.is_empty() && !value.contains(&SOH)
}

impl<S: Store> Machine<S> {
    pub(super) fn send(
        &mut self,
        now: Now,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
        out: &mut Outbox,
    ) -> Result<u32, SendError> {
        self.seen = now;
        if self.dictionary.is_admin(msg_type) || !is_text(msg_type) {
            let shown = String::from_utf8_lossy(msg_type).into_owned();
            return Err(SendError::Administrative(shown));
        }
        if !self.keeps_messages() {
            return Err(SendError::LoggedOff);
        }
        self.check_body(body)?;
        if self.state == State::Disconnected {
            self.begin_window(now, out)?;
        }
        if !self.in_window(now) {
            return Err(SendError::OutsideSchedule);
        }
        let seq = self.store.next_out();
        if seq == u32::MAX {
            return Err(SendError::NumbersUsed);
        }
        self.start_message(now, msg_type, seq);
        for &(tag, value) in body.iter().filter(|field| is_header(field.0)) {
            self.encoder.field(tag, value);
        }
        for &(tag, value) in body.iter().filter(|field| !is_header(field.0)) {
            self.encoder.field(tag, value);
        }
        self.store_and_write(now, seq, true, out)?;
        Ok(seq)
    }

    /// Whether a message sent now is kept until the peer has it, by the settings of this side: what
    /// is stored before a reset would be forgotten.
    fn keeps_messages(&self) -> bool {
        let settings = &self.settings;
        let resets = settings.reset_on_logon
            || (self.state == State::LoggingOut
                && (settings.reset_on_logout || settings.reset_on_disconnect));
        self.state == State::LoggedOn || (settings.send_while_logged_off && !resets)
    }

    fn check_body(&self, body: &[(u32, &[u8])]) -> Result<(), SendError> {
        let data_tags = self.dictionary.data_tags();
        let mut announced = None;
        for &(tag, value) in body {
            if is_reserved(tag) {
                return Err(SendError::Reserved(tag));
            }
            if value.is_empty() || (value.contains(&SOH) && announced != Some((tag, value.len()))) {
                return Err(SendError::Value(tag));
            }
            announced = data_tags.data_of(tag).and_then(|data| {
                let length = std::str::from_utf8(value).ok()?.parse().ok()?;
                Some((data, length))
            });
        }
        Ok(())
    }

    /// Send a message of the session itself.
    pub(super) fn emit(
        &mut self,
        now: Now,
        msg_type: &[u8],
        body: &[(u32, &[u8])],
        out: &mut Outbox,
    ) -> Result<u32, Close> {
        let seq = self.store.next_out();
        self.start_message(now, msg_type, seq);
        for &(tag, value) in body {
            self.encoder.field(tag, value);
        }
        let result = self.store_and_write(now, seq, msg_type == b"3", out);
        match result {
            Ok(()) => Ok(seq),
            Err(SendError::Store(error)) => Err(error.into()),
            Err(other) => Err(Close::Store(other.to_string())),
        }
    }

    fn start_message(&mut self, now: Now, msg_type: &[u8], seq: u32) {
        let id = &self.settings.id;
        self.encoder.start(id.begin_string.as_bytes(), msg_type);
        self.encoder.field(49, id.sender.as_bytes());
        self.encoder.field(56, id.target.as_bytes());
        self.encoder.int(34, i64::from(seq));
        self.encoder.time(52, now.utc, self.settings.milliseconds);
    }

    /// Store the message in the encoder, and write it if it is its turn. One that is not written
    /// now is stored in any case: it follows out of the store.
    fn store_and_write(
        &mut self,
        now: Now,
        seq: u32,
        keep: bool,
        out: &mut Outbox,
    ) -> Result<(), SendError> {
        let bytes = self.encoder.finish();
        if bytes.len() > self.settings.max_message {
            return Err(SendError::TooLong {
                bytes: bytes.len(),
                limit: self.settings.max_message,
            });
        }
        let write = self.resend.is_none() && seq == self.live && seq <= self.last_live;
        if keep || !write {
            self.store.append(seq, bytes)?;
        } else {
            self.store.set_next_out(seq.saturating_add(1))?;
        }
        if write {
            out.bytes.extend_from_slice(bytes);
            self.live = seq.saturating_add(1);
            self.counts.sent += 1;
            self.last_out = now.monotonic;
        }
        Ok(())
    }
}
