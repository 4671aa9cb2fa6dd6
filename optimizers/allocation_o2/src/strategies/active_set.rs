//! Portfolios of least variance, with gains and costs of trades, by a primal active set.
//!
//! `min w' C w / 2 - g' w + k sum |w - c|` with `w >= 0` and `a' w` fixed. The objective has a kink
//! where a weight is what is held already. Each step goes to the minimum over the free assets, whose
//! weights lie between kinks and bounds, or as far as the first of those; then assets are freed whose
//! multipliers have the most wrong signs: a quarter of the number that is free already, so that there
//! are few steps. Those that should have stayed are the last of the factor, and quickly removed. A
//! step costs `O(n k)` for `k` free assets.
//!
//! Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 16.3.

use super::factor::Factor;
use super::vectors::add;

/// What is solved.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    pub covariance: &'a [f64],
    /// `g`.
    pub gain: &'a [f64],
    /// `a`; ones where there are costs.
    pub constraint: &'a [f64],
    /// `k`.
    pub cost: f64,
    /// `c`, not negative.
    pub held: &'a [f64],
}

/// Where an asset's weight is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At zero, or at what is held already.
    Fixed,
    /// Free, and above what is held: more of it costs.
    Bought,
    /// Free, and below what is held.
    Sold,
}

struct State<'a> {
    problem: Problem<'a>,
    weights: Vec<f64>,
    places: Vec<Place>,
    factor: Factor<'a>,
    /// What one more unit of each asset changes, without costs.
    slopes: Vec<f64>,
    /// The largest variance.
    scale: f64,
}

/// The best weights, from weights that meet the constraints; `None` where rounding keeps the active
/// set from settling. Without costs all weights above zero are free from the beginning, else those
/// that differ from what is held.
pub(super) fn solve(problem: Problem<'_>, start: Vec<f64>) -> Option<Vec<f64>> {
    let n = start.len();
    let mut state = State {
        problem,
        places: vec![Place::Fixed; n],
        factor: Factor::new(problem.covariance, problem.constraint),
        slopes: Vec::new(),
        weights: start,
        scale: (0..n).fold(0.0, |top, i| problem.covariance[i * n + i].max(top)),
    };
    for i in 0..n {
        let weight = state.weights[i];
        let kink = state.kink(i);
        if weight > 0.0 && weight != kink {
            let sold = weight < kink;
            state.release(i, if sold { Place::Sold } else { Place::Bought })?;
        }
    }
    state.find_slopes();
    let mut again = 0;
    for _ in 0..100 + 20 * n {
        if state.advance()? {
            continue;
        }
        // Steps with a ridge end near the minimum only.
        if state.factor.ridge() > 0.0 && again < 2 {
            again += 1;
            continue;
        }
        again = 0;
        if !state.enter()? {
            return Some(state.weights);
        }
    }
    None
}

impl State<'_> {
    /// The weight at which an asset's cost has its kink; zero where it has none above zero.
    fn kink(&self, i: usize) -> f64 {
        if self.problem.cost > 0.0 {
            self.problem.held[i]
        } else {
            0.0
        }
    }

    fn release(&mut self, i: usize, place: Place) -> Option<()> {
        self.places[i] = place;
        self.factor.push(i)
    }

    fn find_slopes(&mut self) {
        let n = self.weights.len();
        self.slopes.clear();
        self.slopes
            .extend(self.problem.gain.iter().map(|gain| -gain));
        for (i, weight) in self.weights.iter().enumerate() {
            if *weight != 0.0 {
                add(
                    &mut self.slopes,
                    *weight,
                    &self.problem.covariance[i * n..][..n],
                );
            }
        }
    }

    /// What a place adds to the slope, more than that of the first free asset does: a large cost
    /// that all have in common would leave few digits of the slopes.
    fn cost_of(&self, place: Place) -> f64 {
        let first = self.factor.free().first();
        let first = first.map_or(Place::Bought, |&i| self.places[i]);
        match (first, place) {
            (Place::Sold, Place::Bought) => 2.0 * self.problem.cost,
            (Place::Bought, Place::Sold) => -2.0 * self.problem.cost,
            _ => 0.0,
        }
    }

    /// Go to the minimum over the free assets, or to the first kink or bound on the way: then true.
    fn advance(&mut self) -> Option<bool> {
        let free = self.factor.free();
        if free.is_empty() {
            return Some(false);
        }
        let constraint: Vec<f64> = free.iter().map(|&i| self.problem.constraint[i]).collect();
        let mut along = constraint.clone();
        let mut step: Vec<f64> = free
            .iter()
            .map(|&i| -self.slopes[i] - self.cost_of(self.places[i]))
            .collect();
        self.factor.solve(&mut along);
        self.factor.solve(&mut step);
        let across = |values: &[f64]| -> f64 {
            let pairs = constraint.iter().zip(values);
            pairs.map(|(a, value)| a * value).sum()
        };
        let level = across(&step) / across(&along);
        add(&mut step, -level, &along);
        let (mut part, mut blocking) = (1.0, None);
        for (k, &i) in free.iter().enumerate() {
            let end = match (self.places[i], step[k] < 0.0) {
                (Place::Sold, true) => 0.0,
                (Place::Bought, false) => continue,
                _ => self.kink(i),
            };
            let until = (end - self.weights[i]) / step[k];
            if step[k] != 0.0 && until < part {
                (part, blocking) = (until.max(0.0), Some((k, i, end)));
            }
        }
        for (&i, step) in free.iter().zip(&step) {
            self.weights[i] += part * step;
        }
        if let Some((k, i, end)) = blocking {
            self.weights[i] = end;
            self.places[i] = Place::Fixed;
            self.factor.remove(k)?;
        }
        if part > 0.0 {
            self.find_slopes();
        }
        Some(blocking.is_some())
    }

    /// Free assets whose multipliers have the wrong sign, two where none is free; false where none
    /// has.
    fn enter(&mut self) -> Option<bool> {
        let constraint = self.problem.constraint;
        let largest = self
            .slopes
            .iter()
            .fold(0.0_f64, |top, slope| top.max(slope.abs()));
        let slack = 1e-12 * largest + 1e-15 * self.scale + self.factor.ridge();
        // Above what rounding leaves of a cost.
        let counts = |wrong: f64, place| wrong > slack + 1e-15 * self.cost_of(place).abs();
        let (mut level, mut squares) = (0.0, 0.0);
        for &i in self.factor.free() {
            level += constraint[i] * (self.slopes[i] + self.cost_of(self.places[i]));
            squares += constraint[i] * constraint[i];
        }
        let none_free = self.factor.free().is_empty();
        if !none_free {
            level /= squares;
        }
        // What each gains by, the cheapest to buy and the dearest to sell first.
        let mut wrong = Vec::new();
        let (mut buy, mut sell) = (
            (f64::NEG_INFINITY, 0, Place::Bought),
            (f64::NEG_INFINITY, 0),
        );
        for (i, &along) in constraint.iter().enumerate() {
            if self.places[i] != Place::Fixed {
                continue;
            }
            let slope = self.slopes[i] - level * along;
            let below = self.weights[i] < self.kink(i);
            let place = if below { Place::Sold } else { Place::Bought };
            let more = (-slope - self.cost_of(place), i, place);
            if more.0 > buy.0 {
                buy = more;
            }
            let less = (slope + self.cost_of(Place::Sold), i, Place::Sold);
            let may_fall = !below && self.weights[i] > 0.0;
            if may_fall && less.0 > sell.0 {
                sell = (less.0, i);
            }
            let best = if may_fall && less.0 > more.0 {
                less
            } else {
                more
            };
            if counts(best.0, best.2) {
                wrong.push(best);
            }
        }
        if none_free {
            let trade = counts(sell.0 + buy.0, Place::Sold);
            if trade {
                self.release(buy.1, buy.2)?;
                self.release(sell.1, Place::Sold)?;
            }
            return Some(trade);
        }
        wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
        let some = 1 + self.factor.free().len() / 4;
        for (_, i, place) in wrong.iter().take(some) {
            self.release(*i, *place)?;
        }
        Some(!wrong.is_empty())
    }
}
