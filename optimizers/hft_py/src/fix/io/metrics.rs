//! Metrics of an engine as Prometheus reads them.

use super::slot::Slot;
use crate::fix::session::{State, Status};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts that belong to no session.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) accepted: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) wake_ups: AtomicU64,
}

/// Name, kind, help.
type Family = (&'static str, &'static str, &'static str);
type Read = fn(&Slot, &Status, usize) -> u64;

const FAMILIES: [(Family, Read); 16] = [
    (
        ("logged_on", "gauge", "1 while both sides are logged on"),
        |_, status, _| u64::from(status.state == State::LoggedOn),
    ),
    (
        ("next_in", "gauge", "Number of the next message expected"),
        |_, status, _| status.next_in.into(),
    ),
    (
        ("next_out", "gauge", "Number of the next message to send"),
        |_, status, _| status.next_out.into(),
    ),
    (
        (
            "missing_messages",
            "gauge",
            "Messages missing from the peer",
        ),
        |_, status, _| {
            status
                .gap
                .map_or(0, |(from, to)| u64::from(to.saturating_sub(from)) + 1)
        },
    ),
    (
        (
            "pending_bytes",
            "gauge",
            "Bytes that wait for a gap to close",
        ),
        |_, status, _| status.pending as u64,
    ),
    (
        (
            "unsent_bytes",
            "gauge",
            "Bytes that wait for the peer to read",
        ),
        |_, _, unsent| unsent as u64,
    ),
    (
        ("received_messages_total", "counter", "Messages received"),
        |_, status, _| status.counts.received,
    ),
    (
        ("sent_messages_total", "counter", "Messages sent"),
        |_, status, _| status.counts.sent,
    ),
    (
        ("resent_messages_total", "counter", "Messages sent again"),
        |_, status, _| status.counts.resent,
    ),
    (
        ("garbled_total", "counter", "Times that bytes were ignored"),
        |_, status, _| status.counts.garbled,
    ),
    (
        (
            "refused_messages_total",
            "counter",
            "Messages of the peer refused",
        ),
        |_, status, _| status.counts.refused,
    ),
    (
        (
            "rejected_messages_total",
            "counter",
            "Messages the peer refused",
        ),
        |_, status, _| status.counts.rejected,
    ),
    (
        ("received_bytes_total", "counter", "Bytes received"),
        |slot, _, _| slot.traffic.bytes_in.load(Ordering::Relaxed),
    ),
    (
        ("sent_bytes_total", "counter", "Bytes sent"),
        |slot, _, _| slot.traffic.bytes_out.load(Ordering::Relaxed),
    ),
    (
        ("connections_total", "counter", "Connections made"),
        |slot, _, _| slot.traffic.connections.load(Ordering::Relaxed),
    ),
    (
        (
            "failed_connections_total",
            "counter",
            "Attempts to connect that failed",
        ),
        |slot, _, _| slot.traffic.failed_connections.load(Ordering::Relaxed),
    ),
];

/// The text for Prometheus, version 0.0.4.
pub(super) fn text(slots: &[Arc<Slot>], totals: &Totals) -> String {
    let seen: Vec<_> = slots
        .iter()
        .map(|slot| {
            let state = slot.lock();
            let unsent = state
                .connection
                .as_ref()
                .map_or(0, |connection| connection.unsent());
            (slot, labels(slot), state.session.status(), unsent)
        })
        .collect();
    let mut text = String::new();
    for ((name, kind, help), read) in FAMILIES {
        head(&mut text, name, kind, help);
        for (slot, labels, status, unsent) in &seen {
            let value = read(slot, status, *unsent);
            let _ = writeln!(text, "hft_py_fix_{name}{{{labels}}} {value}");
        }
    }
    for (name, help, value) in [
        (
            "accepted_connections_total",
            "Connections accepted",
            &totals.accepted,
        ),
        (
            "refused_connections_total",
            "Connections closed before a logon",
            &totals.refused,
        ),
        (
            "wake_ups_total",
            "Times that the I/O thread woke up",
            &totals.wake_ups,
        ),
    ] {
        head(&mut text, name, "counter", help);
        let _ = writeln!(text, "hft_py_fix_{name} {}", value.load(Ordering::Relaxed));
    }
    text
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(
        text,
        "# HELP hft_py_fix_{name} {help}.\n# TYPE hft_py_fix_{name} {kind}"
    );
}

fn labels(slot: &Slot) -> String {
    let escaped = |value: &str| {
        value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    };
    format!(
        "begin_string=\"{}\",sender=\"{}\",target=\"{}\"",
        escaped(&slot.id.begin_string),
        escaped(&slot.id.sender),
        escaped(&slot.id.target)
    )
}
