//! Objectives and constraints of many portfolios at once: lanes are portfolios.

use crate::lanes::{LANES, Lanes};
use native::for_each_isa;

/// What is minimised; what a user maximises has its sign changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Annual mean over annual deviation.
    Sharpe,
    /// Annual mean.
    Return,
    /// Weighted deviations over the portfolio's (Choueifaty and Coignard 2008).
    Diversification,
    /// Annual deviation.
    Risk,
    /// The deepest fall below the highest value before, as a fraction of it.
    Drawdown,
    /// Compound annual growth over the deepest fall.
    Calmar,
    /// Annual cost of keeping the weights constant, and of getting there.
    Cost,
}

/// What portfolios are judged by.
#[derive(Debug)]
pub struct Task<'a> {
    /// Returns, date by date, `D` a date.
    pub returns: &'a [f64],
    /// Their means, `D`.
    pub mean: &'a [f64],
    /// Their covariance, `D * D`.
    pub covariance: &'a [f64],
    /// What is minimised, in this order.
    pub objectives: Vec<Objective>,
    /// Dates a year.
    pub periods: f64,
    /// The cost of trading one unit of value.
    pub trading_cost: f64,
    /// Weights at present, where there are some.
    pub current: Option<&'a [f64]>,
    /// Sums of sizes of weights that are limited: a row of zeros and ones each, `D` a row.
    pub groups: &'a [f64],
    /// Their limits.
    pub limits: &'a [f64],
    /// The most of `sum w^2 / (sum |w|)^2`.
    pub concentration: f64,
}

/// Less of the weights' deviations is the rounding of a portfolio of one asset, which has none.
const NO_DRIFT: f64 = 1e-6;
/// Portfolios side by side.
const WIDTH: usize = 2;
const MANY: usize = WIDTH * LANES;
/// Rows of a matrix that are multiplied at once.
const ROWS: usize = 8;
/// Dates that stay in the first cache while all portfolios go through them.
const BLOCK: usize = 32;
/// Falls are at least this in a Calmar ratio.
const LEAST_FALL: f64 = 1e-9;

type Wide = [Lanes; WIDTH];

/// Value, its peak, the deepest fall.
#[derive(Clone, Copy)]
struct Course {
    value: Wide,
    peak: Wide,
    fall: Wide,
}

impl Task<'_> {
    /// The number of weights of a portfolio.
    pub fn columns(&self) -> usize {
        self.mean.len()
    }

    /// Objectives, `M` a portfolio, and summed violations.
    pub fn evaluate(&self, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let d = self.columns();
        let count = weights.len() / d;
        let groups = count.div_ceil(MANY);
        // Weight by weight, sixteen portfolios side by side.
        let mut wide = vec![[Lanes::ZERO; WIDTH]; groups * d];
        for (portfolio, own) in weights.chunks_exact(d).enumerate() {
            let (group, lane) = (portfolio / MANY, portfolio % MANY);
            for (out, weight) in wide[group * d..].iter_mut().zip(own) {
                out[lane / LANES].0[lane % LANES] = *weight;
            }
        }
        let mut products = vec![[Lanes::ZERO; WIDTH]; groups * d];
        multiply(self.covariance, &wide, d, &mut products);
        let one = [Lanes::splat(1.0); WIDTH];
        let none = [Lanes::ZERO; WIDTH];
        let mut courses = vec![
            Course {
                value: one,
                peak: one,
                fall: none
            };
            groups
        ];
        let path = |o: &Objective| matches!(o, Objective::Drawdown | Objective::Calmar);
        if self.objectives.iter().any(path) {
            for block in self.returns.chunks(BLOCK * d) {
                follow(block, &wide, d, &mut courses);
            }
        }
        let mut values = Vec::with_capacity(count * self.objectives.len());
        let mut violations = Vec::with_capacity(count);
        let mut marginal = vec![0.0; d];
        for (portfolio, own) in weights.chunks_exact(d).enumerate() {
            let (group, lane) = (portfolio / MANY, portfolio % MANY);
            let of = |wide: &Wide| wide[lane / LANES].0[lane % LANES];
            for (out, product) in marginal.iter_mut().zip(&products[group * d..]) {
                *out = of(product);
            }
            let course = &courses[group];
            let path = (of(&course.value), of(&course.fall));
            values.extend(self.values(own, &marginal, path));
            violations.push(self.violation(own));
        }
        (values, violations)
    }

    /// Objectives of a portfolio from the product of the covariance with it, its last value and its
    /// deepest fall.
    fn values(&self, w: &[f64], marginal: &[f64], path: (f64, f64)) -> Vec<f64> {
        let d = w.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let variance = dot(w, marginal).max(0.0);
        let (earned, risk) = (
            self.periods * dot(w, self.mean),
            (self.periods * variance).sqrt(),
        );
        let own = |i: usize| self.covariance[i * d + i];
        let value = |objective: &Objective| match objective {
            Objective::Return => -earned,
            Objective::Risk => risk,
            Objective::Sharpe if risk > 0.0 => -earned / risk,
            Objective::Sharpe => 0.0,
            Objective::Diversification if variance > 0.0 => {
                let sum: f64 = (0..d).map(|i| w[i].abs() * own(i).sqrt()).sum();
                -sum / variance.sqrt()
            }
            Objective::Diversification => -1.0,
            Objective::Drawdown => path.1,
            Objective::Calmar => {
                let years = (self.returns.len() / d) as f64 / self.periods;
                -(path.0.powf(1.0 / years) - 1.0) / path.1.max(LEAST_FALL)
            }
            Objective::Cost => {
                let apart = |i: usize| (own(i) - 2.0 * marginal[i] + variance).max(0.0).sqrt();
                let mut drift: f64 = (0..d).map(|i| w[i].abs() * apart(i)).sum();
                let most: f64 = (0..d).map(|i| w[i].abs() * own(i).sqrt()).sum();
                if drift < NO_DRIFT * most {
                    drift = 0.0;
                }
                let yearly = self.periods * (2.0 / std::f64::consts::PI).sqrt() * drift;
                let once = self.current.map_or(0.0, |now| {
                    w.iter().zip(now).map(|(a, b)| (a - b).abs()).sum()
                });
                self.trading_cost * (yearly + once)
            }
        };
        self.objectives.iter().map(value).collect()
    }

    /// By how much limits are exceeded, in all.
    fn violation(&self, w: &[f64]) -> f64 {
        let rows = self.groups.chunks_exact(w.len()).zip(self.limits);
        let over = rows.map(|(row, limit)| {
            let sum: f64 = row.iter().zip(w).map(|(g, w)| g * w.abs()).sum();
            excess(sum, *limit)
        });
        let mut total: f64 = over.sum();
        if self.concentration < 1.0 {
            let gross: f64 = w.iter().map(|w| w.abs()).sum();
            let squares: f64 = w.iter().map(|w| w * w).sum();
            if gross > 0.0 {
                total += excess(squares / (gross * gross), self.concentration);
            }
        }
        total
    }
}

/// By how much a sum exceeds its limit, beyond rounding.
fn excess(sum: f64, limit: f64) -> f64 {
    if sum > limit + 1e-9 { sum - limit } else { 0.0 }
}

/// Products of up to eight rows of a matrix with sixteen portfolios.
#[inline(always)]
fn tile<const FUSED: bool>(rows: &[f64], d: usize, wide: &[Wide]) -> [Wide; ROWS] {
    let mut sums = [[Lanes::ZERO; WIDTH]; ROWS];
    // Rows beyond the last repeat it: what they give is not used.
    let last = rows.len() / d - 1;
    let rows: [&[f64]; ROWS] = std::array::from_fn(|row| &rows[row.min(last) * d..][..d]);
    let wide = &wide[..d];
    for column in 0..d {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let factor = Lanes::splat(row[column]);
            for (sum, weight) in sum.iter_mut().zip(&wide[column]) {
                *sum = factor.fma::<FUSED>(*weight, *sum);
            }
        }
    }
    sums
}

for_each_isa! {
    for FUSED
    /// A square matrix times all portfolios.
    fn multiply(matrix: &[f64], wide: &[Wide], d: usize, out: &mut [Wide]) {
        for (own, out) in wide.chunks_exact(d).zip(out.chunks_exact_mut(d)) {
            for (rows, out) in matrix.chunks(ROWS * d).zip(out.chunks_mut(ROWS)) {
                let sums = tile::<FUSED>(rows, d, own);
                out.copy_from_slice(&sums[..out.len()]);
            }
        }
    }
}

for_each_isa! {
    for FUSED
    /// Take all portfolios through some dates.
    #[allow(clippy::needless_range_loop)] // four arrays have the same index
    fn follow(returns: &[f64], wide: &[Wide], d: usize, courses: &mut [Course]) {
        for (own, course) in wide.chunks_exact(d).zip(courses) {
            let mut now = *course;
            for rows in returns.chunks(ROWS * d) {
                let earned = tile::<FUSED>(rows, d, own);
                for earned in &earned[..rows.len() / d] {
                    for part in 0..WIDTH {
                        for lane in 0..LANES {
                            // Nothing is left after a loss of everything.
                            let value = now.value[part].0[lane] * (1.0 + earned[part].0[lane]);
                            let value = if value > 0.0 { value } else { 0.0 };
                            let peak = now.peak[part].0[lane];
                            let peak = if value > peak { value } else { peak };
                            let fall = 1.0 - value / peak;
                            let deepest = now.fall[part].0[lane];
                            now.value[part].0[lane] = value;
                            now.peak[part].0[lane] = peak;
                            now.fall[part].0[lane] = if fall > deepest { fall } else { deepest };
                        }
                    }
                }
            }
            *course = now;
        }
    }
}
