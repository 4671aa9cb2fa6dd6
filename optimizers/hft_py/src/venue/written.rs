//! Reports as fields of FIX 4.2.

use super::report::{Order, Refused, Report, Status, What};
use super::{Exchange, Kind, Side};
use crate::fix::application::Replies;
use crate::fix::codec::write_time;
use crate::fix::session::SessionId;

/// The fields of a message that is being written; the buffers are kept.
#[derive(Debug, Default)]
pub(super) struct Body {
    fields: Vec<(u32, usize, usize)>,
    bytes: Vec<u8>,
}

impl Body {
    /// Start a message.
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.bytes.clear();
    }

    /// A field.
    pub(super) fn put(&mut self, tag: u32, value: impl AsRef<[u8]>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value.as_ref());
        self.fields.push((tag, start, self.bytes.len()));
    }

    /// A whole number.
    pub(super) fn int(&mut self, tag: u32, value: u64) {
        use std::io::Write;
        let start = self.bytes.len();
        // Writing to a Vec cannot fail.
        let _ = write!(self.bytes, "{value}");
        self.fields.push((tag, start, self.bytes.len()));
    }

    /// An amount of billionths as a decimal number.
    pub(super) fn money(&mut self, tag: u32, billionths: i128) {
        self.put(tag, money(billionths));
    }

    /// Hand the message over.
    pub(super) fn send(&self, to: &SessionId, msg_type: &[u8], out: &mut Replies) {
        let mut fields: [(u32, &[u8]); 32] = [(0, b""); 32];
        let views = self
            .fields
            .iter()
            .map(|&(tag, a, b)| (tag, &self.bytes[a..b]));
        if self.fields.len() <= fields.len() {
            for (place, field) in fields.iter_mut().zip(views) {
                *place = field;
            }
            out.send(to, msg_type, &fields[..self.fields.len()]);
        } else {
            out.send(to, msg_type, &views.collect::<Vec<_>>());
        }
    }

    /// What the message says, to compare it with another.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Billionths as a decimal number without needless zeros.
#[must_use]
pub(super) fn money(billionths: i128) -> String {
    let sign = if billionths < 0 { "-" } else { "" };
    let units = billionths.unsigned_abs();
    let (whole, rest) = (units / 1_000_000_000, units % 1_000_000_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let decimals = format!("{rest:09}");
    format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
}

/// The average price of what an order traded, in billionths, to the nearest.
pub(super) fn average(order: &Order, unit: i128) -> i128 {
    let filled = i128::from(order.filled);
    match filled {
        0 => 0,
        _ => (2 * order.value * unit + filled) / (2 * filled),
    }
}

fn ord_status(order: &Order, what: &What) -> &'static [u8] {
    match order.status {
        Status::New if matches!(what, What::Replaced(_)) => b"5",
        Status::New => b"0",
        Status::PartiallyFilled => b"1",
        Status::Filled => b"2",
        Status::Cancelled => b"4",
        Status::Rejected => b"8",
    }
}

/// OrdRejReason (103).
const fn ord_rej_reason(why: Refused) -> &'static [u8] {
    match why {
        Refused::UnknownSymbol => b"1",
        Refused::UnknownOrder => b"5",
        Refused::Duplicate => b"6",
        _ => b"0",
    }
}

/// CxlRejReason (102).
const fn cxl_rej_reason(why: Refused) -> &'static [u8] {
    match why {
        Refused::TooLate => b"0",
        Refused::UnknownOrder => b"1",
        _ => b"2",
    }
}

fn order_id(body: &mut Body, order: &Order) {
    match order.id {
        0 => body.put(37, b"NONE"),
        id => body.int(37, id),
    }
}

/// The side as FIX writes it.
pub(super) const fn side(side: Side) -> &'static [u8] {
    match side {
        Side::Bid => b"1",
        Side::Ask => b"2",
    }
}

/// Write a report, and say its message type.
pub(super) fn report(report: &Report, exchange: &Exchange, body: &mut Body) -> &'static [u8] {
    body.clear();
    let (order, what) = (&report.order, &report.what);
    if let What::CancelRejected {
        why,
        replace,
        request,
    } = what
    {
        order_id(body, order);
        body.put(11, request.as_bytes());
        body.put(41, order.cl_ord_id.as_bytes());
        body.put(39, ord_status(order, what));
        body.put(434, if *replace { b"2" } else { b"1" });
        body.put(102, cxl_rej_reason(*why));
        body.put(58, why.text());
        body.put(60, write_time(report.time));
        return b"9";
    }
    let unit = order
        .book
        .map_or(1, |book| exchange.symbols()[book as usize].unit);
    order_id(body, order);
    match what {
        What::Cancelled(Some(request)) => {
            body.put(11, request.as_bytes());
            body.put(41, order.cl_ord_id.as_bytes());
        }
        What::Replaced(orig) => {
            body.put(11, order.cl_ord_id.as_bytes());
            body.put(41, orig.as_bytes());
        }
        _ => body.put(11, order.cl_ord_id.as_bytes()),
    }
    body.int(17, report.exec);
    let status = ord_status(order, what);
    let trade = match order.status {
        Status::Filled => b"2",
        _ => b"1",
    };
    let (trans, exec_type): (&[u8], &[u8]) = match what {
        What::New => (b"0", b"0"),
        What::Trade { .. } => (b"0", trade),
        What::Cancelled(_) => (b"0", b"4"),
        What::Replaced(_) => (b"0", b"5"),
        // Only a question about an order meets one that is not known.
        What::Rejected(Refused::UnknownOrder) => (b"3", b"8"),
        What::Rejected(_) | What::CancelRejected { .. } => (b"0", b"8"),
        What::Busted { .. } => (b"1", status),
        What::Corrected { .. } => (b"2", status),
        What::State => (b"3", status),
    };
    body.put(20, trans);
    if let What::Busted { reference, .. } | What::Corrected { reference, .. } = what {
        body.int(19, *reference);
    }
    body.put(150, exec_type);
    body.put(39, status);
    if let What::Rejected(why) = what {
        body.put(103, ord_rej_reason(*why));
    }
    body.put(55, order.symbol.as_bytes());
    body.put(54, side(order.side));
    body.int(38, order.lots);
    let ord_type: &[u8] = match order.kind {
        Kind::Market => b"1",
        _ => b"2",
    };
    body.put(40, ord_type);
    if let Some(tick) = order.tick {
        body.money(44, i128::from(tick) * unit);
    }
    body.put(59, [order.in_force]);
    if let What::Trade { tick, lots, .. }
    | What::Busted { tick, lots, .. }
    | What::Corrected { tick, lots, .. } = what
    {
        body.int(32, *lots);
        body.money(31, i128::from(*tick) * unit);
    }
    body.int(151, order.left());
    body.int(14, order.filled);
    body.money(6, average(order, unit));
    if !order.text.is_empty() {
        body.put(58, order.text);
    }
    body.put(60, write_time(report.time));
    b"8"
}
