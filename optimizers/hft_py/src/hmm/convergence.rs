//! When expectation maximisation has converged: judged by what is left to gain.
//!
//! Near a maximum each step gains a constant share `c` of what the step before gained, so a step
//! that gained `g` leaves `g c / (1 - c)` to the limit: Aitken's estimate. It is too small while
//! the share still rises, and on a plateau that the steps are about to leave; therefore it must
//! hold for several steps in a row. A plateau that lasts longer is taken for the limit.
//!
//! Source: Boehning, Dietz, Schaub, Schlattmann and Lindsay, Ann. Inst. Statist. Math. 46 (1994).

/// Steps in a row of which the rule must hold.
const STEPS: usize = 5;
/// The most that may be left, in tolerances.
const REMAINING: f64 = 2.0;
/// A gain that cannot matter, in tolerances: a million of them are one.
const NEGLIGIBLE: f64 = 1e-6;

/// Whether the last step was close to the limit; never for a tolerance of 0. `history` holds the
/// objective in its second column.
pub(super) fn has_converged(history: &[[f64; 2]], tolerance: f64) -> bool {
    let last = &history[history.len().saturating_sub(STEPS + 2)..];
    let gains: Vec<f64> = last.windows(2).map(|w| w[1][1] - w[0][1]).collect();
    let (Some(gain), true) = (gains.last(), tolerance > 0.0) else {
        return false;
    };
    let rounding = 8.0 * f64::EPSILON * last[last.len() - 1][1].abs();
    if *gain <= rounding.max(NEGLIGIBLE * tolerance) {
        return true;
    }
    let close = |w: &[f64]| w[1] < tolerance && remaining(w[0], w[1]) < REMAINING * tolerance;
    gains.len() > STEPS && gains.windows(2).all(close)
}

/// Aitken's estimate of what is left to gain, from the last two gains.
fn remaining(before: f64, after: f64) -> f64 {
    if after < before {
        after * after / (before - after)
    } else {
        f64::INFINITY
    }
}
