//! The simulation that the published figures were measured on, from its description.

use super::{Random, reserve};
use crate::{Error, Event, Side};
use std::ops::Range;

/// Standard deviation of the mid's move between two messages in ticks: 0.6 a day, at ten
/// messages a second, times ten.
const STEP: f64 = 0.6 / 929.516 * 10.0;

/// `levels` a side, all of them redrawn by each of `messages` after the opening one.
///
/// The spread is normal around 2 ticks and lies within 1 to 5, quantities are lognormal and
/// decay by 0.92 a level. A message is the difference of two books as hash tables give it:
/// what was there, bids then asks, in no order within a side; then what is new.
///
/// # Panics
/// Where [`try_published`] gives an error.
#[must_use]
pub fn published(seed: u64, messages: usize, levels: u32) -> Vec<Event> {
    try_published(seed, messages, levels).expect("fewer events than flow::MAX_EVENTS")
}

/// As [`published`], for unchecked sizes.
///
/// # Errors
/// Those of [`reserve`], for at most four times `levels` events a message.
pub fn try_published(seed: u64, messages: usize, levels: u32) -> Result<Vec<Event>, Error> {
    let most = (messages as u128 + 1) * 4 * u128::from(levels);
    let mut out = reserve("4 * (messages + 1) * levels", most)?;
    let mut random = Random(seed);
    let mut mid = 650_000.0;
    let mut bands = [0..0, 0..0];
    for message in 0..=messages as u64 {
        mid += STEP * random.normal();
        let now = bands_around(mid.round() as i64, i64::from(levels), &mut random);
        let first = out.len();
        for known in [true, false] {
            for side in Side::BOTH {
                let (old, new) = (&bands[side as usize], &now[side as usize]);
                let mut ticks: Vec<i64> = if known {
                    old.clone().collect()
                } else {
                    new.clone().filter(|tick| !old.contains(tick)).collect()
                };
                random.shuffle(&mut ticks);
                out.extend(ticks.into_iter().map(|tick| {
                    let lots = if new.contains(&tick) {
                        quantity(&mut random, distance(side, new, tick))
                    } else {
                        0
                    };
                    Event::set(side, tick, lots)
                }));
            }
        }
        bands = now;
        for event in &mut out[first..] {
            *event = event.stamped(message as i64 * 100_000_000, message);
        }
        if let Some(event) = out.last_mut() {
            *event = event.last();
        }
    }
    Ok(out)
}

/// Ticks of both sides that have a level.
fn bands_around(mid: i64, levels: i64, random: &mut Random) -> [Range<i64>; 2] {
    let spread = (2.0 + 0.8 * random.normal()).round().clamp(1.0, 5.0) as i64;
    let bid = mid - spread / 2;
    let ask = bid + spread;
    [bid - levels + 1..bid + 1, ask..ask + levels]
}

/// Levels between a tick of a band and the best.
fn distance(side: Side, band: &Range<i64>, tick: i64) -> i64 {
    match side {
        Side::Bid => band.end - 1 - tick,
        Side::Ask => tick - band.start,
    }
}

/// Lots of a thousandth.
fn quantity(random: &mut Random, distance: i64) -> i64 {
    let size = (-1.2 + 0.6 * random.normal()).exp() * 0.92f64.powi(distance as i32);
    ((size * 1_000.0) as i64).max(1)
}
