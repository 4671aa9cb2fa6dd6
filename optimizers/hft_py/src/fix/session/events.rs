//! What a call of a session gives back: bytes for the peer, events, and whether to close.

use crate::fix::codec::{Garble, Message};
use std::fmt;
use std::io;

/// What a session wants done after a call. The caller empties it ([`Outbox::clear`]) and uses it
/// again.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Whole messages for the peer, to be written before anything else.
    pub bytes: Vec<u8>,
    /// Close the connection once `bytes` are written, and why.
    pub close: Option<Close>,
    /// What happened, in its order.
    pub events: Vec<Event>,
}

impl Outbox {
    /// Nothing to do.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forget all, keep the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.close = None;
        self.events.clear();
    }
}

/// Something the application or the operator wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Both sides have logged on.
    LoggedOn,
    /// The session was logged on and is no more.
    LoggedOut {
        /// The peer's Text (58), or our reason.
        text: String,
    },
    /// An application message, in its order and validated. After a restart of ours it may be one
    /// that was delivered before, with PossDupFlag=Y; see `Session::delivered`.
    Message(Message),
    /// The peer refused a message of ours: a Reject (35=3) or a BusinessMessageReject (35=j).
    Rejected(Message),
    /// Bytes that are no message were ignored.
    Garbled {
        /// What is wrong with them.
        why: Garble,
    },
    /// For the operator's log.
    Note(Note),
}

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Close {
    /// Logout was sent and answered.
    LoggedOut,
    /// The Logon was refused; nothing was sent.
    BadLogon(&'static str),
    /// The Logon was refused, and a Logout says why.
    LogonRefused(&'static str),
    /// The peer answered our Logon by a Logout with this text.
    RefusedByPeer(String),
    /// We logged out before the logon was complete.
    Abandoned,
    /// The connection was lost, or closed by the peer.
    Lost,
    /// The first message was no Logon; nothing was sent.
    NoLogon,
    /// A second Logon came while the session was logged on; nothing was sent.
    SecondLogon,
    /// No Logon came in time.
    LogonTimeout,
    /// No answer to our Logout came in time.
    LogoutTimeout,
    /// Nothing came for 2.4 times the heartbeat interval.
    HeartbeatTimeout,
    /// A number was lower than expected, without PossDupFlag.
    SequenceTooLow,
    /// A message had no MsgSeqNum.
    NoSequenceNumber,
    /// The session is not open at this time.
    OutsideSchedule,
    /// The session is connected already.
    Connected,
    /// The store failed; the text is the medium's.
    Store(String),
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LoggedOut => "logged out",
            Self::BadLogon(why) | Self::LogonRefused(why) => {
                return write!(f, "the Logon was refused: {why}");
            }
            Self::RefusedByPeer(text) => {
                return write!(f, "the peer refused our Logon: {text}");
            }
            Self::Abandoned => "logged out before the logon was complete",
            Self::Lost => "the connection was lost",
            Self::NoLogon => "the first message was no Logon",
            Self::SecondLogon => "a second Logon came while the session was logged on",
            Self::LogonTimeout => "no Logon came in time",
            Self::LogoutTimeout => "no answer to our Logout came in time",
            Self::HeartbeatTimeout => "nothing came for 2.4 heartbeat intervals",
            Self::SequenceTooLow => "MsgSeqNum too low",
            Self::NoSequenceNumber => "a message had no MsgSeqNum",
            Self::OutsideSchedule => "the session is closed at this time",
            Self::Connected => "the session has a connection already",
            Self::Store(why) => return write!(f, "the message store failed: {why}"),
        })
    }
}

/// What an operator reads about a session; `Display` gives the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Both numbers started at 1, and why.
    Reset(&'static str),
    /// Messages are missing; they were asked for.
    Gap {
        /// The first missing number.
        from: u32,
        /// The last number known to be missing.
        through: u32,
    },
    /// All missing messages have come.
    GapClosed,
    /// The peer asked for messages again.
    Resend {
        /// The first number.
        from: u32,
        /// The last number.
        through: u32,
    },
    /// All messages asked for were written.
    Resent,
    /// A message was discarded, and why.
    Discarded {
        /// Its number.
        seq: u32,
        /// Why.
        why: &'static str,
    },
    /// A message of the peer was refused.
    Refused {
        /// Its number.
        seq: u32,
        /// SessionRejectReason (373).
        reason: Option<u8>,
        /// RefTagID (371).
        tag: Option<u32>,
        /// Text (58).
        text: &'static str,
    },
    /// A TestRequest was sent, because nothing came for 1.2 heartbeat intervals.
    TestRequested,
    /// The connection is closed, and why.
    Closed(Close),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset(why) => write!(f, "numbers start at 1: {why}"),
            Self::Gap { from, through } => {
                write!(
                    f,
                    "messages {from} to {through} are missing and were asked for"
                )
            }
            Self::GapClosed => f.write_str("all missing messages have come"),
            Self::Resend { from, through } => {
                write!(f, "the peer asks for messages {from} to {through} again")
            }
            Self::Resent => f.write_str("all messages asked for were sent again"),
            Self::Discarded { seq, why } => write!(f, "message {seq} was discarded: {why}"),
            Self::Refused {
                seq,
                reason,
                tag,
                text,
            } => {
                write!(f, "message {seq} was refused: {text}")?;
                if let Some(tag) = tag {
                    write!(f, ", tag {tag}")?;
                }
                reason.map_or(Ok(()), |reason| write!(f, ", reason {reason}"))
            }
            Self::TestRequested => f.write_str("nothing came for 1.2 heartbeat intervals"),
            Self::Closed(why) => write!(f, "connection closed: {why}"),
        }
    }
}

/// Why a message was not sent. Its number was not used.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The session is not logged on, and its settings do not keep messages for later.
    #[error(
        "the session is not logged on, and nothing is kept for later with \
         send_while_logged_off=false or a reset to come (reset_on_logon, reset_on_logout, \
         reset_on_disconnect); send once it is logged on"
    )]
    LoggedOff,
    /// The schedule has the session closed, or its next one has begun and the logon has not.
    #[error("the session is closed at this time by its schedule; send within its hours")]
    OutsideSchedule,
    /// The session sends such messages itself.
    #[error("MsgType {0:?} is sent by the session itself; send application messages")]
    Administrative(String),
    /// A field that the session fills in itself.
    #[error("the session writes tag {0} itself; leave it out")]
    Reserved(u32),
    /// A field without a value, or with an SOH in a value that is no data field.
    #[error("tag {0} has no value, or an SOH in it; only data fields may hold an SOH")]
    Value(u32),
    /// The message is longer than the session allows.
    #[error("the message has {bytes} bytes, more than max_message={limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// All numbers are used: reset the session.
    #[error("all sequence numbers are used; reset the session")]
    NumbersUsed,
    /// The store failed.
    #[error("the message store failed: {0}")]
    Store(#[from] io::Error),
}

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No connection.
    Disconnected,
    /// Connected, not yet logged on.
    LoggingOn,
    /// Logged on.
    LoggedOn,
    /// We sent a Logout and wait for the answer.
    LoggingOut,
}

/// Numbers of a session for an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages received, resent ones included.
    pub received: u64,
    /// Messages written, resent ones included.
    pub sent: u64,
    /// Messages written again, gap fills included.
    pub resent: u64,
    /// Times that bytes were ignored as garbled.
    pub garbled: u64,
    /// Messages of the peer that we refused.
    pub refused: u64,
    /// Messages of ours that the peer refused.
    pub rejected: u64,
    /// Messages discarded: duplicates, and those beyond `max_pending`.
    pub discarded: u64,
}

/// What a session is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Where it is in its life.
    pub state: State,
    /// The number of the next message expected.
    pub next_in: u32,
    /// The number of the next message to send.
    pub next_out: u32,
    /// Numbers still missing from the peer.
    pub gap: Option<(u32, u32)>,
    /// Numbers still to be written again.
    pub resend: Option<(u32, u32)>,
    /// Bytes of messages that wait for a gap to close.
    pub pending: usize,
    /// Counts since the session was made.
    pub counts: Counts,
}
