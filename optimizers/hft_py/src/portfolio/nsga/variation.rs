//! Selection and variation of portfolios: tournaments, blends, moves of weight, repair.

use super::Population;
use crate::rng::Stream;

/// Bounds of the weights.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    /// Lower bound of each weight.
    pub lower: &'a [f64],
    /// Upper bound of each weight.
    pub upper: &'a [f64],
    /// The total of the weights; or, where they may be negative, of their sizes at most.
    pub total: f64,
    /// Whether weights may be negative.
    pub long_short: bool,
}

/// Uniform numbers that a pair of children takes.
const DRAWS: usize = 17;
/// Moves of weight that a child gets, and the share of them that move nothing.
const MOVES: usize = 2;
const STILL: f64 = 0.3;
/// Blends go so far beyond the parents.
const BEYOND: f64 = 0.5;

/// As many children as there are portfolios, repaired, pair by pair.
pub fn children(now: &Population, limits: &Limits<'_>, d: usize, draws: &mut Stream) -> Vec<f64> {
    let size = now.standing.len();
    let place = |u: f64| ((u * size as f64) as usize).min(size - 1);
    let mut made = Vec::with_capacity(size * d);
    let mut u = [0.0; DRAWS];
    for _ in 0..size / 2 {
        draws.uniforms(&mut u);
        let pick = |first: f64, second: f64| {
            let (a, b) = (place(first), place(second));
            let (one, other) = (&now.standing[a], &now.standing[b]);
            let wins =
                one.rank < other.rank || (one.rank == other.rank && one.crowding >= other.crowding);
            let chosen = if wins { a } else { b };
            &now.weights[chosen * d..(chosen + 1) * d]
        };
        let (mother, father) = (pick(u[0], u[1]), pick(u[2], u[3]));
        let part = u[4] * (1.0 + 2.0 * BEYOND) - BEYOND;
        for (child, (a, b)) in [(mother, father), (father, mother)].into_iter().enumerate() {
            let first = made.len();
            made.extend(a.iter().zip(b).map(|(x, y)| x + part * (y - x)));
            let own = &mut made[first..];
            repair(limits, own);
            for moves in u[5 + 3 * MOVES * child..][..3 * MOVES].chunks_exact(3) {
                transfer(limits, own, moves);
            }
            repair(limits, own);
        }
    }
    made
}

/// Move a part of a weight, chosen in proportion to its size, to another place.
fn transfer(limits: &Limits<'_>, weights: &mut [f64], u: &[f64]) {
    if u[2] < STILL {
        return;
    }
    let d = weights.len();
    let goal = u[0] * weights.iter().map(|w| w.abs()).sum::<f64>();
    let mut sum = 0.0;
    let from = weights.iter().position(|w| {
        sum += w.abs();
        sum >= goal
    });
    let signs = if limits.long_short { 2 } else { 1 };
    let to = ((u[1] * (signs * d) as f64) as usize).min(signs * d - 1);
    let from = from.unwrap_or(d - 1);
    let amount = weights[from] * (u[2] - STILL) / (1.0 - STILL);
    weights[from] -= amount;
    weights[to % d] += if to < d { amount } else { -amount };
}

/// The nearest weights within the bounds, of the total asked for.
///
/// Long-short weights are cut to their bounds and scaled down to the total of their sizes.
pub fn repair(limits: &Limits<'_>, weights: &mut [f64]) {
    let bounds = || limits.lower.iter().zip(limits.upper);
    if limits.long_short {
        for (w, (low, high)) in weights.iter_mut().zip(bounds()) {
            *w = w.max(*low).min(*high);
        }
        let gross: f64 = weights.iter().map(|w| w.abs()).sum();
        if gross > limits.total {
            weights.iter_mut().for_each(|w| *w *= limits.total / gross);
        }
        return;
    }
    let inside = weights
        .iter()
        .zip(bounds())
        .all(|(w, (low, high))| low <= w && w <= high);
    if inside && (weights.iter().sum::<f64>() - limits.total).abs() <= 1e-13 {
        return;
    }
    let (mut left, mut right) = (f64::INFINITY, f64::NEG_INFINITY);
    for (w, (low, high)) in weights.iter().zip(bounds()) {
        (left, right) = (left.min(w - high), right.max(w - low));
    }
    // Newton's step is exact once it knows which weights lie between their bounds.
    let mut shift = (weights.iter().sum::<f64>() - limits.total) / weights.len() as f64;
    for _ in 0..100 {
        if !(left < shift && shift < right) {
            shift = 0.5 * (left + right);
        }
        let (mut sum, mut between) = (0.0, 0.0);
        for (w, (low, high)) in weights.iter().zip(bounds()) {
            let moved = w - shift;
            sum += moved.max(*low).min(*high);
            between += f64::from(u8::from(*low < moved && moved < *high));
        }
        let over = sum - limits.total;
        if over > 0.0 {
            left = shift;
        } else {
            right = shift;
        }
        if over.abs() <= 1e-15 || right - left <= f64::EPSILON * right.abs() {
            break;
        }
        shift += over / between;
    }
    for (w, (low, high)) in weights.iter_mut().zip(bounds()) {
        *w = (*w - shift).max(*low).min(*high);
    }
}
