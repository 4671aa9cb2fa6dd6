//! The signature kernel: the inner product of two whole signatures, by its differential equation.
//!
//! `k(s, t)` solves `d^2 k / ds dt = <dx/ds, dy/dt> k`, with 1 on both axes. On a grid of the two
//! paths' points, each segment halved `order` times, the scheme of second order of Salvi et al. is
//! `k11 = (k10 + k01)(1 + p/2 + p^2/12) - k00 (1 - p^2/12)`, with `p` the inner product of the two
//! segments. Eight pairs of paths are solved side by side, four rows of their grids at a time, each
//! row a cell behind the one before it: a cell depends on its left neighbour, so one row alone
//! would wait for every addition.

use super::{LANES, Lanes};
use crate::parallel::for_each;
use crate::{Error, Stop, memory};

/// Rows of the grid at a time.
const ROWS: usize = 4;

/// Halvings of each segment of the first path, and of the second.
#[derive(Debug, Clone, Copy)]
pub struct Refinement(pub u32, pub u32);

/// Paths of equal length, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Paths<'a> {
    /// Point by point.
    pub values: &'a [f64],
    /// Points of each.
    pub points: usize,
}

/// Which paths meet, a kernel each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// The first with the first, and so on.
    Each,
    /// Each of the first set with each of the second, row by row.
    Every,
    /// The same of equal sets, without what is left of the diagonal.
    Upper,
}

impl Pairs {
    /// How many of `many` and `others`.
    pub fn count(self, many: usize, others: usize) -> usize {
        match self {
            Self::Each => many,
            Self::Every => many.saturating_mul(others),
            Self::Upper => many.saturating_mul(many + 1) / 2,
        }
    }
}

/// Kernels of paths of `channels` channels.
///
/// # Errors
/// [`Error::Length`], [`Error::Memory`], or what `check` returned.
pub fn kernel(
    (x, y): (Paths<'_>, Paths<'_>),
    channels: usize,
    refinement: Refinement,
    pairs: Pairs,
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let (rows, columns) = (x.points * channels, y.points * channels);
    if x.points < 2 || y.points < 2 || channels == 0 {
        return Err(Error::value("points", x.points.min(y.points), "2 or more"));
    }
    let (many, others) = (x.values.len() / rows, y.values.len() / columns);
    Error::check_length("out", out.len(), pairs.count(many, others))?;
    if pairs != Pairs::Every {
        Error::check_length("y", others, many)?;
    }
    let (m, n) = (x.points - 1, y.points - 1);
    let needed = (m + n) * channels + 2 * ROWS * n + (n << refinement.1) + 1;
    memory::ensure_allocatable(&[memory::product(&[threads.max(1), LANES, needed])])?;
    let make = || Grids::new(channels, m, n, refinement);
    // The pair of each number, in order.
    let mut pair = (0, 0);
    let groups: Vec<_> = out
        .chunks_mut(LANES)
        .map(|group| {
            let first = pair;
            for _ in 0..group.len() {
                pair = next(pair, pairs, others);
            }
            (first, group)
        })
        .collect();
    for_each(
        groups.into_iter(),
        threads,
        check,
        make,
        |grids, (first, out)| {
            let mut pair = first;
            for lane in 0..out.len() {
                grids.put(
                    lane,
                    &x.values[pair.0 * rows..][..rows],
                    &y.values[pair.1 * columns..][..columns],
                );
                pair = next(pair, pairs, others);
            }
            out.copy_from_slice(&grids.solve().0[..out.len()]);
        },
    )?;
    Ok(())
}

fn next((i, j): (usize, usize), pairs: Pairs, others: usize) -> (usize, usize) {
    match pairs {
        Pairs::Each => (i + 1, j + 1),
        Pairs::Every if j + 1 < others => (i, j + 1),
        Pairs::Every => (i + 1, 0),
        Pairs::Upper if j + 1 < others => (i, j + 1),
        Pairs::Upper => (i + 1, i + 1),
    }
}

/// Eight grids of equal size.
struct Grids {
    channels: usize,
    refinement: Refinement,
    /// Increments by segment and channel, of halved segments.
    x: Vec<Lanes>,
    y: Vec<Lanes>,
    /// The factors of the sides and of the corner, by segment of `y`, for the last `ROWS` segments of
    /// `x`.
    factors: [Vec<[Lanes; 2]>; ROWS],
    /// The last row that is known.
    row: Vec<Lanes>,
}

impl Grids {
    fn new(channels: usize, m: usize, n: usize, refinement: Refinement) -> Self {
        Self {
            channels,
            refinement,
            x: vec![Lanes::ZERO; m * channels],
            y: vec![Lanes::ZERO; n * channels],
            factors: [(); ROWS].map(|()| vec![[Lanes::ZERO; 2]; n]),
            row: vec![Lanes::ZERO; (n << refinement.1) + 1],
        }
    }

    /// A pair of paths into a lane.
    fn put(&mut self, lane: usize, x: &[f64], y: &[f64]) {
        let Refinement(first, second) = self.refinement;
        let both = [(&mut self.x, x, first), (&mut self.y, y, second)];
        for (increments, path, order) in both {
            let scale = 0.5_f64.powi(order as i32);
            let ends = path[self.channels..].iter();
            for ((place, from), to) in increments.iter_mut().zip(path).zip(ends) {
                place.0[lane] = (to - from) * scale;
            }
        }
    }

    /// The kernels.
    fn solve(&mut self) -> Lanes {
        let Refinement(first, second) = self.refinement;
        self.row.fill(Lanes::splat(1.0));
        let rows = (self.x.len() / self.channels) << first;
        let mut known = 0;
        for begin in (0..rows).step_by(ROWS) {
            let count = ROWS.min(rows - begin);
            while known <= (begin + count - 1) >> first {
                let x = &self.x[known * self.channels..][..self.channels];
                factors_of(x, &self.y, &mut self.factors[known % ROWS]);
                known += 1;
            }
            let factors = std::array::from_fn(|r| {
                &*self.factors[((begin + r.min(count - 1)) >> first) % ROWS]
            });
            if count == ROWS {
                four_rows(&factors, &mut self.row, second);
            } else {
                for factors in &factors[..count] {
                    one_row(factors, &mut self.row, second);
                }
            }
        }
        self.row[self.row.len() - 1]
    }
}

native::for_each_isa! {
    for FUSED
    /// `1 + p/2 + p^2/12` and `p^2/12 - 1` for a segment of `x` and each of `y`.
    fn factors_of(x: &[Lanes], y: &[Lanes], factors: &mut [[Lanes; 2]]) {
        let one = Lanes::splat(1.0);
        for (factors, y) in factors.iter_mut().zip(y.chunks_exact(x.len())) {
            let mut p = Lanes::ZERO;
            for (x, y) in x.iter().zip(y) {
                p = x.fma::<FUSED>(*y, p);
            }
            let twelfth = p * p * Lanes::splat(1.0 / 12.0);
            *factors = [p.fma::<FUSED>(Lanes::splat(0.5), one + twelfth), twelfth - one];
        }
    }
}

#[inline(always)]
fn cell<const FUSED: bool>(
    [sides, corner]: [Lanes; 2],
    left: Lanes,
    above: Lanes,
    before: Lanes,
) -> Lanes {
    (left + above).fma::<FUSED>(sides, before * corner)
}

native::for_each_isa! {
    for FUSED
    /// The next row, in place.
    fn one_row(factors: &[[Lanes; 2]], row: &mut [Lanes], order: u32) {
        let mut left = row[0];
        let mut before = row[0];
        for (j, place) in row[1..].iter_mut().enumerate() {
            let above = *place;
            left = cell::<FUSED>(factors[j >> order], left, above, before);
            *place = left;
            before = above;
        }
    }
}

native::for_each_isa! {
    for FUSED
    /// The next four rows; the last takes the place of `row`.
    ///
    /// At step `s` row `r` computes column `s - r`, from what the row above computed at the step
    /// before (`now`) and at the one before that (`last`).
    fn four_rows(factors: &[&[[Lanes; 2]]; ROWS], row: &mut [Lanes], order: u32) {
        let columns = row.len() - 1;
        let mut now = [row[0]; ROWS];
        let mut last = [row[0]; ROWS];
        for s in 1..columns + ROWS {
            let inside = s >= ROWS && s <= columns;
            for r in (0..ROWS).rev() {
                if !inside && (s <= r || s - r > columns) {
                    continue;
                }
                let column = s - r;
                let (above, before) = if r == 0 {
                    (row[column], row[column - 1])
                } else {
                    (now[r - 1], last[r - 1])
                };
                let factors = factors[r][(column - 1) >> order];
                let found = cell::<FUSED>(factors, now[r], above, before);
                last[r] = now[r];
                now[r] = found;
            }
            if s >= ROWS {
                row[s - (ROWS - 1)] = now[ROWS - 1];
            }
        }
    }
}
