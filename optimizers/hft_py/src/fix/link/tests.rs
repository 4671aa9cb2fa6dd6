use super::*;
use crate::fix::codec::Message;
use crate::fix::dictionary::Dictionary;
use crate::fix::session::{Role, SECOND, SessionId, Settings};
use std::sync::{Arc, Mutex};

/// Answers each order by an acknowledgement, and keeps when messages came.
struct Desk {
    answers: bool,
    seen: Seen,
}

/// ClOrdID and SendingTime.
type Seen = Arc<Mutex<Vec<(String, String)>>>;

impl Application for Desk {
    fn on_message(&mut self, session: &SessionId, message: &Message, replies: &mut Replies) {
        let view = message.as_view();
        let text = |tag| view.text(tag).unwrap_or_default().to_owned();
        self.seen.lock().unwrap().push((text(11), text(52)));
        if self.answers {
            let id = text(11);
            let body: &[(u32, &[u8])] = &[
                (37, b"1"),
                (11, id.as_bytes()),
                (17, b"1"),
                (20, b"0"),
                (150, b"0"),
                (39, b"0"),
                (55, b"AAPL"),
                (54, b"1"),
                (151, b"100"),
                (14, b"0"),
                (6, b"0"),
            ];
            replies.send(session, b"8", body);
        }
    }
}

fn link(latency: [i64; 2], piece: usize) -> (Link, [Seen; 2]) {
    let now = Now {
        utc: 1_767_603_600 * SECOND,
        monotonic: 0,
    };
    let seen = [Seen::default(), Seen::default()];
    let make = |us: &str, them: &str, role, seen: &Seen| {
        let settings = Settings::new(SessionId::new(us, them), role);
        let store = MemoryStore::new(now.utc);
        let desk: Box<dyn Application> = Box::new(Desk {
            answers: role == Role::Acceptor,
            seen: seen.clone(),
        });
        (Session::new(settings, Dictionary::fix42(), store), desk)
    };
    let initiator = make("FUND", "VENUE", Role::Initiator, &seen[0]);
    let acceptor = make("VENUE", "FUND", Role::Acceptor, &seen[1]);
    let mut link = Link::new(initiator, acceptor, now, latency);
    link.set_piece(piece);
    (link, seen)
}

fn order(link: &mut Link, id: &str) {
    let body: &[(u32, &[u8])] = &[
        (11, id.as_bytes()),
        (21, b"1"),
        (55, b"AAPL"),
        (54, b"1"),
        (60, b"20260105-09:00:00"),
        (38, b"100"),
        (40, b"1"),
    ];
    link.send(Side::Initiator, b"D", body).unwrap();
}

/// An order and its acknowledgement take the latency of both directions, however the stream
/// is cut.
#[test]
fn latency_is_that_of_each_direction() {
    for piece in [1, 7, usize::MAX] {
        let (mut link, seen) = link([3_000_000, 2_000_000], piece);
        assert!(link.connect());
        link.advance(4_999_999);
        assert!(!link.session(Side::Initiator).is_logged_on());
        link.advance(1);
        assert!(link.session(Side::Initiator).is_logged_on());
        order(&mut link, "A");
        link.advance(2_000_000);
        let at = "20260105-09:00:00.005".to_owned();
        assert_eq!(*seen[1].lock().unwrap(), [("A".into(), at)]);
        link.advance(2_999_999);
        assert!(seen[0].lock().unwrap().is_empty());
        link.advance(1);
        let at = "20260105-09:00:00.007".to_owned();
        assert_eq!(*seen[0].lock().unwrap(), [("A".into(), at)]);
        assert!(link.take_failed(Side::Acceptor).is_empty());
    }
}

/// Orders sent while the link is cut arrive after the next logon, once and in order.
#[test]
fn nothing_is_lost_by_a_cut() {
    let (mut link, seen) = link([1_000, 1_000], 5);
    link.connect();
    link.advance(SECOND);
    order(&mut link, "A");
    link.cut();
    order(&mut link, "B");
    assert!(link.connect());
    link.advance(SECOND);
    order(&mut link, "C");
    link.advance(SECOND);
    for (side, seen) in Side::BOTH.iter().zip(&seen) {
        let seen = seen.lock().unwrap();
        let ids: Vec<&str> = seen.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["A", "B", "C"], "{side:?}");
    }
    link.log_out(Side::Initiator, "done");
    link.advance(SECOND);
    assert!(
        Side::BOTH
            .iter()
            .all(|&side| !link.session(side).is_connected())
    );
    assert_eq!(link.next_event(), None);
}

/// Sessions on an idle link keep each other alive by heartbeats alone.
#[test]
fn an_idle_link_stays_up() {
    let (mut link, _) = link([1_000_000, 5_000_000], usize::MAX);
    link.connect();
    link.advance(3_600 * SECOND);
    for side in Side::BOTH {
        let status = link.session(side).status();
        assert!(link.session(side).is_logged_on());
        // One Logon and 119 Heartbeats; the last ones are on their way.
        assert_eq!(status.counts.received, 120, "{side:?}");
    }
}
