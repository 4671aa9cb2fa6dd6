//! A few steps of one option for a tile of paths: the innermost loop.
//!
//! A level is `S_k / (S_0 exp(a t_k))`, a product of growths `exp(b z)`; the running sum takes
//! the drift back in by one multiply-add. Levels and sums are read and written once for all
//! steps a call of the generator gives.

use crate::plan::{COEFFICIENTS, Growth, Plan};
use crate::precision::Real;
use crate::tile::TILE;

/// What is kept of each path of a tile.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Walk<F> {
    /// `S_k / (S_0 exp(a t_k))`.
    pub(crate) level: [F; TILE],
    /// The sum of `S_k / S_0`.
    pub(crate) sum: [F; TILE],
    /// The sum of `S_k / S_0 (W_k - b t_k)`, `W_k` the sum of normals: vega's.
    pub(crate) slope: [F; TILE],
    /// The sum of `S_k / S_0 t_k`: rho's.
    pub(crate) timed: [F; TILE],
    /// What has been folded out of `sum`, `slope` and `timed`: see `fold`.
    folded: [[f64; TILE]; 3],
}

impl<F: Real> Walk<F> {
    pub(crate) const START: Self = Self {
        level: [F::ONE; TILE],
        sum: [F::ZERO; TILE],
        slope: [F::ZERO; TILE],
        timed: [F::ZERO; TILE],
        folded: [[0.0; TILE]; 3],
    };

    /// As at the start; what only greeks use is left alone without them.
    #[inline(always)]
    pub(crate) fn restart(&mut self, greeks: bool) {
        (self.level, self.sum) = ([F::ONE; TILE], [F::ZERO; TILE]);
        self.folded[0] = [0.0; TILE];
        if greeks {
            (self.slope, self.timed) = ([F::ZERO; TILE], [F::ZERO; TILE]);
            self.folded = [[0.0; TILE]; 3];
        }
    }

    /// Move the running sums of single precision into double: a sum of a hundred thousand
    /// prices in 24 bits would lose a digit of the price.
    pub(crate) fn fold(&mut self) {
        let [sum, slope, timed] = &mut self.folded;
        let sums = [
            (&mut self.sum, sum),
            (&mut self.slope, slope),
            (&mut self.timed, timed),
        ];
        for (running, folded) in sums {
            for (running, folded) in running.iter_mut().zip(folded) {
                *folded += running.widen();
                *running = F::ZERO;
            }
        }
    }

    /// The sum of `S_k / S_0` of a path.
    #[inline(always)]
    pub(crate) fn sum_of(&self, path: usize) -> f64 {
        self.folded[0][path] + self.sum[path].widen()
    }

    /// The sum of `S_k / S_0 (W_k - b t_k)` of a path.
    #[inline(always)]
    pub(crate) fn slope_of(&self, path: usize) -> f64 {
        self.folded[1][path] + self.slope[path].widen()
    }

    /// The sum of `S_k / S_0 t_k` of a path.
    #[inline(always)]
    pub(crate) fn timed_of(&self, path: usize) -> f64 {
        self.folded[2][path] + self.timed[path].widen()
    }
}

/// Steps `step .. step + STEPS` of a path and, with `TWINS`, of its antithetic twin.
///
/// `before` is `W` before the first of them, `normals` their normals.
#[inline(always)]
pub(crate) fn advance<F: Real, const STEPS: usize, const FUSED: bool>(
    plan: &Plan<F>,
    step: usize,
    normals: &[[F; TILE]; STEPS],
    before: &[F; TILE],
    [path, twin]: &mut [Walk<F>; 2],
    twins: bool,
    greeks: bool,
) {
    macro_rules! walk {
        ($degree:literal) => {
            match (twins, greeks) {
                (false, false) => walk!($degree, false, false),
                (false, true) => walk!($degree, false, true),
                (true, false) => walk!($degree, true, false),
                (true, true) => walk!($degree, true, true),
            }
        };
        ($degree:literal, $twins:literal, $greeks:literal) => {
            walk::<F, STEPS, $degree, $twins, $greeks, FUSED>(
                plan, step, normals, before, path, twin,
            )
        };
    }
    match plan.growth {
        Growth::Four => walk!(4),
        Growth::Six => walk!(6),
        Growth::Eight => walk!(8),
        Growth::Ten => walk!(10),
        Growth::Twelve => walk!(12),
        Growth::Full => walk!(0),
    }
}

// Rows and paths are both indexed: an iterator over one of them would hide the other's loop.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn walk<
    F: Real,
    const STEPS: usize,
    const DEGREE: usize,
    const TWINS: bool,
    const GREEKS: bool,
    const FUSED: bool,
>(
    plan: &Plan<F>,
    step: usize,
    normals: &[[F; TILE]; STEPS],
    before: &[F; TILE],
    path: &mut Walk<F>,
    twin: &mut Walk<F>,
) {
    let coefficients = plan.coefficients;
    let mut drifts = [F::ZERO; STEPS];
    let (mut lags, mut ends) = ([F::ZERO; STEPS], [F::ZERO; STEPS]);
    drifts.copy_from_slice(&plan.drifts[step..step + STEPS]);
    if GREEKS {
        lags.copy_from_slice(&plan.lags[step..step + STEPS]);
        ends.copy_from_slice(&plan.ends[step..step + STEPS]);
    }
    for i in 0..TILE {
        let mut w = before[i];
        let (mut level, mut sum, mut slope) = (path.level[i], path.sum[i], path.slope[i]);
        let (mut level_, mut sum_, mut slope_) = (twin.level[i], twin.sum[i], twin.slope[i]);
        let (mut timed, mut timed_) = (path.timed[i], twin.timed[i]);
        for j in 0..STEPS {
            let z = normals[j][i];
            let (up, down) = growths::<F, DEGREE, TWINS, FUSED>(z, &coefficients, plan.deviation);
            level = level * up;
            sum = level.fma::<FUSED>(drifts[j], sum);
            if TWINS {
                level_ = level_ * down;
                sum_ = level_.fma::<FUSED>(drifts[j], sum_);
            }
            if GREEKS {
                w += z;
                let price = level * drifts[j];
                slope = price.fma::<FUSED>(w - lags[j], slope);
                timed = price.fma::<FUSED>(ends[j], timed);
                if TWINS {
                    let price = level_ * drifts[j];
                    slope_ = price.fma::<FUSED>(F::ZERO - w - lags[j], slope_);
                    timed_ = price.fma::<FUSED>(ends[j], timed_);
                }
            }
        }
        (path.level[i], path.sum[i]) = (level, sum);
        if TWINS {
            (twin.level[i], twin.sum[i]) = (level_, sum_);
        }
        if GREEKS {
            (path.slope[i], path.timed[i]) = (slope, timed);
            if TWINS {
                (twin.slope[i], twin.timed[i]) = (slope_, timed_);
            }
        }
    }
}

/// `exp(b z)` and, with `TWINS`, `exp(-b z)`, which costs little more: the even and the odd
/// part of the polynomial serve both.
#[inline(always)]
fn growths<F: Real, const DEGREE: usize, const TWINS: bool, const FUSED: bool>(
    z: F,
    c: &[F; COEFFICIENTS],
    deviation: F,
) -> (F, F) {
    if DEGREE == 0 {
        let x = deviation * z;
        let down = if TWINS {
            F::exp::<FUSED>(F::ZERO - x)
        } else {
            F::ONE
        };
        return (F::exp::<FUSED>(x), down);
    }
    if !TWINS {
        let mut up = c[DEGREE];
        for i in (0..DEGREE).rev() {
            up = up.fma::<FUSED>(z, c[i]);
        }
        return (up, F::ONE);
    }
    let square = z * z;
    let (mut even, mut odd) = (c[DEGREE & !1], c[(DEGREE - 1) | 1]);
    let mut i = DEGREE & !1;
    while i >= 2 {
        i -= 2;
        even = even.fma::<FUSED>(square, c[i]);
    }
    let mut i = (DEGREE - 1) | 1;
    while i >= 3 {
        i -= 2;
        odd = odd.fma::<FUSED>(square, c[i]);
    }
    (
        odd.fma::<FUSED>(z, even),
        (F::ZERO - odd).fma::<FUSED>(z, even),
    )
}
