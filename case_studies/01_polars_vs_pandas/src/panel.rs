//! The kernel: up to 32 assets, tile by tile through time.

use crate::lanes::{LANES, Lanes};
use crate::source::{direct, stage};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::ops::Range;

/// Groups of eight assets in a panel.
const GROUPS: usize = 4;

/// The inputs, and the strategy's parameters.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub signal: ArrayView2<'a, f64>,
    pub returns: ArrayView2<'a, f64>,
    pub window: usize,
    pub rule: Rule,
    /// Starting capital of one asset.
    pub capital: f64,
}

/// Thresholds in standard deviations, and the cost of a unit of turnover.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Long above `k_long` standard deviations.
    pub k_long: f64,
    /// Short below minus `k_short` standard deviations.
    pub k_short: f64,
    /// Cost of changing the position by one.
    pub cost: f64,
}

/// The panels of `columns` assets: fixed by their number, never by the threads.
pub(crate) fn panels(columns: usize) -> Vec<Range<usize>> {
    let groups = columns.div_ceil(LANES);
    let count = groups.div_ceil(GROUPS);
    (0..count)
        .map(|i| (i * groups / count) * LANES..(((i + 1) * groups / count) * LANES).min(columns))
        .collect()
}

#[derive(Clone, Copy)]
struct Constants<L> {
    w: L,
    pairs: L,
    long: L,
    short: L,
    cost: L,
    one: L,
    zero: L,
}

#[inline(always)]
fn suffix<L: Lanes>(sums: &mut [[[f64; LANES]; 2]], x: impl Fn(usize) -> L) -> L {
    let c = x(sums.len() - 1);
    let mut s1 = L::splat(0.0);
    let mut s2 = L::splat(0.0);
    for (i, sums) in sums.iter_mut().enumerate().rev() {
        let d = x(i).sub(c);
        s1 = s1.add(d);
        s2 = s2.add(d.mul(d));
        s1.store(&mut sums[0]);
        s2.store(&mut sums[1]);
    }
    c
}

/// Capital and position of eight assets.
#[derive(Clone, Copy)]
struct State {
    capital: [f64; LANES],
    position: [f64; LANES],
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn forward<L: Lanes>(
    sums: &[[[f64; LANES]; 2]],
    c: L,
    k: &Constants<L>,
    x: impl Fn(usize) -> L,
    r: impl Fn(usize) -> L,
    state: &mut State,
    equity: &mut [f64],
    traded: &mut [f64],
    mut write: impl FnMut(usize, [i8; LANES]),
) {
    let mut p1 = k.zero;
    let mut p2 = k.zero;
    let mut capital = L::load(&state.capital);
    let mut before = L::load(&state.position);
    for (j, ((sums, equity), traded)) in sums.iter().zip(equity).zip(traded).enumerate() {
        let x = x(j);
        let t1 = p1.add(L::load(&sums[0]));
        let t2 = p2.add(L::load(&sums[1]));
        let v = k.w.mul(t2).sub(t1.mul(t1));
        let bound = x.choose_by_sign(k.long, k.short).mul(v);
        let beyond = k.pairs.mul(x.mul(x)).greater(bound);
        let active = L::both(v.greater(k.zero), beyond);
        let position = k.one.flip_sign_by(x).keep(active);
        let r = r(j);
        let gain = r.flip_sign_by(x).keep(L::both(active, r.is_number()));
        let change = position.sub(before).abs();
        let notional = change.mul(capital);
        let growth = k.one.add(gain).sub(k.cost.mul(change));
        capital = capital.mul(growth).floor_at_zero();
        before = position;
        let (e, n) = L::sums(capital, notional);
        *equity += e;
        *traded += n;
        write(j, position.to_bytes());
        let d = x.sub(c);
        p1 = p1.add(d);
        p2 = p2.add(d.mul(d));
    }
    capital.store(&mut state.capital);
    before.store(&mut state.position);
}

/// Run one panel; `equity` and `traded` are added to, `positions` is written.
#[inline(always)]
pub(crate) fn run<L: Lanes>(
    job: &Job<'_>,
    columns: Range<usize>,
    equity: &mut [f64],
    traded: &mut [f64],
    positions: &mut ArrayViewMut2<'_, i8>,
) {
    let w = job.window;
    let rows = job.signal.nrows();
    let k = Constants {
        w: L::splat(w as f64),
        pairs: L::splat(w as f64 * (w - 1) as f64),
        long: L::splat(job.rule.k_long * job.rule.k_long),
        short: L::splat(job.rule.k_short * job.rule.k_short),
        cost: L::splat(job.rule.cost),
        one: L::splat(1.0),
        zero: L::splat(0.0),
    };
    let contiguous = |m: &ArrayView2<'_, f64>| m.strides()[1] == 1;
    let mut state = [State {
        capital: [0.0; LANES],
        position: [0.0; LANES],
    }; GROUPS];
    for (l, _) in columns.clone().enumerate() {
        state[l / LANES].capital[l % LANES] = job.capital;
    }
    let mut sums = vec![[[0.0; LANES]; 2]; w];
    let mut staged_x = vec![vec![[0.0; LANES]; w]; GROUPS];
    let mut staged_r = vec![[0.0; LANES]; w];
    let mut tile_equity = vec![0.0; w];
    let mut tile_traded = vec![0.0; w];
    for start in (0..rows - 1).step_by(w) {
        let count = w.min(rows - 1 - start);
        tile_equity.fill(0.0);
        tile_traded.fill(0.0);
        for (g, first) in columns.clone().step_by(LANES).enumerate() {
            let group = first..(first + LANES).min(columns.end);
            let full = group.len() == LANES;
            let direct_x = full && contiguous(&job.signal);
            let direct_r = full && contiguous(&job.returns);
            let state = &mut state[g];
            let x_tile = &mut staged_x[g];
            let mut c = k.zero;
            if start > 0 {
                c = if direct_x {
                    suffix(&mut sums, |i| direct(&job.signal, start - w + i, first))
                } else {
                    suffix(&mut sums, |i| L::load(&x_tile[i]))
                };
            }
            if !direct_x {
                stage::<L>(&job.signal, start..start + count, group.clone(), x_tile);
            }
            if start == 0 {
                continue;
            }
            if !direct_r {
                stage::<L>(
                    &job.returns,
                    start + 1..start + 1 + count,
                    group.clone(),
                    &mut staged_r,
                );
            }
            let offset = first - columns.start;
            let out = start - w;
            let write = |j: usize, bytes: [i8; LANES]| {
                let mut row = positions.row_mut(out + j);
                let row = row.as_slice_mut().expect("positions are in C order");
                let row = &mut row[offset..offset + group.len()];
                if full {
                    row.copy_from_slice(&bytes);
                } else {
                    row.copy_from_slice(&bytes[..group.len()]);
                }
            };
            let (eq, tr) = (&mut tile_equity[..count], &mut tile_traded[..count]);
            let sums = &sums[..count];
            match (direct_x, direct_r) {
                (true, true) => forward(
                    sums,
                    c,
                    &k,
                    |j| direct(&job.signal, start + j, first),
                    |j| direct(&job.returns, start + j + 1, first),
                    state,
                    eq,
                    tr,
                    write,
                ),
                (true, false) => forward(
                    sums,
                    c,
                    &k,
                    |j| direct(&job.signal, start + j, first),
                    |j| L::load(&staged_r[j]),
                    state,
                    eq,
                    tr,
                    write,
                ),
                (false, true) => forward(
                    sums,
                    c,
                    &k,
                    |j| L::load(&x_tile[j]),
                    |j| direct(&job.returns, start + j + 1, first),
                    state,
                    eq,
                    tr,
                    write,
                ),
                (false, false) => forward(
                    sums,
                    c,
                    &k,
                    |j| L::load(&x_tile[j]),
                    |j| L::load(&staged_r[j]),
                    state,
                    eq,
                    tr,
                    write,
                ),
            }
        }
        if start > 0 {
            let out = start - w..start - w + count;
            for (total, part) in equity[out.clone()].iter_mut().zip(&tile_equity) {
                *total += part;
            }
            for (total, part) in traded[out].iter_mut().zip(&tile_traded) {
                *total += part;
            }
        }
    }
}
