//! Runs a conformance text against a session.

use crate::script::{Command, Fields, Line, Script};
use crate::settings::{START, set};
use crate::wire::{THEM, US, encode, fill_in, matches, raw, show};
use hft_py::fix::codec::{Message, write_time};
use hft_py::fix::dictionary::Dictionary;
use hft_py::fix::session::{Event, Now, Outbox, Role, Session, SessionId, Settings};
use hft_py::fix::store::MemoryStore;
use std::collections::VecDeque;

/// Runs one text in one role, with the peer's bytes given whole or one by one.
pub fn run(script: &Script, role: &str, one_by_one: bool) -> Result<(), String> {
    let mut bench = Bench::new(role, one_by_one);
    for line in &script.lines {
        let done = bench.step(line);
        done.map_err(|why| format!("{}: ({role}) {why}", line.number))?;
    }
    let last = script.lines.last().map_or(0, |line| line.number);
    bench
        .nothing_left()
        .map_err(|why| format!("{last}: ({role}) at the end, {why}"))
}

struct Bench {
    settings: Settings,
    session: Option<Session<MemoryStore>>,
    now: Now,
    one_by_one: bool,
    stalled: bool,
    out: Outbox,
    sent: VecDeque<Message>,
    told: VecDeque<String>,
    closed: Option<String>,
}

impl Bench {
    fn new(role: &str, one_by_one: bool) -> Self {
        let role = match role {
            "acceptor" => Role::Acceptor,
            _ => Role::Initiator,
        };
        Self {
            settings: Settings::new(SessionId::new(US, THEM), role),
            session: None,
            now: Now {
                utc: START,
                monotonic: 5,
            },
            one_by_one,
            stalled: false,
            out: Outbox::new(),
            sent: VecDeque::new(),
            told: VecDeque::new(),
            closed: None,
        }
    }

    fn step(&mut self, line: &Line) -> Result<(), String> {
        match &line.command {
            Command::Expect(fields) => return self.expect(fields),
            Command::Closed(reason) => return self.expect_closed(reason),
            Command::Told(what) => return self.expect_told(what),
            Command::Set(name, value) => return set(&mut self.settings, name, value),
            Command::Logon => return self.log_on(line.number),
            _ => self.nothing_left()?,
        }
        let (now, mut out) = (self.now, std::mem::take(&mut self.out));
        match &line.command {
            Command::Connect => self.session().connected(now, &mut out),
            Command::Input(fields) => {
                let bytes = encode(fields, self.now.utc);
                self.feed(&bytes, &mut out);
            }
            Command::Raw(text) => self.feed(&raw(text), &mut out),
            Command::Wait(seconds) => self.wait((seconds * 1e9) as i64, &mut out),
            Command::Utc(seconds) => self.now.utc += (seconds * 1e9) as i64,
            Command::Send(fields) => {
                let body: Vec<(u32, &[u8])> = fields[1..]
                    .iter()
                    .map(|(tag, value)| (*tag, value.as_bytes()))
                    .collect();
                let msg_type = fields[0].1.as_bytes();
                if let Err(error) = self.session().send(now, msg_type, &body, &mut out) {
                    self.told.push_back(format!("error {error}"));
                }
            }
            Command::Logout(text) => self.session().log_out(now, text, &mut out),
            Command::Drop => self.session().disconnected(now, &mut out),
            Command::Restart | Command::Crash(_) => {
                if let Command::Crash(fields) = &line.command {
                    let bytes = encode(fields, self.now.utc);
                    self.feed(&bytes, &mut out);
                    out.clear();
                }
                let store = self.session.take().map(Session::into_store);
                let store = store.unwrap_or_else(|| MemoryStore::new(now.utc));
                self.session = Some(self.make(store));
            }
            Command::Numbers(next_in, next_out) => {
                let status = self.session().status();
                if (status.next_in, status.next_out) != (*next_in, *next_out) {
                    let (found_in, found_out) = (status.next_in, status.next_out);
                    return Err(format!("the numbers are {found_in} {found_out}"));
                }
            }
            Command::Stall(stalled) => self.stalled = *stalled,
            _ => unreachable!("dealt with above"),
        }
        self.take(&mut out);
        self.out = out;
        Ok(())
    }

    fn session(&mut self) -> &mut Session<MemoryStore> {
        if self.session.is_none() {
            self.session = Some(self.make(MemoryStore::new(self.now.utc)));
        }
        self.session.as_mut().expect("made above")
    }

    fn make(&self, store: MemoryStore) -> Session<MemoryStore> {
        Session::new(self.settings.clone(), Dictionary::fix42(), store)
    }

    fn feed(&mut self, bytes: &[u8], out: &mut Outbox) {
        let (now, size) = (
            self.now,
            if self.one_by_one {
                1
            } else {
                bytes.len().max(1)
            },
        );
        for piece in bytes.chunks(size) {
            self.session().received(now, piece, out);
        }
    }

    /// Advance both clocks, stopping at each timer.
    fn wait(&mut self, mut left: i64, out: &mut Outbox) {
        loop {
            let monotonic = self.now.monotonic;
            let timer = self.session().next_timer();
            let until = timer.map_or(left, |at| (at - monotonic).clamp(0, left));
            self.now.monotonic += until;
            self.now.utc += until;
            left -= until;
            let now = self.now;
            self.session().elapsed(now, out);
            if left == 0 {
                return;
            }
        }
    }

    /// Sort what a call gave back into what is expected later.
    fn take(&mut self, out: &mut Outbox) {
        let now = self.now;
        while !self.stalled && self.session().has_more() {
            self.session().drained(now, out);
        }
        let dictionary = Dictionary::fix42();
        let mut rest = out.bytes.as_slice();
        while !rest.is_empty() {
            let trailer = rest.windows(4).position(|four| four == b"\x0110=");
            let end = trailer.expect("whole messages") + 8;
            let message = Message::parse(&rest[..end], dictionary.data_tags());
            self.sent
                .push_back(message.expect("our messages are well formed"));
            rest = &rest[end..];
        }
        for event in out.events.drain(..) {
            match event {
                Event::LoggedOn => self.told.push_back("logon".into()),
                Event::LoggedOut { text } => self.told.push_back(format!("logout {text}")),
                Event::Message(message) => {
                    self.told.push_back(format!("message {}", show(&message)));
                }
                Event::Rejected(message) => {
                    self.told.push_back(format!("reject {}", show(&message)));
                }
                Event::Garbled { why } => self.told.push_back(format!("garbled {why}")),
                Event::Note(_) => {}
            }
        }
        if let Some(reason) = out.close.take() {
            self.closed = Some(reason.to_string());
        }
        self.session().delivered().expect("memory takes all");
        out.clear();
    }

    fn expect(&mut self, fields: &Fields) -> Result<(), String> {
        let Some(message) = self.sent.pop_front() else {
            return Err(match &self.closed {
                Some(reason) => format!("nothing was sent; closed: {reason}"),
                None => "nothing was sent".into(),
            });
        };
        let mut wanted = fields.clone();
        let time = String::from_utf8_lossy(&write_time(self.now.utc)).into_owned();
        let usual = [
            (8, "FIX.4.2"),
            (49, US),
            (56, THEM),
            (52, &time),
            (9, "*"),
            (10, "*"),
        ];
        for (tag, value) in usual {
            if !wanted.iter().any(|field| field.0 == tag) {
                wanted.push((tag, value.into()));
            }
        }
        let view = message.as_view();
        for &field in view.fields() {
            let found = String::from_utf8_lossy(view.value(field)).into_owned();
            let at = wanted.iter().position(|wanted| wanted.0 == field.tag);
            let Some(at) = at else {
                return Err(format!(
                    "unexpected tag {} in {}",
                    field.tag,
                    show(&message)
                ));
            };
            let (_, pattern) = wanted.remove(at);
            let pattern = fill_in(&pattern, self.now.utc);
            if !matches(&pattern, &found) {
                let tag = field.tag;
                return Err(format!("{tag}={pattern} expected in {}", show(&message)));
            }
        }
        match wanted.first() {
            Some((tag, _)) => Err(format!("tag {tag} is missing in {}", show(&message))),
            None => Ok(()),
        }
    }

    fn expect_closed(&mut self, reason: &str) -> Result<(), String> {
        if let Some(message) = self.sent.front() {
            return Err(format!("before the end, this was sent: {}", show(message)));
        }
        match self.closed.take() {
            Some(found) if matches(&format!("{reason}*"), &found) => Ok(()),
            Some(found) => Err(format!("the connection was closed: {found}")),
            None => Err("the connection is open".into()),
        }
    }

    fn expect_told(&mut self, what: &str) -> Result<(), String> {
        match self.told.pop_front() {
            Some(found) if matches(&format!("{what}*"), &found) => Ok(()),
            Some(found) => Err(format!("the application was told: {found}")),
            None => Err("the application was told nothing".into()),
        }
    }

    fn nothing_left(&self) -> Result<(), String> {
        if let Some(message) = self.sent.front() {
            return Err(format!("nobody expected this: {}", show(message)));
        }
        if let Some(told) = self.told.front() {
            return Err(format!(
                "nobody expected that the application is told: {told}"
            ));
        }
        match &self.closed {
            Some(reason) => Err(format!("nobody expected the end: {reason}")),
            None => Ok(()),
        }
    }

    fn log_on(&mut self, number: usize) -> Result<(), String> {
        let input = "I 35=A|34=1|98=0|108=30";
        let output = "E 35=A|34=1|98=0|108=30";
        let (first, second) = match self.settings.role {
            Role::Acceptor => (input, output),
            Role::Initiator => (output, input),
        };
        let text = format!("roles acceptor\nconnect\n{first}\n{second}\nA logon\n");
        for mut line in Script::parse(&text)?.lines {
            line.number = number;
            self.step(&line)?;
        }
        Ok(())
    }
}
