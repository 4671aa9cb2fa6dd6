//! What a program does with the messages of its sessions.
//!
//! An engine calls an [`Application`] on its I/O thread, an in-memory link in the caller's. Calls
//! come one at a time, and the messages of one session in their order, so that an application needs no
//! lock for state of its own. It answers by [`Replies`]; they are numbered, stored and sent when
//! the call returns.

use crate::fix::codec::Message;
use crate::fix::session::SessionId;
use std::ops::Range;

/// Callbacks of an engine. All but `on_message` do nothing unless implemented.
pub trait Application: Send {
    /// Both sides have logged on.
    fn on_logon(&mut self, _session: &SessionId, _replies: &mut Replies) {}

    /// The session has ended, for the reason in `text`; a reply to it is stored until the next logon.
    fn on_logout(&mut self, _session: &SessionId, _text: &str, _replies: &mut Replies) {}

    /// An application message, validated and in its order.
    ///
    /// Its number is stored as received after this call, unless [`Application::handles_later`]: a
    /// message that is being handled while the process is killed comes again, with `PossDupFlag`.
    fn on_message(&mut self, session: &SessionId, message: &Message, replies: &mut Replies);

    /// The peer refused a message of ours (`35=3` or `35=j`).
    fn on_reject(&mut self, _session: &SessionId, _message: &Message, _replies: &mut Replies) {}

    /// A thread has called the `resume` of the engine's handle: it has left messages to be sent, or
    /// room for more to be read.
    fn on_resume(&mut self, _replies: &mut Replies) {}

    /// Whether messages are dealt with after `on_message` has returned: the application only queues
    /// them. They count as received when it tells the engine's handle ([`confirm`]).
    ///
    /// [`confirm`]: crate::fix::io::Handle::confirm
    fn handles_later(&self) -> bool {
        false
    }

    /// Whether `session` has to wait before more of its messages are read. The engine asks after
    /// each piece that it read, and goes on when its handle's `resume` is called.
    fn is_full(&mut self, _session: &SessionId) -> bool {
        false
    }
}

/// Messages to send when a callback returns, to any session of the same engine.
///
/// The buffers are kept from call to call.
#[derive(Debug, Default)]
pub struct Replies {
    to: Vec<SessionId>,
    replies: Vec<Reply>,
    fields: Vec<(u32, Range<usize>)>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Reply {
    to: usize,
    msg_type: Range<usize>,
    fields: Range<usize>,
}

impl Replies {
    /// No replies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Send a message to the session `to`. `body` holds the fields after the header, in their order.
    pub fn send(&mut self, to: &SessionId, msg_type: &[u8], body: &[(u32, &[u8])]) {
        if self.to.last() != Some(to) {
            self.to.push(to.clone());
        }
        let first = self.fields.len();
        let msg_type = self.keep(msg_type);
        for (tag, value) in body {
            let value = self.keep(value);
            self.fields.push((*tag, value));
        }
        self.replies.push(Reply {
            to: self.to.len() - 1,
            msg_type,
            fields: first..self.fields.len(),
        });
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.replies.len()
    }

    /// Whether no message waits.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    /// Give each message to `visit`, in the order of the calls of `send`, and forget them.
    pub fn drain(&mut self, mut visit: impl FnMut(&SessionId, &[u8], &[(u32, &[u8])])) {
        let mut body: Vec<(u32, &[u8])> = Vec::with_capacity(32);
        for reply in &self.replies {
            body.clear();
            let fields = &self.fields[reply.fields.clone()];
            body.extend(
                fields
                    .iter()
                    .map(|(tag, at)| (*tag, &self.bytes[at.clone()])),
            );
            visit(
                &self.to[reply.to],
                &self.bytes[reply.msg_type.clone()],
                &body,
            );
        }
        self.to.clear();
        self.replies.clear();
        self.fields.clear();
        self.bytes.clear();
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }
}
