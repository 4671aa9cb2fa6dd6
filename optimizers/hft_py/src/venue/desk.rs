//! One state for all who trade: by FIX, by REST, in the same process.
//!
//! Reports to FIX sessions, whoever caused them, wait here in the order in which they happened; the
//! gateway alone takes them, on the I/O thread, so that no session gets them in another order.

use super::batch::{CANCEL, REPLACE};
use super::flow::Flow;
use super::market_data::MarketData;
use super::report::{Outcome, Report};
use super::written::{self, Body};
use super::{Exchange, Kind, NewOrder, Replacement, Side};
use crate::fix::application::Replies;
use crate::fix::session::SessionId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Events that wait for a listener; beyond them the oldest are dropped and counted.
const MAX_EVENTS: usize = 1 << 18;

/// What a listener is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// A report to a client.
    Report(Box<Report>),
    /// A level that changed.
    Change(super::report::Change),
    /// A trade.
    Print(super::report::Print),
}

/// What the lock protects.
#[derive(Debug)]
pub struct State {
    /// The venue.
    pub exchange: Exchange,
    pub(super) sessions: HashMap<u32, SessionId>,
    pub(super) market_data: MarketData,
    pub(super) outbox: Replies,
    events: Option<VecDeque<Event>>,
    dropped: u64,
    body: Body,
    outcome: Outcome,
}

/// The state, and who is told when it changes.
pub struct Desk {
    state: Mutex<State>,
    listeners: Condvar,
    wake: Mutex<Option<Wake>>,
}

/// What is called, from any thread, when messages for FIX sessions wait.
type Wake = Box<dyn Fn() + Send + Sync>;

impl Desk {
    /// A desk for an exchange.
    #[must_use]
    pub fn new(exchange: Exchange) -> Self {
        let state = State {
            exchange,
            sessions: HashMap::new(),
            market_data: MarketData::default(),
            outbox: Replies::new(),
            events: None,
            dropped: 0,
            body: Body::default(),
            outcome: Outcome::default(),
        };
        Self {
            state: Mutex::new(state),
            listeners: Condvar::new(),
            wake: Mutex::default(),
        }
    }

    /// What to call, from any thread, when messages for FIX sessions wait.
    pub fn wake_by(&self, wake: impl Fn() + Send + Sync + 'static) {
        *self.waker() = Some(Box::new(wake));
    }

    fn waker(&self) -> MutexGuard<'_, Option<Wake>> {
        self.wake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state; a panic of another thread does not take it away.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Change the state, and tell everybody what came of it.
    pub fn act<T>(&self, action: impl FnOnce(&mut Exchange, &mut Outcome) -> T) -> T {
        let mut state = self.lock();
        let result = state.act(action);
        let waiting = !state.outbox.is_empty();
        self.tell(state);
        if waiting && let Some(wake) = &*self.waker() {
            wake();
        }
        result
    }

    /// Wake those who wait for events.
    pub(super) fn tell(&self, state: MutexGuard<'_, State>) {
        if state
            .events
            .as_ref()
            .is_some_and(|events| !events.is_empty())
        {
            self.listeners.notify_all();
        }
    }

    /// Keep events for a listener from now on.
    pub fn listen(&self) {
        self.lock().events.get_or_insert_default();
    }

    /// Up to `most` events since the last call, after waiting for the first of them; and how many were
    /// dropped since then because nobody took them.
    pub fn events(&self, wait: Duration, most: usize) -> (Vec<Event>, u64) {
        let empty = |state: &mut State| state.events.as_ref().is_none_or(VecDeque::is_empty);
        let (mut state, _) = self
            .listeners
            .wait_timeout_while(self.lock(), wait, empty)
            .unwrap_or_else(PoisonError::into_inner);
        let dropped = std::mem::take(&mut state.dropped);
        let events = state.events.as_mut().map_or_else(Vec::new, |events| {
            events.drain(..most.min(events.len())).collect()
        });
        (events, dropped)
    }

    /// So many rows of a random flow in the book of a symbol.
    pub fn flow(&self, now: i64, book: u32, flow: &mut Flow, rows: usize) {
        for _ in 0..rows {
            self.act(|exchange, out| {
                let id = exchange.last_order + 1;
                let row = flow.next(&exchange.symbols()[book as usize].book, id);
                let _refused = apply_row(exchange, now, book, &row, row[3] as u64, out);
            });
        }
    }
}

impl State {
    /// Change the state; reports and market data for FIX sessions wait in the outbox then.
    pub(super) fn act<T>(&mut self, action: impl FnOnce(&mut Exchange, &mut Outcome) -> T) -> T {
        self.outcome.clear();
        let result = action(&mut self.exchange, &mut self.outcome);
        for report in &self.outcome.reports {
            if report.order.by_fix
                && let Some(session) = self.sessions.get(&report.order.client)
            {
                let msg_type = written::report(report, &self.exchange, &mut self.body);
                self.body.send(session, msg_type, &mut self.outbox);
            }
        }
        let (happened, exchange) = (&self.outcome, &self.exchange);
        self.market_data
            .publish(happened, exchange, &mut self.outbox);
        if let Some(events) = &mut self.events {
            events.extend(happened.changes.iter().map(|&change| Event::Change(change)));
            events.extend(happened.prints.iter().map(|&print| Event::Print(print)));
            let reports = self.outcome.reports.drain(..);
            events.extend(reports.map(|report| Event::Report(Box::new(report))));
            let over = events.len().saturating_sub(MAX_EVENTS);
            self.dropped += over as u64;
            events.drain(..over);
        }
        result
    }
}

/// Apply a row of a flow or a recording; `target` is the venue's number of the order it is about.
///
/// # Errors
/// Why it was refused.
pub fn apply_row(
    exchange: &mut Exchange,
    now: i64,
    book: u32,
    &[action, side, client, _, tick, lots]: &[i64; super::batch::COLUMNS],
    target: u64,
    out: &mut Outcome,
) -> Result<u64, super::report::Refused> {
    let symbol = &exchange.symbols()[book as usize];
    let price = symbol.tick_size.times(tick);
    let name = symbol.name.clone();
    let quantity = crate::fix::codec::Decimal {
        mantissa: lots,
        scale: 0,
    };
    let request = format!("{}.{}", target, exchange.last_exec + 1);
    let client = client as u32;
    let known = exchange
        .order(target)
        .map(|order| (order.client, order.cl_ord_id.clone()));
    match action {
        CANCEL | REPLACE => {
            let (client, orig) = known.ok_or(super::report::Refused::UnknownOrder)?;
            if action == CANCEL {
                return exchange.cancel(now, client, &orig, &request, out);
            }
            let new = Replacement {
                client,
                orig: &orig,
                cl_ord_id: &request,
                price,
                quantity: Some(quantity),
            };
            exchange.replace(now, &new, out)
        }
        kind => {
            let new = NewOrder {
                client,
                by_fix: false,
                cl_ord_id: &request,
                symbol: &name,
                side: Side::of(side as u8),
                kind: u8::try_from(kind).ok().and_then(Kind::of),
                in_force: b'0',
                price,
                quantity: Some(quantity),
            };
            exchange.submit(now, &new, out)
        }
    }
}
