//! Arbitrary bytes as events: refused, or applied to the ring and to a tree alike.
#![no_main]

use hft_orderbook::{BTreeMapBook, Book, Crossing, Event, FeedState, RingBook, Side, apply};
use libfuzzer_sys::fuzz_target;

/// 13 bytes an event: prices near one another half of the time, so that levels meet.
fn event(bytes: &[u8]) -> Option<Event> {
    let (head, rest) = bytes.split_first_chunk::<5>()?;
    let number = i64::from_le_bytes(rest.get(..8)?.try_into().ok()?);
    let tick = if head[0] & 1 == 0 {
        number
    } else {
        number % 10_000
    };
    let lots = match head[1] & 3 {
        0 => 0,
        1 => i64::from(head[2]),
        2 => i64::from(u32::MAX) - 1 + i64::from(head[2] & 3),
        _ => number,
    };
    Some(Event {
        tick,
        lots,
        kind: if head[3] < 200 { 0 } else { head[3] % 5 },
        side: head[4] % 9 / 4,
        flags: head[0] >> 7,
        ..Event::default()
    })
}

fuzz_target!(|data: &[u8]| {
    let events: Vec<Event> = data.chunks_exact(13).filter_map(event).collect();
    for crossing in [Crossing::Mark, Crossing::Trim] {
        let (mut ring, mut tree) = (RingBook::default(), BTreeMapBook::default());
        let (mut one, mut other) = (FeedState::new(crossing), FeedState::new(crossing));
        for batch in events.chunks(7) {
            let applied = apply(&mut ring, batch, &mut one);
            assert_eq!(applied, apply(&mut tree, batch, &mut other));
            for side in Side::BOTH {
                assert_eq!(ring.depth(side), tree.depth(side));
                assert_eq!(ring.best(side), tree.best(side));
            }
        }
    }
});
