//! Whole lots that add up: the method of the largest remainder, with a limit for each slice.

/// A share so near below a whole number is meant to be whole; see the Python file of this name.
pub const NEAR: f64 = 1.0 / (1u64 << 30) as f64;
const FRACTION: f64 = 1e6;
/// More than there are slices.
const PLACES: i64 = 1 << 20;
/// Numbers that loops take at once, and so many of them.
pub const BLOCK: usize = 8;
/// See [`BLOCK`].
pub type Block<T> = [T; BLOCK];
/// Slices of so few blocks are ranked without sorting.
const FEW: usize = 2;
/// The limit of a slice that has none.
pub const UNLIMITED: i64 = 1 << 62;

/// The whole part of a number from 0 to 2^51, without the checks of a conversion, which no loop of
/// vectors can make.
#[inline(always)]
pub fn whole_part(x: f64) -> i64 {
    const SHIFT: f64 = (1u64 << 52) as f64; // above it, a float has no fraction
    let shifted = x + SHIFT;
    let nearest = shifted.to_bits() as i64 - SHIFT.to_bits() as i64;
    nearest - i64::from(shifted - SHIFT > x)
}

/// The sum of numbers: eight sums of every eighth, added up by twos.
///
/// One sum has to wait for each addition.
#[inline(always)]
pub fn sum(values: &[f64]) -> f64 {
    let mut s: Block<f64> = [0.0; BLOCK];
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    for block in blocks {
        s = std::array::from_fn(|k| s[k] + block[k]);
    }
    for (s, value) in s.iter_mut().zip(rest) {
        *s += value;
    }
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// What [`apportion`] works in.
#[derive(Debug, Default)]
pub struct Scratch {
    below: Vec<usize>,
    weights: Vec<f64>,
    wanted: Vec<f64>,
    order: Vec<i64>,
}

/// Lots for each slice; the lots that do not fit are returned.
///
/// `weights` are used up: where all slices below their limits have weight zero, they become the
/// limits.
pub fn apportion(
    total: i64,
    weights: &mut [f64],
    limits: &[i64],
    lots: &mut [i64],
    scratch: &mut Scratch,
) -> i64 {
    let capacity = limits
        .iter()
        .fold(0i64, |sum, one| sum.saturating_add(*one));
    if capacity <= total {
        lots.copy_from_slice(limits);
        return total - capacity;
    }
    let Scratch {
        below,
        weights: open,
        wanted,
        order,
    } = scratch;
    wanted.clear();
    wanted.resize(weights.len(), 0.0);
    below.clear();
    below.extend(0..weights.len());
    let mut left = total;
    loop {
        let mut whole = sum_of(below, weights, open);
        if whole <= 0.0 {
            below.iter().for_each(|&k| weights[k] = limits[k] as f64);
            whole = sum_of(below, weights, open);
        }
        let now = left;
        let count = below.len();
        below.retain(|&k| {
            wanted[k] = now as f64 * (weights[k] / whole);
            let full = wanted[k] + NEAR >= limits[k] as f64;
            if full {
                lots[k] = limits[k];
                left -= limits[k];
            }
            !full
        });
        if below.len() == count {
            break;
        }
    }
    order.clear();
    for &k in below.iter() {
        lots[k] = (wanted[k] + NEAR) as i64;
        left -= lots[k];
        order.push(key(wanted[k], lots[k], k));
    }
    round_up(left, lots, order);
    0
}

/// The sum of the weights of some slices.
fn sum_of(slices: &[usize], weights: &[f64], open: &mut Vec<f64>) -> f64 {
    open.clear();
    open.extend(slices.iter().map(|&k| weights[k]));
    sum(open)
}

/// Lots in proportion to `weights`, which add up to `whole`, more than 0.
///
/// Weights beyond the last slice are 0, and so are lots: they have no fraction, and come last.
/// `keys` are what the slices are ranked by, as many blocks.
#[inline(always)]
pub fn share_out(
    total: i64,
    weights: &[Block<f64>],
    whole: f64,
    lots: &mut [Block<i64>],
    keys: &mut [Block<i64>],
) {
    let mut left = total;
    for (b, ((lots, weights), keys)) in lots
        .iter_mut()
        .zip(weights)
        .zip(keys.iter_mut())
        .enumerate()
    {
        let wanted: Block<f64> = std::array::from_fn(|k| total as f64 * (weights[k] / whole));
        *lots = std::array::from_fn(|k| whole_part(wanted[k] + NEAR));
        *keys = std::array::from_fn(|k| key(wanted[k], lots[k], b * BLOCK + k));
        left -= lots.iter().sum::<i64>();
    }
    if left <= 0 {
        return;
    }
    if keys.len() > FEW {
        round_up(left, lots.as_flattened_mut(), keys.as_flattened_mut());
        return;
    }
    // The rank by comparison with all: no branch, and vectors of comparisons.
    for (lots, mine) in lots.iter_mut().zip(keys.iter()) {
        let mut ranks: Block<i64> = [0; BLOCK];
        for others in keys.iter() {
            for other in others {
                ranks = std::array::from_fn(|k| ranks[k] + i64::from(*other < mine[k]));
            }
        }
        *lots = std::array::from_fn(|k| lots[k] + i64::from(ranks[k] < left));
    }
}

/// Orders slices by what rounding down takes from them, the largest first, then by their place.
#[inline(always)]
fn key(wanted: f64, lots: i64, k: usize) -> i64 {
    let fraction = whole_part((wanted - lots as f64) * FRACTION + 0.5);
    -(fraction * PLACES) + k as i64
}

/// One lot more for the `count` slices with the smallest keys.
#[inline(always)]
fn round_up(count: i64, lots: &mut [i64], order: &mut [i64]) {
    if count <= 0 {
        return;
    }
    order.sort_unstable();
    for key in order.iter().take(count as usize) {
        lots[key.rem_euclid(PLACES) as usize] += 1;
    }
}

/// POV: a share of the volume and what it is behind, within limits; what is left is returned.
pub fn follow(
    total: i64,
    rate: f64,
    volumes: &[f64],
    limits: &[i64],
    carry: f64,
    lots: &mut [i64],
) -> i64 {
    let (mut done, mut target) = (0, carry);
    for ((lots, volume), limit) in lots.iter_mut().zip(volumes).zip(limits) {
        target += rate * volume;
        let wanted = (target + NEAR).floor() as i64 - done; // may be negative
        *lots = wanted.min(*limit).min(total - done).max(0);
        done += *lots;
    }
    total - done
}

#[cfg(test)]
mod tests {
    use super::whole_part;

    #[test]
    fn whole_parts_are_those_of_conversions() {
        let mut x = 0.0_f64;
        while x < 1e15 {
            for near in [x, x.next_down().max(0.0), x.next_up(), x + 0.5] {
                assert_eq!(whole_part(near), near as i64, "{near}");
            }
            x = (x * 1.37).floor() + 1.0;
        }
    }
}
