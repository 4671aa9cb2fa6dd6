//! Affine-invariant ensemble: the stretch move of Goodman and Weare (2010, CAMCoS 5).
//!
//! Walkers move along the line to a partner from the other half of the ensemble, by a factor of
//! density `g(z) ~ 1/sqrt(z)` on `[1/a, a]`; the two halves take turns, so that all walkers of a
//! half are one batch (Foreman-Mackey et al. 2013). O(d) an iteration and walker.

use super::pool::Pool;
use super::record::Record;
use super::run::{Context, Group, Outcome, Settings, drive, gather};
use super::space::Space;
use super::{accepts, index, purpose, real};
use crate::objective::Evaluate;
use crate::rng::Stream;
use crate::watch::Watch;
use crate::{Error, Stop};

struct Ensemble<'a> {
    pool: Pool,
    streams: Vec<Stream>,
    /// Of each walker: the logarithms of its factor and of its uniform.
    moves: Vec<(f64, f64)>,
    stretch: f64,
    record: Record<'a>,
}

/// One ensemble from `start` (coordinates); the number of walkers is even.
///
/// `samples` and `log_probs` take the draws: walker by walker, [`Settings::draws`] each.
///
/// # Errors
/// An odd number of walkers; what stopped the objective or the watcher.
#[allow(clippy::too_many_arguments)]
pub fn sample(
    objective: &dyn Evaluate,
    space: &Space,
    start: &[f64],
    start_values: &[f64],
    stretch: f64,
    settings: Settings,
    samples: &mut [f64],
    log_probs: &mut [f64],
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let members = start_values.len();
    if members < 2 || members % 2 == 1 {
        return Err(Error::Value {
            name: "n_chains",
            value: members.to_string(),
            expected: "an even number of walkers",
        });
    }
    let pool = Pool::new(space, start, start_values);
    let draws = settings.draws();
    let mut record = Record::new(
        members,
        settings.burn_in,
        settings.thin,
        draws,
        samples,
        log_probs,
    );
    record.see_all(&pool, 0..members, 0);
    #[allow(clippy::cast_possible_truncation)]
    let streams = (0..members).map(|w| Stream::new(settings.seed, w as u32, purpose::STRETCH));
    let mut groups = [Ensemble {
        pool,
        streams: streams.collect(),
        moves: vec![(0.0, 0.0); members],
        stretch,
        record,
    }];
    let context = Context {
        objective,
        space,
        settings,
        batch_threads: settings.threads,
    };
    let done = drive(
        &context,
        &mut groups,
        0,
        settings.n_iterations,
        false,
        watch,
    )?;
    let [group] = groups;
    let counts = (group.pool.n_evaluations, group.pool.n_invalid);
    Ok(gather(&[&group.record], settings, done, counts))
}

impl Group for Ensemble<'_> {
    fn step(&mut self, context: &Context<'_>, iteration: usize) -> Result<(), Stop> {
        let (members, dimension) = (self.pool.members, self.pool.dimension);
        let half = members / 2;
        for (moved, others) in [(0..half, half), (half..members, 0)] {
            for walker in moved.clone() {
                let stream = &mut self.streams[walker];
                let root = (self.stretch - 1.0) * stream.uniform() + 1.0;
                let z = root * root / self.stretch;
                let partner = others + index(stream.uniform(), half);
                for i in 0..dimension {
                    let anchor = self.pool.x[partner * dimension + i];
                    self.pool.proposal[walker * dimension + i] =
                        anchor + z * (self.pool.x[walker * dimension + i] - anchor);
                }
                self.moves[walker] = (z.ln(), stream.uniform());
            }
            self.pool.evaluate(
                context.space,
                context.objective,
                moved.clone(),
                context.batch_threads,
            )?;
            self.record.see_all(&self.pool, moved.clone(), iteration);
            for walker in moved {
                let (log_z, uniform) = self.moves[walker];
                let log_ratio = self.pool.log_ratio(walker, 1.0);
                if accepts(uniform, real(dimension - 1) * log_z + log_ratio) {
                    self.pool.accept(walker);
                    self.record.count(walker, iteration);
                }
            }
        }
        self.record.keep(&self.pool, 0..members, iteration);
        Ok(())
    }

    fn best(&self) -> f64 {
        self.record.best.value
    }
}
