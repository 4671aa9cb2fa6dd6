//! Generalised simulated annealing with a local search: dual annealing.
//!
//! Source: Tsallis and Stariolo, Physica A 233 (1996); Xiang, Sun, Fan and Gong, Physics Letters A
//! 233 (1997), whose symbols are kept; Bailey, Math. Comp. 62 (1994).

use super::local::LocalSearch;
use super::population::Setting;
use super::search::{Budget, Merit, Reason, Record, Search, spread};
use crate::rng::Stream;
use std::f64::consts::TAU;

/// Of the random numbers of a run.
const PURPOSE: u32 = 0x4441;
/// Widths, 2^-26: the step of the local search's differences.
const DIFFERENCE: f64 = 1.0 / 67_108_864.0;
/// Widths: a longer step lands anywhere.
const FURTHEST: f64 = 1e8;
/// An exponent that does not overflow.
const LARGEST: f64 = 700.0;
/// What the spread of the first generation counts as.
const ENERGY: f64 = 1_000.0;
/// Widths: the unit of the visits' steps.
const REACH: f64 = 0.01;
/// Temperatures from one local search of the current point to the next.
const EVERY: u64 = 20;

/// Temperatures, and what is done at each.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// `T_qv(1)`.
    pub initial_temperature: f64,
    /// The share of it at which the search starts again from above.
    pub restart_temperature_ratio: f64,
    /// `q_v`.
    pub visit: f64,
    /// `q_a`.
    pub accept: f64,
    /// Whether new best points are improved.
    pub local_search: bool,
    /// Temperatures without a better point after which the search stops.
    pub patience: u64,
}

impl Schedule {
    /// `T_qv(t) / T_qv(1)`.
    fn cooled(&self, t: u64) -> f64 {
        let power = self.visit - 1.0;
        (2.0_f64.powf(power) - 1.0) / ((1.0 + t as f64).powf(power) - 1.0)
    }

    /// A step of one coordinate from two uniforms, in widths.
    fn step(&self, u: f64, v: f64, temperature: f64) -> f64 {
        let q_v = self.visit;
        let nu = (3.0 - q_v) / (q_v - 1.0);
        let squared = nu * (-2.0 / nu * u.ln()).min(LARGEST).exp_m1();
        let student = squared.sqrt() * (TAU * v).cos();
        REACH * student * temperature.powf(1.0 / (3.0 - q_v)) / (3.0 - q_v).sqrt()
    }

    /// The probability of a point whose energy is higher by `rise`.
    fn acceptance(&self, rise: f64, temperature: f64) -> f64 {
        let bracket = 1.0 - (1.0 - self.accept) * rise / temperature;
        if bracket > 0.0 {
            bracket.powf(1.0 / (1.0 - self.accept))
        } else {
            0.0
        }
    }
}

/// A run; its iterations are temperatures.
pub struct Annealing {
    /// The first generation.
    sample: Vec<f64>,
    schedule: Schedule,
    setting: Setting,
    local: LocalSearch,
    draws: Stream,
    /// The current point.
    x: Vec<f64>,
    merit: Merit,
    t: u64,
    visit: usize,
    /// The uniform that decides whether the visited point is accepted.
    lot: f64,
    /// Of the first generation's values.
    spread: f64,
    /// The best when a local search last ended.
    refined: Merit,
    /// The best, and the temperatures for which it has been.
    known: Merit,
    idle: u64,
    record: Record,
}

impl Annealing {
    /// The points of `sample` are the first generation.
    pub fn new(
        sample: &[f64],
        schedule: Schedule,
        setting: Setting,
        budget: Budget,
        (seed, stream): (u64, u32),
    ) -> Self {
        let d = setting.lower.len();
        Self {
            sample: sample.to_vec(),
            schedule,
            local: LocalSearch::new(&setting),
            draws: Stream::new(seed, stream, PURPOSE),
            x: sample[..d].to_vec(),
            merit: Merit::WORST,
            t: 1,
            visit: 0,
            lot: 0.0,
            spread: f64::INFINITY,
            refined: Merit::WORST,
            known: Merit::WORST,
            idle: 0,
            record: Record::new(d, 1, budget, &[("temperature", 1)]),
            setting,
        }
    }

    fn temperature(&self) -> f64 {
        self.schedule.initial_temperature * self.schedule.cooled(self.t)
    }

    /// Move to a visited point, or stay.
    fn choose(&mut self, point: &[f64], merit: Merit) {
        if self.merit.precedes(merit) {
            let rise = if self.merit.violation == merit.violation {
                merit.value - self.merit.value
            } else if self.merit.violation == 0.0 {
                return; // never from a feasible point to an infeasible one
            } else {
                merit.violation - self.merit.violation
            };
            let unit = if self.spread < f64::INFINITY {
                self.spread
            } else {
                1.0
            };
            let temperature = self.temperature() / self.t as f64;
            if self.lot >= self.schedule.acceptance(rise / unit * ENERGY, temperature) {
                return;
            }
        }
        self.x.copy_from_slice(point);
        self.merit = merit;
    }

    /// Begin a local search.
    fn refine(&mut self, x: Vec<f64>, value: f64, level: f64) {
        // Between truncation and the rounding of values beside a large constant.
        let difference = DIFFERENCE * (value.abs() / self.spread).max(1.0).sqrt();
        self.local.start(x, value, level, difference.min(1e-3));
    }

    /// The visits at a temperature are over; the reason to stop, if any.
    fn cool(&mut self) -> Option<Reason> {
        self.record.iterations += 1;
        self.visit = 0;
        self.t += 1;
        if self.schedule.cooled(self.t) < self.schedule.restart_temperature_ratio {
            (self.t, self.merit) = (1, Merit::WORST);
        }
        let best = self.record.best_merit;
        let level = self.setting.level(best.value, self.spread);
        let found = best.violation == 0.0 && best.value.is_finite();
        if found && self.schedule.local_search {
            let current = self.merit != self.refined
                && self.merit.violation == 0.0
                && self.merit.value.is_finite();
            if best.precedes(self.refined) {
                self.refine(self.record.best.clone(), best.value, level);
            } else if current && self.record.iterations.is_multiple_of(EVERY) {
                self.refine(self.x.clone(), self.merit.value, level);
            }
        }
        if best.violation < self.known.violation || self.known.value - best.value > level {
            (self.known, self.idle) = (best, 0);
        } else {
            self.idle += 1;
        }
        (found && self.idle >= self.schedule.patience).then_some(Reason::FunctionTolerance)
    }
}

impl Search for Annealing {
    fn dimension(&self) -> usize {
        self.x.len()
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn next_size(&self) -> usize {
        if self.record.evaluations == 0 {
            self.sample.len() / self.x.len()
        } else if self.local.active {
            self.local.next_size()
        } else {
            1
        }
    }

    fn ask(&mut self, points: &mut Vec<f64>) {
        if self.record.evaluations == 0 {
            points.clone_from(&self.sample);
            return;
        }
        if self.local.active {
            self.local.ask(&self.setting, points);
            return;
        }
        points.clone_from(&self.x);
        self.lot = self.draws.uniform();
        let (d, temperature) = (self.x.len(), self.temperature());
        let moved = match self.visit.checked_sub(d) {
            Some(j) => j..j + 1,
            None => 0..d,
        };
        for j in moved {
            let (u, v) = (self.draws.uniform(), self.draws.uniform());
            let step = self.schedule.step(u, v, temperature);
            let place = self.setting.place(j, points[j]) + step;
            let place = if step.abs() < FURTHEST {
                place - place.floor()
            } else {
                v
            };
            points[j] = self.setting.coordinate(j, place);
        }
        self.setting.round(points);
    }

    fn learn(&mut self, points: &[f64], merits: &[Merit]) -> Option<Reason> {
        let mut reason = None;
        if self.record.evaluations == merits.len() as u64 {
            self.spread = spread(merits.iter().map(|m| m.value));
            self.x.copy_from_slice(&self.record.best);
            self.merit = self.record.best_merit;
        } else if self.local.active {
            let values: Vec<f64> = merits.iter().map(|m| m.value).collect();
            self.local.tell(&self.setting, points, &values);
            if !self.local.active {
                self.refined = self.record.best_merit;
                self.x.copy_from_slice(&self.local.x);
                self.merit = Merit {
                    value: self.local.value,
                    violation: 0.0,
                };
            }
        } else {
            self.choose(points, merits[0]);
            self.visit += 1;
            if self.visit == 2 * self.x.len() {
                reason = self.cool();
            }
        }
        let temperature = self.temperature();
        self.record.note(0, &[temperature]);
        reason
    }
}
