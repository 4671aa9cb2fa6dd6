//! The venue as an application of FIX sessions: the other side of each session is a client.
//!
//! A client's orders stay in the book when its session ends. Supported are NewOrderSingle (`D`),
//! OrderCancelRequest (`F`), OrderCancelReplaceRequest (`G`), OrderStatusRequest (`H`) and
//! MarketDataRequest (`V`); anything else is answered by a BusinessMessageReject (`j`).

use super::desk::{Desk, State};
use super::market_data::{Refusal, Subscription};
use super::report::{Order, Refused, Report, Status, What};
use super::written::{self, Body};
use super::{Kind, NewOrder, Replacement, Side};
use crate::fix::application::{Application, Replies};
use crate::fix::codec::{Group, Message, View};
use crate::fix::session::SessionId;
use std::sync::Arc;

/// Answers the messages of sessions from a desk's state.
pub struct Gateway {
    desk: Arc<Desk>,
    clock: Box<dyn Fn() -> i64 + Send>,
    body: Body,
}

impl Gateway {
    /// A gateway; `clock` tells nanoseconds since 1970-01-01 UTC.
    pub fn new(desk: Arc<Desk>, clock: impl Fn() -> i64 + Send + 'static) -> Self {
        Self {
            desk,
            clock: Box::new(clock),
            body: Body::default(),
        }
    }
}

/// Hand over what waits for FIX sessions, whoever caused it, in its order.
fn take(state: &mut State, replies: &mut Replies) {
    state
        .outbox
        .drain(|to, msg_type, body| replies.send(to, msg_type, body));
}

impl Application for Gateway {
    fn on_logon(&mut self, session: &SessionId, replies: &mut Replies) {
        let mut state = self.desk.lock();
        let client = state.exchange.client(&session.target);
        state.sessions.insert(client, session.clone());
        take(&mut state, replies);
    }

    fn on_resume(&mut self, replies: &mut Replies) {
        take(&mut self.desk.lock(), replies);
    }

    fn on_logout(&mut self, session: &SessionId, _text: &str, _replies: &mut Replies) {
        self.desk.lock().market_data.unsubscribe(session, None);
    }

    fn on_message(&mut self, session: &SessionId, message: &Message, replies: &mut Replies) {
        let (now, view) = ((self.clock)(), message.as_view());
        let mut state = self.desk.lock();
        let client = state.exchange.client(&session.target);
        state
            .sessions
            .entry(client)
            .or_insert_with(|| session.clone());
        match view.msg_type() {
            b"D" | b"F" | b"G" if is_repeated(&state, client, view) => {
                self.body.clear();
                let name = view.text(11).unwrap_or_default();
                status(&mut state, now, client, name, view, session, &mut self.body);
            }
            b"D" => _ = state.act(|e, out| e.submit(now, &new_order(client, view), out)),
            b"F" => {
                let orig = view.text(41).unwrap_or_default();
                let request = view.text(11).unwrap_or_default();
                _ = state.act(|e, out| {
                    let answer = e.cancel(now, client, orig, request, out);
                    answer_by_fix(request, &mut out.reports);
                    answer
                });
            }
            b"G" => replace(&mut state, now, client, view),
            b"H" => {
                let name = view.text(11).unwrap_or_default();
                status(&mut state, now, client, name, view, session, &mut self.body);
            }
            b"V" => market_data(&mut state, session, view, &mut self.body),
            msg_type => {
                self.body.clear();
                self.body.put(45, view.get(34).unwrap_or(b"0"));
                self.body.put(372, msg_type);
                self.body.put(380, b"3");
                self.body.put(58, b"Unsupported Message Type");
                self.body.send(session, b"j", &mut state.outbox);
            }
        }
        take(&mut state, replies);
        self.desk.tell(state);
    }
}

/// What answers a request goes the way it came, also where the order itself came by REST.
fn answer_by_fix(request: &str, reports: &mut [Report]) {
    for Report { what, order, .. } in reports {
        order.by_fix |= match what {
            What::CancelRejected { .. } | What::Cancelled(Some(_)) => true,
            _ => *order.cl_ord_id == *request,
        };
    }
}

/// Whether it was sent before, and says so (PossResend): the client's name for it is known.
fn is_repeated(state: &State, client: u32, view: View<'_>) -> bool {
    let name = view.text(11).unwrap_or_default();
    view.flag(97) && state.exchange.named(client, name).is_some()
}

fn side(view: View<'_>) -> Option<Side> {
    match view.get(54)? {
        b"1" => Some(Side::Bid),
        b"2" | b"5" => Some(Side::Ask),
        _ => None,
    }
}

/// The kind of an order, from OrdType (40), TimeInForce (59) and ExecInst (18).
fn kind(view: View<'_>) -> Option<Kind> {
    side(view)?;
    // MinQty, MaxFloor, StopPx, PegDifference: an order that is traded without them is another one.
    if [110, 111, 99, 211]
        .iter()
        .any(|tag| view.get(*tag).is_some())
    {
        return None;
    }
    let post_only = match view.get(18) {
        None => false,
        Some(b"6") => true,
        Some(_) => return None,
    };
    let in_force = view.get(59).unwrap_or(b"0");
    match (view.get(40)?, in_force, post_only) {
        (b"1", b"0" | b"1" | b"3", false) => Some(Kind::Market),
        (b"2", b"0" | b"1", true) => Some(Kind::PostOnly),
        (b"2", b"0" | b"1", false) => Some(Kind::Limit),
        (b"2", b"3", false) => Some(Kind::ImmediateOrCancel),
        (b"2", b"4", false) => Some(Kind::FillOrKill),
        _ => None,
    }
}

fn new_order(client: u32, view: View<'_>) -> NewOrder<'_> {
    NewOrder {
        client,
        by_fix: true,
        cl_ord_id: view.text(11).unwrap_or_default(),
        symbol: view.text(55).unwrap_or_default(),
        side: side(view).unwrap_or(Side::Bid),
        kind: kind(view),
        in_force: view
            .get(59)
            .and_then(|value| value.first().copied())
            .unwrap_or(b'0'),
        price: view.decimal(44),
        quantity: view.decimal(38),
    }
}

fn replace(state: &mut State, now: i64, client: u32, view: View<'_>) {
    let new = Replacement {
        client,
        orig: view.text(41).unwrap_or_default(),
        cl_ord_id: view.text(11).unwrap_or_default(),
        price: view.decimal(44),
        quantity: view.decimal(38),
    };
    let order = state.exchange.named(client, new.orig);
    let changed = order.is_some_and(|order| {
        view.get(55)
            .is_some_and(|symbol| symbol != order.symbol.as_bytes())
            || side(view).is_some_and(|side| side != order.side)
            // Orders that rest are limit orders.
            || view.get(40).is_some_and(|kind| kind != b"2")
    });
    _ = state.act(|exchange, out| {
        let answer = match changed {
            true => Err(exchange.refuse_replacement(now, &new, Refused::Changed, out)),
            false => exchange.replace(now, &new, out),
        };
        answer_by_fix(new.cl_ord_id, &mut out.reports);
        answer
    });
}

/// Report how an order stands, or that it is not known.
fn status(
    state: &mut State,
    now: i64,
    client: u32,
    name: &str,
    view: View<'_>,
    session: &SessionId,
    body: &mut Body,
) {
    let what = match state.exchange.named(client, name) {
        Some(_) => What::State,
        None => What::Rejected(Refused::UnknownOrder),
    };
    let order = state.exchange.named(client, name).cloned();
    let order = order.unwrap_or_else(|| Order {
        text: Refused::UnknownOrder.text(),
        ..Order::unknown(client, name, view.text(55).unwrap_or_default(), now)
    });
    let report = Report {
        exec: 0,
        what,
        order,
        time: now,
    };
    let msg_type = written::report(&report, &state.exchange, body);
    body.send(session, msg_type, &mut state.outbox);
}

fn market_data(state: &mut State, session: &SessionId, view: View<'_>, body: &mut Body) {
    let answer = market_data_request(state, session, view);
    if let Err((reason, text)) = answer {
        body.clear();
        body.put(262, view.get(262).unwrap_or_default());
        body.put(281, reason);
        body.put(58, text);
        body.send(session, b"Y", &mut state.outbox);
    }
}

fn market_data_request(
    state: &mut State,
    session: &SessionId,
    view: View<'_>,
) -> Result<(), Refusal> {
    let id = view.text(262).unwrap_or_default();
    let stay = match view.get(263) {
        Some(b"0") => false,
        Some(b"1") => true,
        Some(b"2") => {
            return match state.market_data.unsubscribe(session, Some(id)) {
                true => Ok(()),
                false => Err((b"1", "unknown MDReqID")),
            };
        }
        _ => return Err((b"4", "unsupported SubscriptionRequestType")),
    };
    let depth = view.int(264).and_then(|depth| usize::try_from(depth).ok());
    let mut types = [false; 3];
    for entry in view.group(&Group::new(267, 269, &[])) {
        match entry.int(269) {
            Some(kind @ 0..=2) => types[kind as usize] = true,
            _ => return Err((b"8", "unsupported MDEntryType")),
        }
    }
    let mut books = Vec::new();
    for entry in view.group(&Group::new(146, 55, &[])) {
        let book = state.exchange.symbol(entry.text(55).unwrap_or_default());
        let book = book.ok_or::<Refusal>((b"0", "unknown symbol"))?;
        if !books.contains(&book) {
            books.push(book);
        }
    }
    let wanted = Subscription {
        session: session.clone(),
        id: id.to_owned(),
        books,
        depth: depth.ok_or::<Refusal>((b"5", "unsupported MarketDepth"))?,
        updates: view.get(265) == Some(b"1"),
        types,
    };
    let State {
        market_data,
        exchange,
        outbox,
        ..
    } = state;
    market_data.subscribe(wanted, stay, exchange, outbox)
}

impl Order {
    /// What is said about an order that the venue does not have.
    pub(super) fn unknown(client: u32, cl_ord_id: &str, symbol: &str, now: i64) -> Self {
        Self {
            id: 0,
            client,
            by_fix: false,
            cl_ord_id: cl_ord_id.into(),
            symbol: symbol.into(),
            book: None,
            side: Side::Bid,
            kind: Kind::Limit,
            in_force: b'0',
            tick: None,
            lots: 0,
            filled: 0,
            void: 0,
            value: 0,
            status: Status::Rejected,
            created: now,
            updated: now,
            text: "",
        }
    }
}
