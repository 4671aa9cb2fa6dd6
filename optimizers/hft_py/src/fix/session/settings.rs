//! How a session behaves.

use super::Schedule;
use crate::fix::dictionary::Checks;
use std::fmt;
use std::sync::Arc;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// The time of a call, on both clocks.
///
/// Intervals are measured on the monotonic clock; stamps and schedules use UTC, which may be set
/// back at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Nanoseconds since 1970-01-01 UTC.
    pub utc: i64,
    /// Nanoseconds since any fixed moment; never less than in an earlier call.
    pub monotonic: i64,
}

/// The identity of a session, seen from this side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId {
    /// BeginString (8), `FIX.4.2`.
    pub begin_string: String,
    /// SenderCompID (49) of what we send.
    pub sender: String,
    /// TargetCompID (56) of what we send.
    pub target: String,
}

impl SessionId {
    /// The session of FIX 4.2 between `sender`, ourselves, and `target`.
    #[must_use]
    pub fn new(sender: &str, target: &str) -> Self {
        Self {
            begin_string: "FIX.4.2".into(),
            sender: sender.into(),
            target: target.into(),
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}->{}", self.begin_string, self.sender, self.target)
    }
}

/// Which side opens the connection and logs on first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Connects and sends the first Logon.
    Initiator,
    /// Waits for a connection and answers the Logon.
    Acceptor,
}

/// How a session behaves. [`Settings::new`] fills in the defaults named here.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The session's identity.
    pub id: SessionId,
    /// Initiator or acceptor.
    pub role: Role,
    /// HeartBtInt (108) of an initiator's Logon in seconds, 30; 0 means no heartbeats. An acceptor
    /// uses what the Logon asks for.
    pub heartbeat: u32,
    /// Start both numbers at 1 with each logon (ResetSeqNumFlag); false.
    pub reset_on_logon: bool,
    /// Start both numbers at 1 after a logout; false.
    pub reset_on_logout: bool,
    /// Start both numbers at 1 after a disconnection; false.
    pub reset_on_disconnect: bool,
    /// Refuse messages with other CompIDs than the session's; true. A Logon is always checked.
    pub check_comp_ids: bool,
    /// Refuse messages whose SendingTime differs from our clock by more than `max_latency`; true.
    pub check_latency: bool,
    /// In nanoseconds; 120 s, as other engines have it.
    pub max_latency: i64,
    /// Refuse a resent message without OrigSendingTime (122); true.
    pub require_orig_sending_time: bool,
    /// What the dictionary checks; all.
    pub checks: Checks,
    /// How long a connection may last without a logon, in nanoseconds; 10 s.
    pub logon_timeout: i64,
    /// How long to wait for the answer to a Logout, in nanoseconds; 2 s.
    pub logout_timeout: i64,
    /// The longest message in bytes, in and out; 64 KiB. Longer ones are garbled.
    pub max_message: usize,
    /// How many bytes of messages wait for a gap to close; 4 MiB. What comes beyond is dropped and
    /// asked for again.
    pub max_pending: usize,
    /// When the session is open; always where there is none.
    pub schedule: Option<Arc<Schedule>>,
    /// More fields of our Logon, such as RawDataLength (95) and RawData (96).
    pub logon_fields: Vec<(u32, Vec<u8>)>,
    /// Application messages taken from the peer, by MsgType; others are answered by a
    /// BusinessMessageReject. All that the dictionary knows where there is no list.
    pub supported: Option<Vec<Vec<u8>>>,
    /// How many ClOrdIDs of orders received are remembered to recognise a PossResend (97=Y);
    /// 100,000, of which each costs about 100 bytes.
    pub remembered_orders: usize,
    /// Whether application messages may be sent while the session is not logged on: they are
    /// stored and go out after the next logon; true. Where a reset comes before that, they may not.
    pub send_while_logged_off: bool,
    /// Write times with milliseconds; true.
    pub milliseconds: bool,
}

impl Settings {
    /// The defaults for a session.
    #[must_use]
    pub fn new(id: SessionId, role: Role) -> Self {
        Self {
            id,
            role,
            heartbeat: 30,
            reset_on_logon: false,
            reset_on_logout: false,
            reset_on_disconnect: false,
            check_comp_ids: true,
            check_latency: true,
            max_latency: 120 * SECOND,
            require_orig_sending_time: true,
            checks: Checks::default(),
            logon_timeout: 10 * SECOND,
            logout_timeout: 2 * SECOND,
            max_message: 64 << 10,
            max_pending: 4 << 20,
            schedule: None,
            logon_fields: Vec::new(),
            supported: None,
            remembered_orders: 100_000,
            send_while_logged_off: true,
            milliseconds: true,
        }
    }
}
