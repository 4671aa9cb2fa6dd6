//! Whole lots that add up: the method of the largest remainder, with a limit for each slice.

/// A share so near below a whole number is meant to be whole; see the Python file of this name.
pub const NEAR: f64 = 1.0 / (1u64 << 30) as f64;
const FRACTION: f64 = 1e6;
/// More than there are slices.
const PLACES: i64 = 1 << 20;
/// Numbers that loops take at once.
pub const BLOCK: usize = 8;
/// So few slices are ranked without sorting.
const FEW: usize = 16;
/// The limit of a slice that has none.
pub const UNLIMITED: i64 = 1 << 62;

/// What [`apportion`] works in.
#[derive(Debug, Default)]
pub struct Scratch {
    below: Vec<usize>,
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
        wanted,
        order,
    } = scratch;
    wanted.clear();
    wanted.resize(weights.len(), 0.0);
    below.clear();
    below.extend(0..weights.len());
    let mut left = total;
    loop {
        let mut whole: f64 = below.iter().map(|&k| weights[k]).sum();
        if whole <= 0.0 {
            below.iter().for_each(|&k| weights[k] = limits[k] as f64);
            whole = below.iter().map(|&k| weights[k]).sum();
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

/// Lots for the first `slices` in proportion to `weights`, some of which are positive.
///
/// Arrays of whole blocks; weights and lots beyond the slices are 0.
#[inline(always)]
pub fn share_out(
    total: i64,
    weights: &[f64],
    slices: usize,
    lots: &mut [i64],
    scratch: &mut Scratch,
) {
    let whole: f64 = weights[..slices].iter().sum();
    let order = &mut scratch.order;
    order.resize(weights.len(), 0);
    let mut left = total;
    let mut place = 0;
    for ((lots, weights), order) in (lots.as_chunks_mut::<BLOCK>().0.iter_mut())
        .zip(weights.as_chunks::<BLOCK>().0)
        .zip(order.as_chunks_mut::<BLOCK>().0)
    {
        for k in 0..BLOCK {
            let wanted = total as f64 * (weights[k] / whole);
            lots[k] = (wanted + NEAR) as i64;
            order[k] = key(wanted, lots[k], place + k);
        }
        left -= lots.iter().sum::<i64>();
        place += BLOCK;
    }
    if left <= 0 {
        return;
    }
    if slices > FEW {
        order.truncate(slices);
        round_up(left, lots, order);
        return;
    }
    // The rank by comparison with all: no branch, and vectors of comparisons. Empty slices at the
    // end have no fraction, and come after all others.
    for block in 0..lots.len() / BLOCK {
        let mut ranks = [0i64; BLOCK];
        for other in order.iter() {
            for k in 0..BLOCK {
                ranks[k] += i64::from(*other < order[block * BLOCK + k]);
            }
        }
        for k in 0..BLOCK {
            lots[block * BLOCK + k] += i64::from(ranks[k] < left);
        }
    }
}

/// Orders slices by what rounding down takes from them, the largest first, then by their place.
#[inline(always)]
fn key(wanted: f64, lots: i64, k: usize) -> i64 {
    let fraction = ((wanted - lots as f64) * FRACTION + 0.5) as i64;
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
