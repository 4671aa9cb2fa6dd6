//! What all methods share: the run, the best point, the reasons to stop.

use crate::objective::{Evaluate, Sense, replace_nan};
use crate::watch::{Flow, Watch};
use crate::{Error, Stop};
use std::cmp::Ordering;

/// Why a run stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it, and the Python side documents them
pub enum Reason {
    TargetReached,
    Converged,
    FunctionTolerance,
    ParameterTolerance,
    ConditionNumber,
    StepTooLarge,
    NoEffectAxis,
    NoEffectCoordinate,
    Stagnation,
    MaxIterations,
    MaxEvaluations,
    StoppedByCallback,
}

impl Reason {
    /// Its name in Python.
    pub fn name(self) -> &'static str {
        match self {
            Self::TargetReached => "target_reached",
            Self::Converged => "converged",
            Self::FunctionTolerance => "function_tolerance",
            Self::ParameterTolerance => "parameter_tolerance",
            Self::ConditionNumber => "condition_number",
            Self::StepTooLarge => "step_too_large",
            Self::NoEffectAxis => "no_effect_axis",
            Self::NoEffectCoordinate => "no_effect_coordinate",
            Self::Stagnation => "stagnation",
            Self::MaxIterations => "max_iterations",
            Self::MaxEvaluations => "max_evaluations",
            Self::StoppedByCallback => "stopped_by_callback",
        }
    }
}

/// The value of a point and by how much it violates the constraints.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merit {
    /// The objective's value.
    pub value: f64,
    /// The sum of violations; 0 where feasible.
    pub violation: f64,
}

impl Merit {
    /// Worse than any other.
    pub const WORST: Self = Self {
        value: f64::INFINITY,
        violation: f64::INFINITY,
    };

    /// Whether strictly better, by the rules of feasibility: Deb, Comput. Methods Appl. Mech.
    /// Engrg. 186 (2000).
    #[inline]
    pub fn precedes(self, other: Self) -> bool {
        if self.violation == other.violation {
            self.value < other.value
        } else {
            self.violation < other.violation
        }
    }

    /// The order of [`precedes`](Self::precedes); neither number may be NaN.
    fn order(&self, other: &Self) -> Ordering {
        self.violation.total_cmp(&other.violation).then(
            self.value
                .partial_cmp(&other.value)
                .unwrap_or(Ordering::Equal),
        )
    }
}

/// Indices from best to worst; ties in the order given.
pub fn rank(merits: &[Merit], order: &mut Vec<usize>) {
    order.clear();
    order.extend(0..merits.len());
    order.sort_by(|&a, &b| merits[a].order(&merits[b]));
}

/// By how much the values of a first generation differ: the middle finite one less the least.
///
/// Tolerances are measured by it, so that an objective in small units, or with a large constant,
/// is searched like any other. Infinite where it tells nothing: where there is no such difference.
pub fn spread(values: impl Iterator<Item = f64>) -> f64 {
    let mut finite: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    finite.sort_unstable_by(f64::total_cmp);
    match finite.first() {
        Some(least) if finite[finite.len() / 2] > *least => finite[finite.len() / 2] - least,
        _ => f64::INFINITY,
    }
}

/// When to stop whatever the method.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Generations after the first.
    pub max_iterations: u64,
    /// Evaluations, never exceeded but by the first generation.
    pub max_evaluations: u64,
    /// A value that is good enough.
    pub target: f64,
}

/// Numbers of a column for which room is made at once; untouched room costs no memory.
const ROOM: u64 = 1 << 16;

/// What a run keeps beside the method's own state.
#[derive(Debug, Clone)]
pub struct Record {
    /// The limits.
    pub budget: Budget,
    /// Generations.
    pub iterations: u64,
    /// Evaluations.
    pub evaluations: u64,
    /// Values that were NaN.
    pub n_invalid: u64,
    /// Why the run stopped.
    pub stop: Option<Reason>,
    /// The best point.
    pub best: Vec<f64>,
    /// And its merit.
    pub best_merit: Merit,
    /// Columns by name, a row (of the width given) a generation.
    pub history: Vec<(&'static str, usize, Vec<f64>)>,
}

impl Record {
    /// Nothing so far; generations have about `size` points.
    pub fn new(
        dimension: usize,
        size: usize,
        budget: Budget,
        extra: &[(&'static str, usize)],
    ) -> Self {
        let generations = (budget.max_evaluations / size.max(1) as u64).min(budget.max_iterations);
        let room = |width: usize| {
            let rows = generations
                .saturating_add(1)
                .min(ROOM / width.max(1) as u64);
            Vec::with_capacity(usize::try_from(rows).unwrap_or(0) * width)
        };
        let columns = [("evaluations", 1), ("best", 1), ("best_params", dimension)];
        Self {
            budget,
            iterations: 0,
            evaluations: 0,
            n_invalid: 0,
            stop: None,
            best: vec![f64::NAN; dimension],
            best_merit: Merit::WORST,
            history: columns
                .iter()
                .chain(extra)
                .map(|&(name, width)| (name, width, room(width)))
                .collect(),
        }
    }

    /// Note a number, or a row of them, in the `extra`-th column of the method's own.
    pub fn note(&mut self, extra: usize, row: &[f64]) {
        if let Some(column) = self.history.get_mut(3 + extra) {
            column.2.extend_from_slice(row);
        }
    }
}

/// A method that makes points and learns from their values.
pub trait Search: Send + Sync {
    /// Coordinates of a point.
    fn dimension(&self) -> usize;
    /// What the run keeps.
    fn record(&self) -> &Record;
    /// The same, for writing.
    fn record_mut(&mut self) -> &mut Record;
    /// How many points the next generation has.
    fn next_size(&self) -> usize;
    /// Put the points of the next generation into `points`, one after the other.
    fn ask(&mut self, points: &mut Vec<f64>);
    /// Take in a generation; the reason to stop, if any.
    fn learn(&mut self, points: &[f64], merits: &[Merit]) -> Option<Reason>;
}

/// Tell a method the values at `points`, and by how much they violate the constraints.
///
/// NaN counts as plus infinity; at an infeasible point the value does not matter.
///
/// # Errors
/// [`Stop::Refused`] for a value of minus infinity.
pub fn tell<S: Search + ?Sized>(
    search: &mut S,
    points: &[f64],
    values: &mut [f64],
    violations: Option<&[f64]>,
) -> Result<(), Stop> {
    let d = search.dimension();
    let violation = |i: usize| match violations.map(|all| all[i]) {
        None => 0.0,
        Some(amount) if amount.is_nan() => f64::INFINITY,
        Some(amount) => amount,
    };
    for (i, value) in values.iter_mut().enumerate() {
        if violation(i) > 0.0 {
            *value = f64::INFINITY;
        }
    }
    let record = search.record_mut();
    record.n_invalid += replace_nan(points, values, Sense::Minimise)? as u64;
    let mut merits = Vec::with_capacity(values.len());
    for (i, (&value, point)) in values.iter().zip(points.chunks_exact(d)).enumerate() {
        let merit = Merit {
            value,
            violation: violation(i),
        };
        if record.best[0].is_nan() || merit.precedes(record.best_merit) {
            record.best.copy_from_slice(point);
            record.best_merit = merit;
        }
        merits.push(merit);
    }
    search.record_mut().evaluations += merits.len() as u64;
    let reason = search.learn(points, &merits);
    let next = search.next_size() as u64;
    let record = search.record_mut();
    if let [evaluations, best, best_params, ..] = &mut record.history[..] {
        evaluations.2.push(record.evaluations as f64);
        best.2.push(record.best_merit.value);
        best_params.2.extend_from_slice(&record.best);
    }
    let budget = record.budget;
    record.stop = if record.best_merit.violation == 0.0 && record.best_merit.value <= budget.target
    {
        Some(Reason::TargetReached)
    } else if reason.is_some() {
        reason
    } else if record.iterations >= budget.max_iterations {
        Some(Reason::MaxIterations)
    } else if record.evaluations + next > budget.max_evaluations {
        Some(Reason::MaxEvaluations)
    } else {
        None
    };
    Ok(())
}

/// Go round until a reason to stop holds.
///
/// # Errors
/// What the objective or the watcher stops with.
pub fn run<S: Search + ?Sized>(
    search: &mut S,
    objective: &dyn Evaluate,
    threads: usize,
    watch: &mut dyn Watch,
) -> Result<(), Error> {
    let (mut points, mut values) = (Vec::new(), Vec::new());
    while search.record().stop.is_none() {
        search.ask(&mut points);
        values.clear();
        values.resize(points.len() / search.dimension(), 0.0);
        objective.evaluate(&points, &mut values, threads)?;
        tell(search, &points, &mut values, None)?;
        let record = search.record_mut();
        let flow = watch.tick(record.evaluations, record.best_merit.value)?;
        if flow == Flow::Halt && record.stop.is_none() {
            record.stop = Some(Reason::StoppedByCallback);
        }
    }
    Ok(())
}
