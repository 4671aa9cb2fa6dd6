//! The application of Python's engines: a queue that one Python thread empties.

use crate::fix::application::{Application, Replies};
use crate::fix::codec::Message;
use crate::fix::io::{Handle, Level, Sink};
use crate::fix::session::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lines of the log that wait; others are counted.
const LINES: usize = 10_000;

/// What Python is told.
pub enum Item {
    LoggedOn(usize),
    LoggedOut(usize, String),
    Message(usize, Message),
    Rejected(usize, Message),
    Line(Level, String, String),
}

/// Items in their order.
pub struct Queue {
    inner: Mutex<Inner>,
    filled: Condvar,
    /// Messages of one session that wait before it is no longer read.
    most: usize,
}

#[derive(Default)]
struct Inner {
    items: Vec<Item>,
    /// Messages that wait, by session.
    waiting: HashMap<usize, usize>,
    /// A session was not read because too many of its messages wait.
    paused: bool,
    lines: usize,
    lines_left_out: u64,
    someone_waits: bool,
    closed: bool,
}

impl Queue {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::default(),
            filled: Condvar::new(),
            most,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, item: Item) {
        let mut inner = self.lock();
        if let Item::Message(session, _) = &item {
            *inner.waiting.entry(*session).or_default() += 1;
        }
        inner.items.push(item);
        self.tell(inner);
    }

    /// Wake the thread that waits, if there is one: a call of the system otherwise saved.
    fn tell(&self, mut inner: MutexGuard<'_, Inner>) {
        if std::mem::take(&mut inner.someone_waits) {
            drop(inner);
            self.filled.notify_one();
        }
    }

    /// All items there are, once there are some or the time is over; whether a session waits to be
    /// read; `None` if the engine has ended and nothing is left.
    pub fn take(&self, patience: Option<Duration>) -> Option<(Vec<Item>, bool)> {
        let until = patience.and_then(|patience| Instant::now().checked_add(patience));
        let mut inner = self.lock();
        while inner.items.is_empty() && !inner.closed {
            inner.someone_waits = true;
            inner = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => break,
                Some(left) => {
                    let waited = self.filled.wait_timeout(inner, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .filled
                    .wait(inner)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
        inner.someone_waits = false;
        if inner.items.is_empty() && inner.closed {
            return None;
        }
        inner.waiting.clear();
        inner.lines = 0;
        let items = std::mem::take(&mut inner.items);
        Some((items, std::mem::take(&mut inner.paused)))
    }

    /// No thread has to wait any more.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        inner.someone_waits = true;
        self.tell(inner);
    }
}

/// Puts what happens into a queue.
pub struct QueueApplication {
    queue: Arc<Queue>,
    handle: Handle,
    /// The session of the last call, since most calls in a row are of one.
    last: Option<(SessionId, usize)>,
}

impl QueueApplication {
    pub fn new(queue: Arc<Queue>, handle: Handle) -> Self {
        Self {
            queue,
            handle,
            last: None,
        }
    }

    fn index(&mut self, id: &SessionId) -> usize {
        match &self.last {
            Some((last, index)) if last == id => *index,
            _ => {
                let index = self.handle.index(id).unwrap_or(usize::MAX);
                self.last = Some((id.clone(), index));
                index
            }
        }
    }
}

impl Application for QueueApplication {
    fn on_logon(&mut self, session: &SessionId, _: &mut Replies) {
        let index = self.index(session);
        self.queue.push(Item::LoggedOn(index));
    }

    fn on_logout(&mut self, session: &SessionId, text: &str, _: &mut Replies) {
        let index = self.index(session);
        self.queue.push(Item::LoggedOut(index, text.to_owned()));
    }

    fn on_message(&mut self, session: &SessionId, message: &Message, _: &mut Replies) {
        let index = self.index(session);
        self.queue.push(Item::Message(index, message.clone()));
    }

    fn on_reject(&mut self, session: &SessionId, message: &Message, _: &mut Replies) {
        let index = self.index(session);
        self.queue.push(Item::Rejected(index, message.clone()));
    }

    fn handles_later(&self) -> bool {
        true
    }

    fn is_full(&mut self, session: &SessionId) -> bool {
        let index = self.index(session);
        let mut inner = self.queue.lock();
        let full = inner
            .waiting
            .get(&index)
            .is_some_and(|waiting| *waiting >= self.queue.most);
        inner.paused |= full;
        full
    }
}

impl Drop for QueueApplication {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Lines of the operator's log for Python's logging.
pub struct QueueSink(pub Arc<Queue>);

impl Sink for QueueSink {
    fn line(&mut self, level: Level, session: &str, text: &str) {
        let mut inner = self.0.lock();
        if inner.lines >= LINES {
            inner.lines_left_out += 1;
            return;
        }
        inner.lines += 1;
        let mut text = text.to_owned();
        if inner.lines_left_out > 0 {
            text.push_str(&format!(
                " ({} lines before it were left out)",
                inner.lines_left_out
            ));
            inner.lines_left_out = 0;
        }
        inner
            .items
            .push(Item::Line(level, session.to_owned(), text));
        self.0.tell(inner);
    }
}
