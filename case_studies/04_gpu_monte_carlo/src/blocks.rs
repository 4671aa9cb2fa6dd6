//! A range of blocks, shared out over threads.
//!
//! A block's sums depend on the seed and its index alone, and every block has its own place
//! in the result: the number of threads, and which of them takes which block, have no effect.

use crate::accumulate::{MOMENTS, MOMENTS_WITH_GREEKS};
use crate::dates::Dates;
use crate::kernel::{self, Job, Scratch};
use crate::option::Terms;
use crate::philox::Keys;
use crate::plan::Plan;
use crate::precision::Real;
use crate::{Error, memory};
use native::Isa;
use native::threads::usable;
use std::sync::{Mutex, PoisonError};

/// Samples in a block: with antithetic twins, pairs of paths.
pub const BLOCK: usize = kernel::BLOCK;

/// Blocks there are: path indices have 62 bits.
pub const MAX_BLOCKS: u64 = 1 << 48;

/// Most observations of a path: tables of that length are made for each option.
const MAX_OBSERVATIONS: usize = 1 << 24;

/// The precision of paths; sums over paths are always of doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 53-bit uniforms, double-precision paths.
    Float64,
    /// 32-bit uniforms, single-precision paths: about twice as fast.
    Float32,
}

/// What to simulate, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulation<'a> {
    /// The key of the generator.
    pub seed: u64,
    /// The first block.
    pub first_block: u64,
    /// How many blocks.
    pub blocks: usize,
    /// Steps of a path.
    pub observations: usize,
    /// Of the steps, in a common unit, above 0 and at most 1; `None` where all are of that length.
    pub lengths: Option<&'a [f64]>,
    /// The last step leads to the exercise, and its price is in no average.
    pub unobserved: bool,
    /// A sample is the mean over a path and its mirror image.
    pub antithetic: bool,
    /// Sum up the geometric twin, too.
    pub control: bool,
    /// Sum up delta, vega, gamma, theta and rho, too.
    pub greeks: bool,
    /// The precision of paths.
    pub precision: Precision,
    /// Threads; 0 for all cores.
    pub threads: usize,
    /// The instruction set; one that this CPU lacks gives way to the next it has.
    pub isa: Isa,
}

impl Simulation<'_> {
    /// Sums a block has for each option.
    #[must_use]
    pub fn moments(&self) -> usize {
        if self.greeks {
            MOMENTS_WITH_GREEKS
        } else {
            MOMENTS
        }
    }

    fn check(&self) -> Result<(), Error> {
        let steps = self.observations as u64;
        let most = MAX_OBSERVATIONS as u64;
        let left = MAX_BLOCKS.saturating_sub(self.first_block);
        for (name, value, allowed, expected) in [
            ("observations", steps, 1..=most, "a number from 1 to 2**24"),
            (
                "first_block",
                self.first_block,
                0..=MAX_BLOCKS,
                "at most 2**48",
            ),
            (
                "blocks",
                self.blocks as u64,
                0..=left,
                "first_block + blocks at most 2**48",
            ),
        ] {
            if !allowed.contains(&value) {
                return Err(Error::Range {
                    name,
                    value,
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// The sums of every block for every option, in the order `(blocks, options, moments)`.
///
/// # Errors
/// [`Error::Range`] for observations or blocks that cannot be, [`Error::Shape`] and
/// [`Error::Length`] for lengths, [`Error::OutOfMemory`] where the result or the tables of a step
/// each do not fit.
pub fn block_sums(options: &[Terms], simulation: &Simulation<'_>) -> Result<Vec<f64>, Error> {
    simulation.check()?;
    let stride = options.len() * simulation.moments();
    let mut out = memory::filled(simulation.blocks as u128 * stride as u128, 0.0)?;
    if stride > 0 {
        match simulation.precision {
            Precision::Float64 => fill::<f64>(options, simulation, stride, &mut out)?,
            Precision::Float32 => fill::<f32>(options, simulation, stride, &mut out)?,
        }
    }
    Ok(out)
}

fn fill<F: Real>(
    options: &[Terms],
    simulation: &Simulation<'_>,
    stride: usize,
    out: &mut [f64],
) -> Result<(), Error> {
    let dates = Dates::new(
        simulation.observations,
        simulation.unobserved,
        simulation.lengths,
    )?;
    let plans: Result<Vec<_>, Error> = options
        .iter()
        .map(|option| Plan::new(*option, &dates, simulation.greeks))
        .collect();
    let job = Job::<F> {
        keys: Keys::of_seed(simulation.seed),
        plans: plans?,
        dates,
        antithetic: simulation.antithetic,
        control: simulation.control,
        greeks: simulation.greeks,
    };
    let threads = usable(simulation.threads).min(simulation.blocks);
    let work = Mutex::new((simulation.first_block..).zip(out.chunks_exact_mut(stride)));
    let run = || {
        let mut scratch = Scratch::new(options.len());
        loop {
            let next = work.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, sums)) = next else { return };
            kernel::block::<F>(simulation.isa, &job, index, &mut scratch, sums);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where a thread cannot be started the others do its work.
            let _ = std::thread::Builder::new().spawn_scoped(scope, run);
        }
        run();
    });
    Ok(())
}
