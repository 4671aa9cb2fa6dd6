//! Bounds of a session that a peer tries to break: memory, numbers, garbage, a failing store.

use hft_py::fix::codec::{Encoder, Framed, frame};
use hft_py::fix::dictionary::Dictionary;
use hft_py::fix::session::{
    Close, Event, Now, Outbox, Role, SECOND, SendError, Session, SessionId, Settings, State,
};
use hft_py::fix::store::{MemoryStore, Store};
use proptest::prelude::*;
use std::io;

const NOW: Now = Now {
    utc: 1_767_603_600 * SECOND,
    monotonic: 0,
};

/// A message of the peer, at the time `NOW`.
fn message(msg_type: &[u8], seq: u64, body: &[(u32, &[u8])]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    encoder.start(b"FIX.4.2", msg_type);
    encoder.field(49, b"THEM");
    encoder.field(56, b"US");
    encoder.field(34, seq.to_string().as_bytes());
    encoder.time(52, NOW.utc, true);
    for &(tag, value) in body {
        encoder.field(tag, value);
    }
    encoder.finish().to_vec()
}

fn logged_on<S: Store>(settings: Settings, store: S) -> Session<S> {
    let next_in = u64::from(store.next_in());
    let mut session = Session::new(settings, Dictionary::fix42(), store);
    let mut out = Outbox::new();
    session.connected(NOW, &mut out);
    let logon = message(b"A", next_in, &[(98, b"0"), (108, b"30")]);
    session.received(NOW, &logon, &mut out);
    assert!(session.is_logged_on(), "{:?}", out.events);
    session.delivered().unwrap();
    session
}

fn settings() -> Settings {
    Settings::new(SessionId::new("US", "THEM"), Role::Acceptor)
}

/// How many whole messages `bytes` holds.
fn count(mut bytes: &[u8]) -> usize {
    let mut messages = 0;
    while let Framed::Message(length) = frame(bytes, 1 << 20) {
        bytes = &bytes[length..];
        messages += 1;
    }
    assert!(bytes.is_empty());
    messages
}

/// A store that holds the same message so many times.
struct Repeating {
    numbers: MemoryStore,
    messages: u32,
    message: Vec<u8>,
}

impl Store for Repeating {
    fn next_in(&self) -> u32 {
        self.numbers.next_in()
    }

    fn next_out(&self) -> u32 {
        self.numbers.next_out()
    }

    fn created(&self) -> i64 {
        self.numbers.created()
    }

    fn append(&mut self, seq: u32, message: &[u8]) -> io::Result<()> {
        self.numbers.append(seq, message)
    }

    fn set_next_in(&mut self, next: u32) -> io::Result<()> {
        self.numbers.set_next_in(next)
    }

    fn set_next_out(&mut self, next: u32) -> io::Result<()> {
        self.numbers.set_next_out(next)
    }

    fn read(
        &self,
        from: u32,
        to: u32,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> io::Result<()> {
        for seq in from..=to.min(self.messages) {
            if !visit(seq, &self.message) {
                return Ok(());
            }
        }
        self.numbers.read(from.max(self.messages + 1), to, visit)
    }

    fn reset(&mut self, now: i64) -> io::Result<()> {
        self.numbers.reset(now)
    }
}

/// A peer asks for 50,000 messages up to number 4,000,000,000, again and again: no call gives more
/// than a piece, and what is sent meanwhile comes after all of them.
#[test]
fn a_resend_is_written_in_pieces() {
    let messages = 50_000;
    let mut numbers = MemoryStore::new(NOW.utc);
    numbers.set_next_out(messages + 1).unwrap();
    let store = Repeating {
        numbers,
        messages,
        message: message(b"D", 1, &[(11, b"A"), (58, b"as it was sent")]),
    };
    let mut session = logged_on(settings(), store);
    let mut out = Outbox::new();
    for seq in 2..100 {
        let ask = message(b"2", seq, &[(7, b"1"), (16, b"4000000000")]);
        session.received(NOW, &ask, &mut out);
    }
    let order: &[(u32, &[u8])] = &[(11, b"live")];
    let live = session.send(NOW, b"D", order, &mut out).unwrap();
    assert_eq!(live, messages + 2, "the Logon is before it");
    let first = count(&out.bytes);
    let (mut written, mut last) = (0, Vec::new());
    loop {
        assert!(out.bytes.len() < 66_000, "{}", out.bytes.len());
        written += count(&out.bytes);
        if !out.bytes.is_empty() {
            last = out.bytes.clone();
        }
        out.clear();
        if !session.has_more() {
            break;
        }
        session.drained(NOW, &mut out);
    }
    // The requests that came after the first piece start the resend once more; then each message,
    // a GapFill in the place of the Logon, and the live one.
    assert_eq!(written, first + messages as usize + 2);
    let last = String::from_utf8_lossy(&last).into_owned();
    assert!(last.contains("\x0111=live\x01"));
    let fill = "\x01123=Y\x0136=50002\x01";
    assert!(last.find(fill).unwrap() < last.find("\x0111=live\x01").unwrap());
    assert_eq!(session.status().resend, None);
}

/// A peer floods the session with numbers from the future: what is kept stays under the limit.
#[test]
fn messages_that_wait_take_bounded_memory() {
    let mut settings = settings();
    settings.max_pending = 10_000;
    let mut session = logged_on(settings, MemoryStore::new(NOW.utc));
    let (mut out, mut requests) = (Outbox::new(), 0);
    for seq in (3..4_000_000_000_u64).step_by(1_000_003) {
        session.received(NOW, &message(b"0", seq, &[]), &mut out);
        assert!(session.status().pending <= 10_000);
        requests += count(&out.bytes);
        out.clear();
    }
    assert_eq!(requests, 1);
    assert!(session.status().counts.discarded > 3_000);
    assert!(session.is_logged_on());
}

/// The largest numbers there are.
#[test]
fn numbers_at_their_limits() {
    let mut session = logged_on(settings(), MemoryStore::new(NOW.utc));
    let mut out = Outbox::new();
    let last = u64::from(u32::MAX);
    session.received(NOW, &message(b"4", 2, &[(36, b"4294967295")]), &mut out);
    assert_eq!(session.status().next_in, u32::MAX);
    session.received(NOW, &message(b"0", last, &[]), &mut out);
    session.received(NOW, &message(b"4", last, &[(36, b"4294967296")]), &mut out);
    assert_eq!(session.status().counts.refused, 1);
    session.received(NOW, &message(b"0", last + 1, &[]), &mut out);
    assert_eq!(out.close, Some(Close::NoSequenceNumber));
    // The longest heartbeat interval makes no timer of the past.
    let mut session = Session::new(settings(), Dictionary::fix42(), MemoryStore::new(NOW.utc));
    session.connected(NOW, &mut out);
    let logon = message(b"A", 1, &[(98, b"0"), (108, b"4294967295")]);
    session.received(NOW, &logon, &mut out);
    let later = Now {
        utc: NOW.utc,
        monotonic: 1_000_000 * SECOND,
    };
    session.elapsed(later, &mut out);
    assert!(session.is_logged_on());
}

/// The disk is full: the sender is told, no number is used, and the session goes on. Where the
/// session itself cannot store what it has to send, it closes the connection.
#[test]
fn a_full_disk_stops_sending_and_harms_nothing() {
    struct Full(MemoryStore, bool);
    impl Full {
        fn check(&self) -> io::Result<()> {
            if self.1 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            Ok(())
        }
    }
    impl Store for Full {
        fn next_in(&self) -> u32 {
            self.0.next_in()
        }
        fn next_out(&self) -> u32 {
            self.0.next_out()
        }
        fn created(&self) -> i64 {
            self.0.created()
        }
        fn append(&mut self, seq: u32, message: &[u8]) -> io::Result<()> {
            // A long message finds no room.
            self.1 = message.len() > 500;
            self.check()?;
            self.0.append(seq, message)
        }
        fn set_next_in(&mut self, next: u32) -> io::Result<()> {
            self.0.set_next_in(next)
        }
        fn set_next_out(&mut self, next: u32) -> io::Result<()> {
            self.check()?;
            self.0.set_next_out(next)
        }
        fn read(
            &self,
            from: u32,
            to: u32,
            visit: &mut dyn FnMut(u32, &[u8]) -> bool,
        ) -> io::Result<()> {
            self.0.read(from, to, visit)
        }
        fn reset(&mut self, now: i64) -> io::Result<()> {
            self.0.reset(now)
        }
    }
    let mut session = logged_on(settings(), Full(MemoryStore::new(NOW.utc), false));
    let (mut out, long) = (Outbox::new(), vec![b'x'; 600]);
    let refused = session.send(NOW, b"D", &[(58, &long)], &mut out);
    assert!(matches!(refused, Err(SendError::Store(_))), "{refused:?}");
    assert!(out.bytes.is_empty() && session.is_logged_on());
    assert_eq!(session.send(NOW, b"D", &[(11, b"A")], &mut out).unwrap(), 2);
    let _ = session.send(NOW, b"D", &[(58, &long)], &mut out);
    session.received(NOW, &message(b"1", 2, &[(112, b"X")]), &mut out);
    assert!(
        matches!(out.close, Some(Close::Store(_))),
        "{:?}",
        out.close
    );
    assert_eq!(session.status().state, State::Disconnected);
}

/// Pieces of valid messages, of invalid ones, and noise.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![0..20_u64, Just(u64::from(u32::MAX)), any::<u64>()];
    let value = prop_oneof![
        Just(b"Y".to_vec()),
        Just(b"0".to_vec()),
        Just(b"20260105-09:00:00".to_vec()),
        number
            .clone()
            .prop_map(|number| number.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    let tag = prop::sample::select(vec![
        7_u32, 16, 36, 43, 49, 52, 58, 97, 108, 112, 122, 123, 141,
    ]);
    let kind = prop::sample::select(vec!["0", "1", "2", "3", "4", "5", "A", "D", "8", "j", "zz"]);
    let fields = prop::collection::vec((tag, value), 0..5);
    prop_oneof![
        6 => (kind, number, fields).prop_map(|(kind, seq, fields)| {
            let body: Vec<(u32, &[u8])> =
                fields.iter().map(|(tag, value)| (*tag, value.as_slice())).collect();
            message(kind.as_bytes(), seq, &body)
        }),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes, the session neither panics nor writes anything but whole messages, and the
    /// way in which the stream is cut changes nothing.
    #[test]
    fn hostile_input_is_survived(
        role in prop_oneof![Just(Role::Acceptor), Just(Role::Initiator)],
        logs_on in any::<bool>(),
        stream in prop::collection::vec(hostile(), 1..12),
        cut in 1..60_usize,
    ) {
        let stream = stream.concat();
        let mut results = Vec::new();
        for size in [stream.len().max(1), cut] {
            let mut settings = settings();
            settings.role = role;
            let mut session = Session::new(settings, Dictionary::fix42(), MemoryStore::new(NOW.utc));
            let mut out = Outbox::new();
            session.connected(NOW, &mut out);
            if logs_on {
                let logon = message(b"A", 1, &[(98, b"0"), (108, b"30")]);
                session.received(NOW, &logon, &mut out);
            }
            for piece in stream.chunks(size) {
                session.received(NOW, piece, &mut out);
            }
            while session.has_more() {
                session.drained(NOW, &mut out);
            }
            session.delivered().unwrap();
            count(&out.bytes);
            let told: Vec<Event> = out
                .events
                .drain(..)
                .filter(|event| !matches!(event, Event::Note(_) | Event::Garbled { .. }))
                .collect();
            results.push((session.status().next_in, out.bytes, out.close, told));
        }
        prop_assert_eq!(&results[0], &results[1]);
    }
}
