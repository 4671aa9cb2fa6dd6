//! The venue by FIX: what each request is answered with. Every answer is validated by the dictionary.
#![allow(missing_docs)]

use hft_py::fix::application::{Application, Replies};
use hft_py::fix::codec::{DataTags, Decimal, Encoder, Message};
use hft_py::fix::dictionary::{Checks, Dictionary};
use hft_py::fix::session::SessionId;
use hft_py::venue::gateway::Gateway;
use hft_py::venue::{Desk, Exchange, Limits};
use std::sync::Arc;

const NOW: i64 = 1_700_000_000_000_000_000;

struct Venue {
    desk: Arc<Desk>,
    gateway: Gateway,
}

/// An answer: to whom, and the message.
type Answer = (String, Message);

fn fields(text: &str) -> Vec<(u32, &str)> {
    let pairs = text.split('|').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (tag, value) = pair.split_once('=').expect("tag=value");
            (tag.parse().expect("a tag"), value)
        })
        .collect()
}

fn message(msg_type: &[u8], header: &[(u32, &str)], body: &[(u32, &[u8])]) -> Message {
    let mut encoder = Encoder::new();
    encoder.start(b"FIX.4.2", msg_type);
    for (tag, value) in header {
        encoder.field(*tag, value.as_bytes());
    }
    for (tag, value) in body {
        encoder.field(*tag, value);
    }
    Message::parse(encoder.finish(), &DataTags::new(&[])).expect("a sound message")
}

const HEADER: [(u32, &str); 4] = [(34, "7"), (49, "A"), (52, "20231114-22:13:20"), (56, "B")];

impl Venue {
    fn new() -> Self {
        let mut exchange = Exchange::new(Limits::default());
        let cent = Decimal {
            mantissa: 1,
            scale: 2,
        };
        exchange.add_symbol("AAPL", cent).expect("a new symbol");
        let desk = Arc::new(Desk::new(exchange));
        let gateway = Gateway::new(desk.clone(), || NOW);
        Self { desk, gateway }
    }

    fn answers(&mut self, act: impl FnOnce(&mut Gateway, &mut Replies)) -> Vec<Answer> {
        let mut replies = Replies::new();
        act(&mut self.gateway, &mut replies);
        let mut answers = Vec::new();
        replies.drain(|to, msg_type, body| {
            let answer = message(msg_type, &HEADER, body);
            let checked = Dictionary::fix42().validate(answer.as_view(), &Checks::default());
            assert!(checked.is_ok(), "{checked:?}: {answer:?}");
            answers.push((to.target.clone(), answer));
        });
        answers
    }

    /// What `client` gets, and what others get, for a message of that type.
    fn send(&mut self, client: &str, msg_type: &str, text: &str) -> Vec<Answer> {
        let body = fields(text);
        let body: Vec<(u32, &[u8])> = body.iter().map(|(t, v)| (*t, v.as_bytes())).collect();
        let message = message(msg_type.as_bytes(), &HEADER, &body);
        let session = SessionId::new("VENUE", client);
        self.answers(|gateway, replies| gateway.on_message(&session, &message, replies))
    }
}

/// Whether an answer has these fields.
fn has((to, message): &Answer, client: &str, expected: &str) {
    assert_eq!(to, client, "{message:?}");
    for (tag, value) in fields(expected) {
        assert_eq!(
            message.as_view().text(tag),
            Some(value),
            "{tag} of {message:?}"
        );
    }
}

fn order(name: &str, side: u8, lots: u32, price: &str, more: &str) -> String {
    format!(
        "11={name}|21=1|55=AAPL|54={side}|60=20231114-22:13:20|38={lots}|40=2|44={price}|{more}"
    )
}

#[test]
fn an_order_rests_and_both_sides_hear_of_the_trade() {
    let mut venue = Venue::new();
    let first = venue.send("BUYER", "D", &order("b1", 1, 100, "10.02", ""));
    assert_eq!(first.len(), 1);
    has(
        &first[0],
        "BUYER",
        "35=8|11=b1|20=0|150=0|39=0|151=100|14=0|6=0|44=10.02|59=0",
    );
    let trade = venue.send("SELLER", "D", &order("s1", 2, 60, "10", "59=3"));
    assert_eq!(trade.len(), 3);
    has(&trade[0], "SELLER", "11=s1|150=0|39=0|59=3");
    has(
        &trade[1],
        "BUYER",
        "11=b1|150=1|39=1|32=60|31=10.02|151=40|14=60|6=10.02",
    );
    has(
        &trade[2],
        "SELLER",
        "11=s1|150=2|39=2|32=60|31=10.02|151=0|14=60",
    );
    let ids: Vec<_> = trade.iter().map(|(_, m)| m.as_view().int(17)).collect();
    assert_eq!(ids, [Some(2), Some(3), Some(4)]);
}

#[test]
fn refusals_have_a_reason_and_disturb_nothing() {
    let mut venue = Venue::new();
    let cases = [
        (order("1", 1, 100, "10.001", ""), "103=0"),
        (order("2", 1, 0, "10", ""), "103=0"),
        (
            order("3", 1, 100, "10", "").replace("AAPL", "NONE"),
            "103=1|55=NONE",
        ),
        (
            order("4", 1, 100, "10", "").replace("40=2", "40=3"),
            "103=0",
        ),
        (order("5", 3, 100, "10", ""), "103=0"),
        (order("6", 1, 100, "10", "59=2"), "103=0"),
        (order("7", 1, 100, "-1", ""), "103=0"),
        (
            order("8", 1, 100, "10", "").replace("38=100", "38=1.5"),
            "103=0",
        ),
        (order("9", 1, 100, "10", "").replace("44=10|", ""), "103=0"),
        (order(&"x".repeat(65), 1, 100, "10", ""), "103=0"),
        // What the venue does not offer is refused, not left out.
        (order("10", 1, 100, "10", "110=50"), "103=0"),
        (order("11", 1, 100, "10", "111=10"), "103=0"),
        (order("12", 1, 100, "10", "99=9"), "103=0"),
        (order("13", 1, 100, "10", "211=1"), "103=0"),
    ];
    for (request, expected) in cases {
        let answers = venue.send("C", "D", &request);
        assert_eq!(answers.len(), 1, "{request}");
        has(
            &answers[0],
            "C",
            &format!("35=8|150=8|39=8|151=0|14=0|{expected}"),
        );
        assert!(answers[0].1.as_view().get(58).is_some(), "{request}");
    }
    assert!(
        venue.desk.lock().exchange.symbols()[0]
            .book
            .orders()
            .is_empty()
    );
}

#[test]
fn a_name_is_used_once_unless_it_is_a_possible_resend() {
    let mut venue = Venue::new();
    venue.send("C", "D", &order("1", 1, 100, "10", ""));
    let again = venue.send("C", "D", &order("1", 1, 100, "10", ""));
    has(&again[0], "C", "150=8|39=8|103=6");
    let resent = venue.send("C", "D", &format!("97=Y|{}", order("1", 1, 100, "10", "")));
    assert_eq!(resent.len(), 1);
    has(&resent[0], "C", "20=3|150=0|39=0|11=1|151=100|17=0");
    let other = venue.send("OTHER", "D", &order("1", 1, 100, "9", ""));
    has(&other[0], "OTHER", "150=0|39=0");
    assert_eq!(
        venue.desk.lock().exchange.symbols()[0].book.orders().len(),
        2
    );
}

#[test]
fn cancel_and_replace_follow_the_names() {
    let mut venue = Venue::new();
    venue.send("C", "D", &order("1", 1, 100, "10", ""));
    let replaced = venue.send("C", "G", &order("2", 1, 120, "10.01", "41=1"));
    assert_eq!(replaced.len(), 1);
    has(
        &replaced[0],
        "C",
        "35=8|11=2|41=1|150=5|39=5|38=120|44=10.01|151=120",
    );
    let changed = venue.send("C", "G", &order("3", 2, 120, "10.01", "41=2"));
    has(&changed[0], "C", "35=9|11=3|41=2|434=2|102=2|39=0");
    let market = order("3", 1, 120, "10.01", "41=2").replace("40=2", "40=1");
    let changed = venue.send("C", "G", &market);
    has(&changed[0], "C", "35=9|11=3|41=2|434=2|102=2|39=0");
    let cancel = "41=2|11=4|55=AAPL|54=1|60=20231114-22:13:20";
    let cancelled = venue.send("C", "F", cancel);
    has(&cancelled[0], "C", "35=8|11=4|41=2|150=4|39=4|151=0");
    let late = venue.send("C", "F", &cancel.replace("11=4", "11=5"));
    has(&late[0], "C", "35=9|11=5|41=2|434=1|102=0|39=4");
    let unknown = venue.send("D", "F", cancel);
    has(&unknown[0], "D", "35=9|37=NONE|11=4|41=2|102=1|39=8");
}

#[test]
fn the_state_of_an_order_can_be_asked_for() {
    let mut venue = Venue::new();
    venue.send("C", "D", &order("1", 1, 100, "10", ""));
    has(
        &venue.send("C", "H", "11=1|55=AAPL|54=1")[0],
        "C",
        "35=8|20=3|150=0|39=0|11=1",
    );
    has(
        &venue.send("C", "H", "11=9|55=AAPL|54=1")[0],
        "C",
        "35=8|20=3|150=8|39=8|103=5|37=NONE",
    );
}

#[test]
fn other_messages_are_unsupported() {
    let answers = Venue::new().send("C", "Q", "37=1|17=1|127=A");
    has(
        &answers[0],
        "C",
        "35=j|45=7|372=Q|380=3|58=Unsupported Message Type",
    );
}

#[test]
fn trades_are_busted_and_corrected() {
    let mut venue = Venue::new();
    venue.send("B", "D", &order("b", 1, 100, "10", ""));
    venue.send("S", "D", &order("s", 2, 100, "10", ""));
    venue.send("S", "D", &order("s2", 2, 5, "11", ""));
    venue.send("B", "D", &order("b2", 1, 5, "11", ""));
    let desk = venue.desk.clone();
    desk.act(|exchange, out| exchange.correct(NOW, 1, 999, 100, out))
        .expect("a trade");
    desk.act(|exchange, out| exchange.bust(NOW, 2, out))
        .expect("a trade");
    assert!(
        desk.act(|exchange, out| exchange.bust(NOW, 2, out))
            .is_err()
    );
    let told = venue.answers(|gateway, replies| gateway.on_resume(replies));
    assert_eq!(told.len(), 4);
    has(
        &told[0],
        "B",
        "11=b|20=2|19=3|150=2|39=2|32=100|31=9.99|14=100|6=9.99",
    );
    has(&told[1], "S", "11=s|20=2|19=4|150=2|39=2|31=9.99");
    has(
        &told[2],
        "S",
        "11=s2|20=1|150=4|39=4|32=5|31=11|14=0|6=0|151=0",
    );
    has(&told[3], "B", "11=b2|20=1|150=4|39=4");
    let state = desk.lock();
    let cash: Vec<i128> = state.exchange.clients().iter().map(|c| c.cash).collect();
    let start = Limits::default().cash;
    assert_eq!(cash, [start - 999_000_000_000, start + 999_000_000_000]);
}

#[test]
fn market_data_is_a_snapshot_and_then_what_changes() {
    let mut venue = Venue::new();
    venue.send("B", "D", &order("b", 1, 100, "10", ""));
    let asked = "262=r|263=1|264=0|265=1|267=3|269=0|269=1|269=2|146=1|55=AAPL";
    let snapshot = venue.send("M", "V", asked);
    has(
        &snapshot[0],
        "M",
        "35=W|262=r|55=AAPL|268=1|269=0|270=10|271=100",
    );
    has(&venue.send("M", "V", asked)[0], "M", "35=Y|262=r|281=1");
    let told = venue.send("B", "D", &order("b2", 1, 100, "9.99", ""));
    has(
        &told[1],
        "M",
        "35=X|262=r|268=1|279=0|269=0|270=9.99|271=100",
    );
    let told = venue.send("S", "D", &order("s", 2, 150, "9.99", ""));
    let (_, update) = told.last().expect("an update");
    let shown = format!("{update:?}");
    for part in [
        "279=2|269=0|55=AAPL|270=10|",
        "279=1|269=0|55=AAPL|270=9.99|271=50",
        "269=2|55=AAPL|270=10|271=100",
        "268=4",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(
        venue
            .send("M", "V", &asked.replace("263=1", "263=2"))
            .is_empty()
    );
    assert_eq!(venue.send("S", "D", &order("s3", 2, 1, "12", "")).len(), 1);
    let unknown = venue.send("M", "V", &asked.replace("AAPL", "NONE"));
    has(&unknown[0], "M", "35=Y|281=0");
}

#[test]
fn the_best_level_is_sent_whenever_it_changes_and_not_else() {
    let mut venue = Venue::new();
    venue.send("B", "D", &order("b", 1, 100, "10", ""));
    venue.send(
        "M",
        "V",
        "262=r|263=1|264=1|265=0|267=2|269=0|269=1|146=1|55=AAPL",
    );
    assert_eq!(
        venue.send("B", "D", &order("b2", 1, 100, "9.99", "")).len(),
        1
    );
    let told = venue.send("B", "D", &order("b3", 1, 1, "10.01", ""));
    has(&told[1], "M", "35=W|268=1|270=10.01|271=1");
}
