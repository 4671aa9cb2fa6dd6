//! Random-walk Metropolis whose proposal learns its size and shape during the warm-up.
//!
//! After the warm-up nothing is adapted, so the draws come from an ordinary Markov chain. O(d²) an
//! iteration. See [`Adaptation`] for the two ways of learning and their papers.

use super::pool::Pool;
use super::record::Record;
use super::run::{Context, Group, Outcome, Settings, cut, drive, gather, group_count, shares};
use super::space::Space;
use super::walk::{Adaptation, Walk};
use super::{accepts, purpose};
use crate::objective::Evaluate;
use crate::rng::Stream;
use crate::watch::Watch;
use crate::{Error, Stop};

/// What this sampler is told beside [`Settings`].
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Standard deviation of first steps, in coordinates.
    pub scale: &'a [f64],
    /// The acceptance rate aimed at.
    pub target_acceptance: f64,
    /// What is learned.
    pub adaptation: Adaptation,
}

struct Chains<'a> {
    pool: Pool,
    walks: Vec<Walk>,
    normals: Vec<Stream>,
    uniforms: Vec<Stream>,
    u: Vec<f64>,
    record: Record<'a>,
    burn_in: usize,
}

/// Independent chains from `start` (coordinates), whose values are `start_values`.
///
/// `samples` and `log_probs` take the draws: chain by chain, [`Settings::draws`] each.
///
/// # Errors
/// What stopped the objective or the watcher.
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
    let (chains, dimension, draws) = (start_values.len(), space.dimension(), settings.draws());
    super::walk::ask(chains, dimension, options.adaptation)?;
    let groups = group_count(objective, settings.threads, chains);
    let shares = shares(chains, groups);
    let parts = cut(samples, &shares, draws * dimension)
        .into_iter()
        .zip(cut(log_probs, &shares, draws));
    let mut groups: Vec<Chains<'_>> = shares
        .iter()
        .zip(parts)
        .map(|(share, (samples, log_probs))| {
            let rows = share.start * dimension..share.end * dimension;
            let pool = Pool::new(space, &start[rows], &start_values[share.clone()]);
            let mut record = Record::new(
                share.len(),
                settings.burn_in,
                settings.thin,
                draws,
                samples,
                log_probs,
            );
            record.see_all(&pool, 0..share.len(), 0);
            #[allow(clippy::cast_possible_truncation)]
            let streams = |purpose: u32| -> Vec<Stream> {
                let share = share.clone();
                share
                    .map(|c| Stream::new(settings.seed, c as u32, purpose))
                    .collect()
            };
            Chains {
                walks: share
                    .clone()
                    .map(|_| {
                        Walk::new(options.scale, options.adaptation, options.target_acceptance)
                    })
                    .collect(),
                normals: streams(purpose::PROPOSAL),
                uniforms: streams(purpose::ACCEPT),
                u: vec![0.0; share.len() * dimension],
                pool,
                record,
                burn_in: settings.burn_in,
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
    Ok(gather(&records, settings, done, counts))
}

impl Group for Chains<'_> {
    fn step(&mut self, context: &Context<'_>, iteration: usize) -> Result<(), Stop> {
        let (members, dimension) = (self.pool.members, self.pool.dimension);
        for member in 0..members {
            let row = member * dimension..(member + 1) * dimension;
            self.normals[member].normals(&mut self.u[row.clone()]);
            let (x, proposal) = (&self.pool.x, &mut self.pool.proposal);
            self.walks[member].propose(&x[row.clone()], &self.u[row.clone()], &mut proposal[row]);
        }
        self.pool.evaluate(
            context.space,
            context.objective,
            0..members,
            context.batch_threads,
        )?;
        self.record.see_all(&self.pool, 0..members, iteration);
        for member in 0..members {
            let log_ratio = self.pool.log_ratio(member, 1.0);
            if accepts(self.uniforms[member].uniform(), log_ratio) {
                self.pool.accept(member);
                self.record.count(member, iteration);
            }
            if iteration <= self.burn_in {
                let row = member * dimension..(member + 1) * dimension;
                let acceptance = log_ratio.min(0.0).exp();
                self.walks[member].adapt(&self.pool.x[row.clone()], &self.u[row], acceptance);
            }
        }
        self.record.keep(&self.pool, 0..members, iteration);
        Ok(())
    }

    fn best(&self) -> f64 {
        self.record.best.value
    }
}
