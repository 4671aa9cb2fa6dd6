//! Two sessions over a link that cuts, loses, garbles, repeats and exchanges messages, while either
//! side is killed and started again from its store, or its store fails.
//!
//! The model is two lists for each direction: the messages that `send` accepted, and those that
//! were delivered. What is delivered is always a beginning of what was sent, and all of it once
//! the link holds. Only a process that ended before its store knew of a delivery is given the
//! message again, marked as a possible duplicate.

use crate::fault::{Fault, fault};
use crate::faulty_store::FaultyStore;
use hft_py::fix::application::{Application, Replies};
use hft_py::fix::codec::Message;
use hft_py::fix::dictionary::Dictionary;
use hft_py::fix::link::{Flight, Link, Side};
use hft_py::fix::session::{Now, Outbox, Role, SECOND, Session, SessionId, Settings};
use hft_py::fix::store::{MemoryStore, Store};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};

const MILLISECOND: i64 = 1_000_000;

/// What one side was given.
#[derive(Default)]
struct Delivered {
    ids: Vec<u32>,
    /// Messages given again, marked as possible duplicates.
    again: usize,
    wrong: Option<String>,
}

struct Recorder(Arc<Mutex<Delivered>>);

impl Application for Recorder {
    fn on_message(&mut self, _: &SessionId, message: &Message, _: &mut Replies) {
        let view = message.as_view();
        let id = view.int(11).unwrap() as u32;
        let mut delivered = self.0.lock().unwrap();
        if !delivered.ids.contains(&id) {
            delivered.ids.push(id);
        } else if view.flag(43) {
            delivered.again += 1;
        } else {
            delivered.wrong = Some(format!("{id} came twice, not marked as a duplicate"));
        }
    }
}

struct Model {
    link: Link<FaultyStore>,
    sent: [Vec<u32>; 2],
    delivered: [Arc<Mutex<Delivered>>; 2],
    next_id: u32,
    /// Whether a process ended before its store knew of a delivery.
    repeats_allowed: bool,
}

impl Model {
    fn new(piece: usize, forgets: bool) -> Self {
        let now = Now {
            utc: 1_767_603_600 * SECOND,
            monotonic: 0,
        };
        let delivered = [(); 2].map(|()| Arc::new(Mutex::new(Delivered::default())));
        let end = |side: Side| {
            let (us, them, role) = match side {
                Side::Initiator => ("FUND", "VENUE", Role::Initiator),
                Side::Acceptor => ("VENUE", "FUND", Role::Acceptor),
            };
            let mut settings = Settings::new(SessionId::new(us, them), role);
            settings.heartbeat = 1;
            settings.max_pending = 1_500;
            let store = FaultyStore {
                kept: MemoryStore::new(now.utc),
                writes: None,
                forgets,
            };
            let application = Recorder(delivered[side as usize].clone());
            let session = Session::new(settings, Dictionary::fix42(), store);
            (session, Box::new(application) as Box<dyn Application>)
        };
        let latency = [3 * MILLISECOND, 40 * MILLISECOND];
        let mut link = Link::new(end(Side::Initiator), end(Side::Acceptor), now, latency);
        link.set_piece(piece);
        Self {
            link,
            sent: [Vec::new(), Vec::new()],
            delivered,
            next_id: 0,
            repeats_allowed: false,
        }
    }

    fn send(&mut self, side: Side) {
        self.next_id += 1;
        let id = self.next_id.to_string();
        let body: &[(u32, &[u8])] = &[
            (11, id.as_bytes()),
            (21, b"1"),
            (55, b"AAPL"),
            (54, b"1"),
            (60, b"20260105-09:00:00"),
            (38, b"100"),
            (40, b"1"),
        ];
        if self.link.send(side, b"D", body).is_ok() {
            self.sent[side as usize].push(self.next_id);
        }
    }

    /// A new process with the store of the one before, which fails after so many `writes`.
    fn restart(&mut self, side: Side, writes: Option<u32>) {
        self.note_lag(side);
        let session = self.link.session(side);
        let (settings, mut store) = (session.settings().clone(), session.store().clone());
        store.writes = writes;
        *self.link.session_mut(side) = Session::new(settings, Dictionary::fix42(), store);
        self.link.in_flight(side).clear();
        let now = self.link.now().monotonic;
        let arriving = self.link.in_flight(side.other());
        let at = arriving.back().map_or(now, |last| last.at);
        arriving.push_back(Flight { at, bytes: None });
    }

    /// Note whether a process that is about to end has a store which does not know of all deliveries.
    fn note_lag(&mut self, side: Side) {
        let session = self.link.session(side);
        self.repeats_allowed |= session.status().next_in != session.store().next_in();
    }

    fn apply(&mut self, fault: &Fault) {
        match *fault {
            Fault::Send(side) => self.send(side),
            Fault::Pass(milliseconds) => self.pass(i64::from(milliseconds) * MILLISECOND),
            Fault::Cut => self.link.cut(),
            Fault::LogOut(side) => self.link.log_out(side, "enough"),
            Fault::Kill(side) => self.restart(side, None),
            Fault::KillReceiving(side) => {
                let arrived = self.link.in_flight(side).pop_front();
                self.note_lag(side);
                let allowed = self.repeats_allowed;
                if let Some(bytes) = arrived.and_then(|flight| flight.bytes) {
                    let (now, mut unseen) = (self.link.now(), Outbox::new());
                    self.link
                        .session_mut(side)
                        .received(now, &bytes, &mut unseen);
                }
                // What the process did not deal with comes for the first time after the restart.
                self.restart(side, None);
                self.repeats_allowed = allowed;
            }
            Fault::Lose(side, at) => {
                self.link.in_flight(side).remove(at);
            }
            Fault::Garble(side, at, byte) => self.change(side, at, |bytes| {
                // One byte only: two can leave the sum of all as it was.
                if !bytes.contains(&0xFF) {
                    let byte = byte % bytes.len();
                    bytes[byte] = 0xFF;
                }
            }),
            Fault::Shorten(side, at, byte) => {
                self.change(side, at, |bytes| bytes.truncate(1 + byte % bytes.len()));
            }
            Fault::Repeat(side, at) => {
                let arriving = self.link.in_flight(side);
                if let Some(flight) = arriving.get(at).cloned() {
                    arriving.insert(at, flight);
                }
            }
            Fault::Exchange(side, one, other) => {
                let arriving = self.link.in_flight(side);
                if one.max(other) < arriving.len() {
                    let times = [arriving[one].at, arriving[other].at];
                    arriving.swap(one, other);
                    (arriving[one].at, arriving[other].at) = (times[0], times[1]);
                }
            }
            Fault::FailWrites(side, writes) => self.restart(side, Some(writes)),
            Fault::SetClock(step) => {
                let utc = self.link.now().utc + i64::from(step) * SECOND;
                self.link.set_utc(utc);
            }
            Fault::AskForAll(side) => {
                // Served whatever its number is; this one was used before.
                let session = self.link.session(side.other());
                let used_before = self.link.session(side).store().next_in() > 1;
                if session.is_logged_on() && used_before {
                    let id = session.settings().id.clone();
                    let request = request_for_all(&id, self.link.now().utc);
                    let at = self.link.now().monotonic;
                    let flight = Flight {
                        at,
                        bytes: Some(request),
                    };
                    self.link.in_flight(side).push_front(flight);
                }
            }
        }
    }

    fn change(&mut self, side: Side, at: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let flight = self.link.in_flight(side).get_mut(at);
        if let Some(bytes) = flight.and_then(|flight| flight.bytes.as_mut()) {
            change(bytes);
        }
    }

    /// Time passes; whenever both sides are without a connection, they connect.
    fn pass(&mut self, mut left: i64) {
        loop {
            self.link.connect();
            let step = left.min(100 * MILLISECOND);
            self.link.advance(step);
            left -= step;
            for side in Side::BOTH {
                // Its process ends when its store fails.
                let session = self.link.session(side);
                if !session.is_connected() && session.store().writes == Some(0) {
                    self.restart(side, None);
                }
            }
            if left == 0 {
                return;
            }
        }
    }

    /// What was delivered is a beginning of what was sent.
    fn check(&self) -> Result<(), String> {
        for side in Side::BOTH {
            let sent = &self.sent[side.other() as usize];
            let delivered = self.delivered[side as usize].lock().unwrap();
            if let Some(wrong) = &delivered.wrong {
                return Err(format!("{side:?}: {wrong}"));
            }
            if !sent.starts_with(&delivered.ids) {
                let ids = &delivered.ids;
                return Err(format!("{side:?}: {ids:?} came, of {sent:?} sent"));
            }
            if delivered.again > 0 && !self.repeats_allowed {
                return Err(format!("{side:?}: a message was delivered again"));
            }
        }
        Ok(())
    }

    /// The link holds from now on: everything arrives.
    fn check_end(&mut self) -> Result<(), String> {
        for side in Side::BOTH {
            self.restart(side, None);
        }
        let all = |model: &Self| {
            Side::BOTH.iter().all(|&side| {
                let delivered = model.delivered[side as usize].lock().unwrap();
                delivered.ids == model.sent[side.other() as usize]
            })
        };
        for _ in 0..30 {
            self.pass(5 * SECOND);
            self.check()?;
            if all(self) {
                return Ok(());
            }
        }
        Err(format!("not all of {:?} came within 150 s", self.sent))
    }
}

/// A ResendRequest for everything with a number used before, as the peer of `id` sends it.
fn request_for_all(id: &SessionId, utc: i64) -> Vec<u8> {
    let mut encoder = hft_py::fix::codec::Encoder::new();
    encoder.start(id.begin_string.as_bytes(), b"2");
    encoder.field(49, id.sender.as_bytes());
    encoder.field(56, id.target.as_bytes());
    encoder.int(34, 1);
    encoder.time(52, utc, true);
    encoder.int(7, 1);
    encoder.field(16, b"4000000000");
    encoder.finish().to_vec()
}

fn run(faults: &[Fault], piece: usize) -> Result<(), String> {
    let mut model = Model::new(piece, false);
    for fault in faults {
        model.apply(fault);
        model.check()?;
    }
    model.check_end()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_once_and_in_order(
        faults in prop::collection::vec(fault(), 1..80),
        piece in prop_oneof![Just(usize::MAX), 1..100_usize],
    ) {
        if let Err(why) = run(&faults, piece) {
            return Err(TestCaseError::fail(why));
        }
    }
}

/// Negative control: a resend that leaves messages out is found.
#[test]
fn a_store_that_forgets_is_found() {
    let faults = [Fault::Pass(500), Fault::Send(Side::Initiator), Fault::Cut];
    for forgets in [false, true] {
        let mut model = Model::new(usize::MAX, forgets);
        for fault in &faults {
            model.apply(fault);
        }
        let end = model.check_end();
        assert_eq!(end.is_err(), forgets, "{end:?}");
    }
}
