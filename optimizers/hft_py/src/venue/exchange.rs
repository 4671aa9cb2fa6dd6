//! The venue's state: symbols, clients, their orders and trades.
//!
//! Every call takes the time and says what it caused in an [`Outcome`]; there is no clock and no
//! socket here. The same calls in the same order have the same outcome.
//!
//! Orders that are over, and trades, are kept up to [`Limits::kept`], the oldest are forgotten: their
//! ClOrdIDs are free again then, and they cannot be asked for, busted or corrected.

use super::accounts::{MONEY_SCALE, Position, signed};
use super::matching::{Ending, Fill, Incoming, MAX_ORDER_LOTS, MatchingBook, Refusal, Why};
use super::orders::IntegerMap;
use super::report::{Change, Order, Outcome, Print, Refused, Report, Status, Version, What};
use super::{Kind, Side};
use crate::fix::codec::Decimal;
use hft_orderbook::{Book, RingBook};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// The longest ClOrdID, in bytes.
const MAX_CL_ORD_ID: usize = 64;

/// What an exchange keeps.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Orders of each client that are over, and trades, that are kept.
    pub kept: usize,
    /// Money of a new client, in billionths.
    pub cash: i128,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            kept: 100_000,
            cash: 100_000 * 1_000_000_000,
        }
    }
}

/// A symbol.
#[derive(Debug)]
pub struct Symbol {
    /// Its name.
    pub name: Arc<str>,
    /// The smallest step of its price.
    pub tick_size: Decimal,
    /// The tick size in billionths.
    pub unit: i128,
    /// Its book.
    pub book: MatchingBook<RingBook>,
    /// The price of the last trade, in ticks.
    pub last: Option<i64>,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    /// Its name.
    pub name: Arc<str>,
    /// Money, in billionths.
    pub cash: i128,
    /// What it holds, by the symbol's number.
    pub positions: BTreeMap<u32, Position>,
    ids: HashMap<Arc<str>, u64>,
    closed: VecDeque<u64>,
}

/// A trade that may be busted or corrected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trade {
    pub(super) book: u32,
    pub(super) tick: i64,
    pub(super) lots: u64,
    /// The side of the order that came in.
    pub(super) taker: Side,
    /// The resting order, then the one that came in; their clients, and the reports to them.
    pub(super) orders: [u64; 2],
    pub(super) clients: [u32; 2],
    pub(super) execs: [u64; 2],
}

/// An order that a client asks for.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder<'a> {
    /// Whose it is.
    pub client: u32,
    /// Whether it came by FIX.
    pub by_fix: bool,
    /// The client's name for it.
    pub cl_ord_id: &'a str,
    /// The symbol.
    pub symbol: &'a str,
    /// The side.
    pub side: Side,
    /// The kind; none for one that the venue does not have.
    pub kind: Option<Kind>,
    /// TimeInForce (59), shown in reports; what it means is in `kind`.
    pub in_force: u8,
    /// The limit; not read for a market order.
    pub price: Option<Decimal>,
    /// The quantity; none where it was no number.
    pub quantity: Option<Decimal>,
}

/// A replacement that a client asks for; what is none stays.
#[derive(Clone, Copy, Debug)]
pub struct Replacement<'a> {
    /// Whose the order is.
    pub client: u32,
    /// The client's name for the order.
    pub orig: &'a str,
    /// The client's name for the order from now on.
    pub cl_ord_id: &'a str,
    /// The new limit.
    pub price: Option<Decimal>,
    /// The new quantity, what has traded included.
    pub quantity: Option<Decimal>,
}

/// The state of a venue.
#[derive(Debug, Default)]
pub struct Exchange {
    limits: Limits,
    symbols: Vec<Symbol>,
    by_name: HashMap<Arc<str>, u32>,
    clients: Vec<Client>,
    by_client: HashMap<Arc<str>, u32>,
    pub(super) orders: IntegerMap<u64, Order>,
    versions: IntegerMap<u64, Vec<Version>>,
    cancellations: IntegerMap<u64, Arc<str>>,
    pub(super) trades: VecDeque<Trade>,
    pub(super) first_trade: u64,
    pub(super) last_order: u64,
    pub(super) last_exec: u64,
    fills: Vec<Fill>,
}

impl Exchange {
    /// A venue without symbols.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            first_trade: 1,
            ..Self::default()
        }
    }

    /// Trade another symbol; its number. None where the name is there already, or the tick size not
    /// positive or of more than nine decimals.
    pub fn add_symbol(&mut self, name: &str, tick_size: Decimal) -> Option<u32> {
        let decimals = MONEY_SCALE.checked_sub(tick_size.scale)?;
        if tick_size.mantissa <= 0 || self.by_name.contains_key(name) {
            return None;
        }
        let number = self.symbols.len() as u32;
        let name: Arc<str> = name.into();
        self.by_name.insert(name.clone(), number);
        self.symbols.push(Symbol {
            name,
            tick_size,
            unit: i128::from(tick_size.mantissa) * 10_i128.pow(decimals.into()),
            book: MatchingBook::default(),
            last: None,
        });
        Some(number)
    }

    /// The number of a client, a new one where the name is not known.
    pub fn client(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.by_client.get(name) {
            return number;
        }
        let number = self.clients.len() as u32;
        let name: Arc<str> = name.into();
        self.by_client.insert(name.clone(), number);
        self.clients.push(Client {
            name,
            cash: self.limits.cash,
            positions: BTreeMap::new(),
            ids: HashMap::new(),
            closed: VecDeque::new(),
        });
        number
    }

    /// The symbols, by number.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// The symbol of a name.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The clients, by number.
    #[must_use]
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// An order by the venue's number.
    #[must_use]
    pub fn order(&self, id: u64) -> Option<&Order> {
        self.orders.get(&id)
    }

    /// An order by any name that its client gave it.
    #[must_use]
    pub fn named(&self, client: u32, cl_ord_id: &str) -> Option<&Order> {
        let client = self.clients.get(client as usize)?;
        self.orders.get(client.ids.get(cl_ord_id)?)
    }

    /// The orders of a client that are kept, oldest first.
    #[must_use]
    pub fn orders_of(&self, client: u32) -> Vec<&Order> {
        let orders = self.orders.values();
        let mut found: Vec<&Order> = orders.filter(|order| order.client == client).collect();
        found.sort_unstable_by_key(|order| order.id);
        found
    }

    /// A client sends an order; its number, or why it was refused. Either way it is reported.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn submit(
        &mut self,
        now: i64,
        new: &NewOrder<'_>,
        out: &mut Outcome,
    ) -> Result<u64, Refused> {
        let book = self.symbol(new.symbol);
        let named = self.checked_name(new.client, new.cl_ord_id);
        self.last_order += 1;
        let id = self.last_order;
        let mut order = Order {
            id,
            client: new.client,
            by_fix: new.by_fix,
            cl_ord_id: new.cl_ord_id.into(),
            symbol: match book {
                Some(book) => self.symbols[book as usize].name.clone(),
                None => new.symbol.into(),
            },
            book,
            side: new.side,
            kind: new.kind.unwrap_or(Kind::Limit),
            in_force: new.in_force,
            tick: None,
            lots: 0,
            filled: 0,
            void: 0,
            value: 0,
            status: Status::New,
            created: now,
            updated: now,
            text: "",
        };
        let mut sound = named.and_then(|()| self.sound(new, book));
        if let Ok((_, tick, lots)) = sound {
            (order.tick, order.lots) = (tick, lots);
            // A post-only order is asked before it is reported as taken.
            if order.kind == Kind::PostOnly && self.would_trade(&order) {
                sound = Err(Refused::WouldTrade);
            }
        }
        match sound {
            Ok((book, _, _)) => {
                self.remember(&order);
                self.report(now, id, What::New, out);
                self.enter(now, id, book, out);
                Ok(id)
            }
            Err(why) => {
                (order.status, order.text) = (Status::Rejected, why.text());
                if named.is_ok() {
                    self.remember(&order);
                    self.close(id);
                }
                let exec = self.next_exec();
                out.reports.push(Report {
                    exec,
                    what: What::Rejected(why),
                    order,
                    time: now,
                });
                Err(why)
            }
        }
    }

    fn checked_name(&self, client: u32, cl_ord_id: &str) -> Result<(), Refused> {
        if cl_ord_id.is_empty() || cl_ord_id.len() > MAX_CL_ORD_ID {
            return Err(Refused::ClOrdId);
        }
        match self.clients[client as usize].ids.contains_key(cl_ord_id) {
            true => Err(Refused::Duplicate),
            false => Ok(()),
        }
    }

    /// The book, the limit and the quantity of an order, where all are as they must be.
    fn sound(
        &self,
        new: &NewOrder<'_>,
        book: Option<u32>,
    ) -> Result<(u32, Option<i64>, u64), Refused> {
        let book = book.ok_or(Refused::UnknownSymbol)?;
        let kind = new.kind.ok_or(Refused::Unsupported)?;
        let lots = lots(new.quantity)?;
        let tick = match kind {
            Kind::Market => None,
            _ => Some(self.tick(book, new.price)?),
        };
        Ok((book, tick, lots))
    }

    /// A price in ticks.
    fn tick(&self, book: u32, price: Option<Decimal>) -> Result<i64, Refused> {
        let ticks = price.and_then(|price| price.units_of(self.symbols[book as usize].tick_size));
        // Prices below 2^40 ticks: a quantity times a price is far within 128 bits, and a book's.
        ticks
            .filter(|&t| 0 < t && t < 1 << 40)
            .ok_or(Refused::Price)
    }

    fn would_trade(&self, order: &Order) -> bool {
        let (Some(book), Some(tick)) = (order.book, order.tick) else {
            return false;
        };
        let levels = self.symbols[book as usize].book.levels();
        let touch = levels.best_tick(order.side.opposite());
        touch.is_some_and(|touch| order.side.key(touch) <= order.side.key(tick))
    }

    fn remember(&mut self, order: &Order) {
        self.clients[order.client as usize]
            .ids
            .insert(order.cl_ord_id.clone(), order.id);
        self.orders.insert(order.id, order.clone());
    }

    /// An order comes to its book.
    fn enter(&mut self, now: i64, id: u64, book: u32, out: &mut Outcome) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let incoming = Incoming {
            id,
            client: order.client,
            side: order.side,
            kind: order.kind,
            tick: order.tick.unwrap_or(0),
            lots: order.left(),
        };
        let mut fills = std::mem::take(&mut self.fills);
        let symbol = &mut self.symbols[book as usize];
        let ending = symbol.book.submit(&incoming, &mut fills);
        self.settle(now, id, ending, &fills, out);
        fills.clear();
        self.fills = fills;
    }

    /// Book the fills of an order and what became of it.
    fn settle(
        &mut self,
        now: i64,
        id: u64,
        ending: Result<Ending, Refusal>,
        fills: &[Fill],
        out: &mut Outcome,
    ) {
        for fill in fills {
            self.book_fill(now, fill, out);
        }
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let (side, tick, book) = (order.side, order.tick, order.book);
        match ending {
            Ok(Ending::Filled) => {}
            Ok(Ending::Rests(_)) => {
                if let (Some(book), Some(tick)) = (book, tick) {
                    self.changed(book, side, tick, out);
                }
            }
            Ok(Ending::Cancelled(_, why)) => {
                let text = match why {
                    Why::NothingToTradeWith => "nothing more to trade with",
                    Why::NotFillable => "not fillable as a whole",
                    Why::SelfTrade => "it met an order of the same client",
                };
                self.cancelled(now, id, None, text, out);
            }
            // What was checked before cannot be refused here; were it, the order would be over.
            Err(_) => self.cancelled(now, id, None, "refused by the book", out),
        }
    }

    fn book_fill(&mut self, now: i64, fill: &Fill, out: &mut Outcome) {
        let trade = self.first_trade + self.trades.len() as u64;
        let execs = [self.next_exec(), self.next_exec()];
        let (mut taker, mut book) = (Side::Bid, 0);
        let mut clients = [0; 2];
        let orders = [fill.maker, fill.taker];
        for ((id, exec), owner) in orders.into_iter().zip(execs).zip(&mut clients) {
            let Some(order) = self.orders.get_mut(&id) else {
                continue;
            };
            let value = i128::from(fill.tick) * i128::from(fill.lots);
            order.traded(fill.lots as i64, value);
            order.updated = now;
            (taker, book) = (order.side, order.book.unwrap_or(0));
            let (client, side, over) = (order.client, order.side, !order.status.is_open());
            *owner = client;
            let report = Report {
                exec,
                what: What::Trade {
                    trade,
                    tick: fill.tick,
                    lots: fill.lots,
                },
                order: order.clone(),
                time: now,
            };
            out.reports.push(report);
            self.pay(client, book, signed(side, fill.lots), fill.tick);
            if over {
                self.close(id);
            }
        }
        self.symbols[book as usize].last = Some(fill.tick);
        self.trades.push_back(Trade {
            book,
            tick: fill.tick,
            lots: fill.lots,
            taker,
            orders,
            clients,
            execs,
        });
        if self.trades.len() > self.limits.kept {
            self.trades.pop_front();
            self.first_trade += 1;
        }
        out.prints.push(Print {
            book,
            trade,
            tick: fill.tick,
            lots: fill.lots,
            taker,
            time: now,
        });
        self.changed(book, taker.opposite(), fill.tick, out);
    }

    /// A client has bought or, where `lots` is negative, sold.
    pub(super) fn pay(&mut self, client: u32, book: u32, lots: i64, tick: i64) {
        let price = i128::from(tick) * self.symbols[book as usize].unit;
        let client = &mut self.clients[client as usize];
        client.cash -= i128::from(lots) * price;
        client.positions.entry(book).or_default().trade(lots, price);
    }

    fn changed(&self, book: u32, side: Side, tick: i64, out: &mut Outcome) {
        let change = Change {
            book,
            side,
            tick,
            lots: self.symbols[book as usize].book.levels().lots(side, tick),
        };
        match out.changes.last_mut() {
            Some(last) if (last.book, last.side, last.tick) == (book, side, tick) => *last = change,
            _ => out.changes.push(change),
        }
    }

    fn cancelled(
        &mut self,
        now: i64,
        id: u64,
        request: Option<Arc<str>>,
        text: &'static str,
        out: &mut Outcome,
    ) {
        if let Some(order) = self.orders.get_mut(&id) {
            (order.status, order.updated, order.text) = (Status::Cancelled, now, text);
            self.report(now, id, What::Cancelled(request), out);
            self.close(id);
        }
    }

    /// A client cancels an order by a name that it gave it; `request` names the cancellation, and may
    /// be empty.
    ///
    /// # Errors
    /// Why it was refused; that is reported, too.
    pub fn cancel(
        &mut self,
        now: i64,
        client: u32,
        orig: &str,
        request: &str,
        out: &mut Outcome,
    ) -> Result<u64, Refused> {
        match self.open(client, orig, request) {
            Ok((id, book)) => {
                let resting = self.symbols[book as usize].book.cancel(id);
                let request = (!request.is_empty()).then(|| Arc::<str>::from(request));
                if let Some(name) = &request {
                    self.clients[client as usize].ids.insert(name.clone(), id);
                    self.cancellations.insert(id, name.clone());
                }
                self.cancelled(now, id, request, "", out);
                if let Ok(resting) = resting {
                    self.changed(book, resting.side, resting.tick, out);
                }
                Ok(id)
            }
            Err(why) => Err(self.refuse_change(now, client, orig, request, false, why, out)),
        }
    }

    /// An open order by name, where the request's name is sound; the order's number and its book.
    fn open(&self, client: u32, orig: &str, request: &str) -> Result<(u64, u32), Refused> {
        let order = self.named(client, orig).ok_or(Refused::UnknownOrder)?;
        if !request.is_empty() {
            self.checked_name(client, request)?;
        }
        match (order.status.is_open(), order.book) {
            (true, Some(book)) => Ok((order.id, book)),
            _ => Err(Refused::TooLate),
        }
    }

    /// What an order was before each of its replacements.
    #[must_use]
    pub fn versions(&self, id: u64) -> &[Version] {
        self.versions.get(&id).map_or(&[], Vec::as_slice)
    }

    #[expect(clippy::too_many_arguments)]
    fn refuse_change(
        &mut self,
        now: i64,
        client: u32,
        orig: &str,
        request: &str,
        replace: bool,
        why: Refused,
        out: &mut Outcome,
    ) -> Refused {
        let exec = self.next_exec();
        let order = match self.named(client, orig) {
            Some(order) => Order {
                by_fix: false,
                ..order.clone()
            },
            None => Order::unknown(client, orig, "", now),
        };
        let what = What::CancelRejected {
            why,
            replace,
            request: request.into(),
        };
        out.reports.push(Report {
            exec,
            what,
            order,
            time: now,
        });
        why
    }

    /// A client gives an order another price or quantity. Only a lower quantity at the same price
    /// keeps the order's place in the queue.
    ///
    /// # Errors
    /// Why it was refused; that is reported, too, and the order is as before.
    pub fn replace(
        &mut self,
        now: i64,
        new: &Replacement<'_>,
        out: &mut Outcome,
    ) -> Result<u64, Refused> {
        let (client, orig, request) = (new.client, new.orig, new.cl_ord_id);
        match self.replacement(new) {
            Ok((id, book, tick, lots)) => {
                let Some(order) = self.orders.get_mut(&id) else {
                    return Err(Refused::UnknownOrder);
                };
                let name: Arc<str> = request.into();
                let old = Version {
                    cl_ord_id: std::mem::replace(&mut order.cl_ord_id, name.clone()),
                    tick: order.tick.replace(tick),
                    lots: std::mem::replace(&mut order.lots, lots),
                };
                order.updated = now;
                let (side, kind, left) = (order.side, order.kind, order.left());
                let before = old.tick.unwrap_or(tick);
                self.clients[client as usize].ids.insert(name, id);
                self.report(now, id, What::Replaced(old.cl_ord_id.clone()), out);
                self.versions.entry(id).or_default().push(old);
                let mut fills = std::mem::take(&mut self.fills);
                let symbol = &mut self.symbols[book as usize];
                let ending = symbol.book.replace(id, kind, tick, left, &mut fills);
                if before != tick {
                    self.changed(book, side, before, out);
                }
                self.settle(now, id, ending, &fills, out);
                fills.clear();
                self.fills = fills;
                Ok(id)
            }
            Err(why) => Err(self.refuse_change(now, client, orig, request, true, why, out)),
        }
    }

    /// Report that a replacement is refused for a reason that the caller found.
    pub fn refuse_replacement(
        &mut self,
        now: i64,
        new: &Replacement<'_>,
        why: Refused,
        out: &mut Outcome,
    ) -> Refused {
        self.refuse_change(now, new.client, new.orig, new.cl_ord_id, true, why, out)
    }

    /// The order, its book, its new limit and quantity, where a replacement is possible.
    fn replacement(&self, new: &Replacement<'_>) -> Result<(u64, u32, i64, u64), Refused> {
        self.checked_name(new.client, new.cl_ord_id)?;
        let (id, book) = self.open(new.client, new.orig, "")?;
        let mut order = self.orders.get(&id).ok_or(Refused::UnknownOrder)?.clone();
        let lots = match new.quantity {
            Some(_) => lots(new.quantity)?,
            None => order.lots,
        };
        let tick = match (new.price, order.tick) {
            (None, Some(tick)) => tick,
            (price, _) => self.tick(book, price)?,
        };
        if lots <= order.filled + order.void {
            return Err(Refused::AlreadyTraded);
        }
        order.tick = Some(tick);
        if order.kind == Kind::PostOnly && self.would_trade(&order) {
            return Err(Refused::WouldTrade);
        }
        Ok((id, book, tick, lots))
    }

    /// Report the state of an order to the client that asks.
    ///
    /// # Errors
    /// [`Refused::UnknownOrder`]; nothing is reported then.
    pub fn status(
        &self,
        now: i64,
        client: u32,
        cl_ord_id: &str,
        out: &mut Outcome,
    ) -> Result<(), Refused> {
        let order = self.named(client, cl_ord_id).ok_or(Refused::UnknownOrder)?;
        out.reports.push(Report {
            exec: 0,
            what: What::State,
            order: order.clone(),
            time: now,
        });
        Ok(())
    }

    pub(super) fn next_exec(&mut self) -> u64 {
        self.last_exec += 1;
        self.last_exec
    }

    pub(super) fn report(&mut self, now: i64, id: u64, what: What, out: &mut Outcome) {
        let exec = self.next_exec();
        if let Some(order) = self.orders.get(&id) {
            out.reports.push(Report {
                exec,
                what,
                order: order.clone(),
                time: now,
            });
        }
    }

    /// An order is over; the client's oldest of those is forgotten where there are too many.
    fn close(&mut self, id: u64) {
        let Some(order) = self.orders.get(&id) else {
            return;
        };
        let client = &mut self.clients[order.client as usize];
        client.closed.push_back(id);
        if client.closed.len() > self.limits.kept
            && let Some(oldest) = client.closed.pop_front()
            && let Some(order) = self.orders.remove(&oldest)
        {
            client.ids.remove(&order.cl_ord_id);
            for version in self.versions.remove(&oldest).unwrap_or_default() {
                client.ids.remove(&version.cl_ord_id);
            }
            if let Some(name) = self.cancellations.remove(&oldest) {
                client.ids.remove(&name);
            }
        }
    }
}

fn lots(quantity: Option<Decimal>) -> Result<u64, Refused> {
    let one = Decimal {
        mantissa: 1,
        scale: 0,
    };
    let lots = quantity
        .and_then(|quantity| quantity.units_of(one))
        .unwrap_or(0);
    match u64::try_from(lots) {
        Ok(lots) if (1..=MAX_ORDER_LOTS).contains(&lots) => Ok(lots),
        _ => Err(Refused::Quantity),
    }
}
