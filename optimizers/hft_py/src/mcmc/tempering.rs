//! Parallel tempering with non-reversible even-odd swaps, and the evidence by stepping stones.
//!
//! Each chain is a ladder of replicas: replica `k` walks under the objective to the power `beta_k`,
//! from the uniform density of the box (`beta = 0`, drawn afresh each iteration) to the target
//! (`beta = 1`). Even pairs swap in even iterations, odd pairs in odd ones: a state then travels in
//! one direction until it is rejected (Syed, Bouchard-Côté, Deligiannidis, Doucet 2021, JRSS B 84).
//! The ladder is respaced during the warm-up, equispaced in the cumulative barrier, then fixed.
//! The evidence: Xie, Lewis, Fan, Kuo, Chen (2011), Systematic Biology 60.

use super::ladder::Ladder;
use super::pool::Pool;
use super::record::Record;
use super::run::{self, Context, Group, Settings, cut, drive, gather, group_count, shares};
use super::space::Space;
use super::walk::Adaptation;
use super::{accepts, real};
use crate::objective::Evaluate;
use crate::watch::Watch;
use crate::{Error, Stop};

/// Ends of the tuning rounds, as fractions of the warm-up; the rest is for the walks to settle.
const ROUNDS: [usize; 4] = [16, 8, 4, 2];

/// What this sampler is told beside [`Settings`].
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Standard deviation of first steps, in coordinates.
    pub scale: &'a [f64],
    /// The acceptance rate aimed at.
    pub target_acceptance: f64,
    /// Replicas of each ladder, at least 2.
    pub levels: usize,
}

/// What a run gives beside its draws.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// As of every sampler; acceptance is the target level's.
    pub run: run::Outcome,
    /// Inverse temperatures, ladder by ladder, from 0 to 1.
    pub inverse_temperatures: Vec<f64>,
    /// Rejection rates of neighbours after the warm-up, ladder by ladder.
    pub swap_rejection: Vec<f64>,
    /// How often a state came down from the target level to the first, having been sent there.
    pub round_trips: Vec<i64>,
    /// The logarithm of the integral of `exp(objective)` over the box, by ladder.
    pub log_evidence: Vec<f64>,
}

struct Ladders<'a> {
    pool: Pool,
    levels: usize,
    ladders: Vec<Ladder>,
    u: Vec<f64>,
    record: Record<'a>,
    rounds: Vec<usize>,
    burn_in: usize,
    kept: usize,
}

/// Ladders from `start` (coordinates, ladder by ladder, from the uniform level to the target).
///
/// `samples` and `log_probs` take the target level's draws: ladder by ladder, [`Settings::draws`]
/// each.
///
/// # Errors
/// Fewer than two levels, or replicas that do not fill ladders; what stopped the objective or the
/// watcher.
#[allow(clippy::too_many_arguments)]
pub fn sample(
    objective: &dyn Evaluate,
    space: &Space,
    start: &[f64],
    start_values: &[f64],
    options: Options<'_>,
    settings: Settings,
    samples: &mut [f64],
    log_probs: &mut [f64],
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let (levels, dimension, draws) = (options.levels, space.dimension(), settings.draws());
    if levels < 2 || !start_values.len().is_multiple_of(levels) {
        return Err(Error::Value {
            name: "levels",
            value: levels.to_string(),
            expected: "at least 2, and so many replicas of each ladder",
        });
    }
    super::walk::ask(start_values.len(), dimension, Adaptation::Ram)?;
    let systems = start_values.len() / levels;
    let shares = shares(systems, group_count(objective, settings.threads, systems));
    let parts = cut(samples, &shares, draws * dimension)
        .into_iter()
        .zip(cut(log_probs, &shares, draws));
    let mut groups: Vec<Ladders<'_>> = shares
        .iter()
        .zip(parts)
        .map(|(share, (samples, log_probs))| {
            let members = share.start * levels..share.end * levels;
            let rows = members.start * dimension..members.end * dimension;
            let pool = Pool::new(space, &start[rows], &start_values[members.clone()]);
            let mut record = Record::new(
                share.len(),
                settings.burn_in,
                settings.thin,
                draws,
                samples,
                log_probs,
            );
            record.see_all(&pool, 0..members.len(), 0);
            let ends = ROUNDS.map(|part| settings.burn_in / part);
            Ladders {
                ladders: share
                    .clone()
                    .map(|system| Ladder::new(system, options, settings.seed))
                    .collect(),
                levels,
                u: vec![0.0; members.len() * dimension],
                pool,
                record,
                rounds: ends.into_iter().filter(|end| *end > 0).collect(),
                burn_in: settings.burn_in,
                kept: 0,
            }
        })
        .collect();
    let context = Context {
        objective,
        space,
        settings,
        batch_threads: 1,
    };
    let done = drive(&context, &mut groups, 0, settings.n_iterations, true, watch)?;
    let counts = groups.iter().fold((0, 0), |(n, invalid), g| {
        (n + g.pool.n_evaluations, invalid + g.pool.n_invalid)
    });
    let records: Vec<&Record<'_>> = groups.iter().map(|g| &g.record).collect();
    let run = gather(&records, settings, done, counts);
    let ladders = || {
        groups
            .iter()
            .flat_map(|g| g.ladders.iter().map(|l| (l, g.kept)))
    };
    let volume = space.log_volume();
    Ok(Outcome {
        run,
        inverse_temperatures: ladders().flat_map(|(l, _)| l.beta.clone()).collect(),
        swap_rejection: ladders().flat_map(|(l, _)| l.rejection()).collect(),
        round_trips: ladders().map(|(l, _)| l.round_trips).collect(),
        log_evidence: ladders()
            .map(|(l, kept)| {
                if kept == 0 {
                    return f64::NAN;
                }
                let count = real(kept).ln();
                volume + l.stones.iter().map(|stone| stone - count).sum::<f64>()
            })
            .collect(),
    })
}

impl Group for Ladders<'_> {
    fn step(&mut self, context: &Context<'_>, iteration: usize) -> Result<(), Stop> {
        let (levels, dimension) = (self.levels, self.pool.dimension);
        let members = self.pool.members;
        for (system, ladder) in self.ladders.iter_mut().enumerate() {
            for k in 0..levels {
                let member = system * levels + k;
                let row = member * dimension..(member + 1) * dimension;
                let u = &mut self.u[row.clone()];
                let proposal = &mut self.pool.proposal[row.clone()];
                if k == 0 {
                    ladder.reference.uniforms(u);
                    context.space.at(u, proposal);
                } else {
                    ladder.normals[k - 1].normals(u);
                    ladder.walks[k - 1].propose(&self.pool.x[row], u, proposal);
                }
            }
        }
        self.pool.evaluate(
            context.space,
            context.objective,
            0..members,
            context.batch_threads,
        )?;
        self.record.see_all(&self.pool, 0..members, iteration);
        for (system, ladder) in self.ladders.iter_mut().enumerate() {
            let base = system * levels;
            self.pool.accept(base);
            for k in 1..levels {
                let member = base + k;
                let log_ratio = self.pool.log_ratio(member, ladder.beta[k]);
                if accepts(ladder.accepts[k - 1].uniform(), log_ratio) {
                    self.pool.accept(member);
                    if k == levels - 1 {
                        self.record.count(system, iteration);
                    }
                }
                if iteration <= self.burn_in {
                    let row = member * dimension..(member + 1) * dimension;
                    let acceptance = log_ratio.min(0.0).exp();
                    let u = &self.u[row.clone()];
                    ladder.walks[k - 1].adapt(&self.pool.x[row], u, acceptance);
                }
            }
            ladder.swap(&mut self.pool, base, iteration);
            if self.rounds.contains(&iteration) {
                ladder.respace();
            }
            if iteration == self.burn_in {
                ladder.forget();
            }
            if iteration > self.burn_in {
                ladder.step_stones(&self.pool.values[base..base + levels]);
            }
        }
        self.kept += usize::from(iteration > self.burn_in);
        let systems = self.ladders.len();
        let tops = (0..systems).map(|s| s * levels + levels - 1);
        self.record.keep(&self.pool, tops, iteration);
        Ok(())
    }

    fn best(&self) -> f64 {
        self.record.best.value
    }
}
