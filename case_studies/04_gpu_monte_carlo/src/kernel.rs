//! One block of paths: generate, walk, price, add up; nothing of a path is kept.
//!
//! Paths go in tiles. A tile's normals for one group of steps, its levels and its sums stay
//! in the first cache (a few kilobytes), and each stage is a short loop over the tile that
//! becomes vector code: short, because then the CPU has several iterations in flight and
//! hides the latencies of the generator's products, the division and the root. All options
//! of a run walk on the same normals.

use crate::accumulate::{Samples, Sums};
use crate::dates::Dates;
use crate::payoff::{self, Normals};
use crate::philox::{Counters, Keys};
use crate::plan::Plan;
use crate::precision::Real;
use crate::step::{Walk, advance};
use crate::tile::{GROUP, TILE};
use native::for_each_isa;

/// Samples in a block.
pub(crate) const BLOCK: usize = 16_384;

/// What to simulate.
pub(crate) struct Job<F> {
    pub(crate) keys: Keys,
    pub(crate) plans: Vec<Plan<F>>,
    pub(crate) dates: Dates,
    pub(crate) antithetic: bool,
    pub(crate) control: bool,
    pub(crate) greeks: bool,
}

/// One thread's working memory.
#[repr(C, align(64))]
pub(crate) struct Scratch<F: Real> {
    counters: Counters,
    words: [F::Words; GROUP],
    normals: [[F; TILE]; GROUP],
    first: [F; TILE],
    last: [F; TILE],
    area: [F; TILE],
    walks: Vec<[Walk<F>; 2]>,
    sums: Vec<Sums>,
    samples: Samples,
}

impl<F: Real> Scratch<F> {
    pub(crate) fn new(options: usize) -> Self {
        let zero = [F::ZERO; TILE];
        Self {
            counters: Counters::new(),
            words: [F::NO_WORDS; GROUP],
            normals: [zero; GROUP],
            first: zero,
            last: zero,
            area: zero,
            walks: vec![[Walk::START; 2]; options],
            sums: vec![Sums::ZERO; options],
            samples: Samples::ZERO,
        }
    }
}

/// The normals of one group of steps from its words.
///
/// Radius and turn in one loop: the divider works on the one while the multipliers work on
/// the other.
#[inline(always)]
pub(crate) fn box_muller<F: Real, const FUSED: bool>(
    words: &[F::Words; GROUP],
    normals: &mut [[F; TILE]; GROUP],
) {
    for (words, pair) in words.chunks_exact(2).zip(normals.chunks_exact_mut(2)) {
        let ([one, two], [first, second]) = (words, pair) else {
            return;
        };
        for i in 0..TILE {
            let radius = F::radius::<FUSED>(F::uniform::<FUSED>(one, i));
            let (cos, sin) = F::turn::<FUSED>(F::uniform::<FUSED>(two, i));
            (first[i], second[i]) = (radius * cos, radius * sin);
        }
    }
}

for_each_isa! {
    for FUSED
    /// The sums of block `index`: for each option as many as `out` has room for.
    pub(crate) fn block<F: Real>(
        isa: Isa,
        job: &Job<F>,
        index: u64,
        scratch: &mut Scratch<F>,
        out: &mut [f64],
    ) {
        scratch.sums.fill(Sums::ZERO);
        let first = index * BLOCK as u64;
        for path in (first..first + BLOCK as u64).step_by(TILE) {
            tile::<F, FUSED>(job, path, scratch);
        }
        let moments = out.len() / scratch.sums.len().max(1);
        for (sums, out) in scratch.sums.iter().zip(out.chunks_exact_mut(moments.max(1))) {
            sums.totals(out);
        }
    }
}

#[inline(always)]
fn tile<F: Real, const FUSED: bool>(job: &Job<F>, path: u64, scratch: &mut Scratch<F>) {
    let Scratch {
        counters,
        words,
        normals,
        first,
        last,
        area,
        walks,
        sums,
        samples,
    } = scratch;
    let summed = job.control || job.greeks || job.plans.iter().any(|p| !p.terms.arithmetic);
    counters.start::<F>(&job.keys, path);
    for pair in walks.iter_mut() {
        for walk in pair.iter_mut().take(1 + usize::from(job.antithetic)) {
            walk.restart(job.greeks);
        }
    }
    (*last, *area) = ([F::ZERO; TILE], [F::ZERO; TILE]);
    let all = job.dates.steps;
    for (group, step) in (0..all).step_by(GROUP).enumerate() {
        counters.words::<F>(&job.keys, group as u32, words);
        box_muller::<F, FUSED>(words, normals);
        if group == 0 {
            *first = normals[0];
        }
        for (j, row) in normals.iter_mut().enumerate() {
            if let Some(root) = job.dates.root(step + j) {
                let root = F::of(root);
                row.iter_mut().for_each(|z| *z = *z * root);
            }
        }
        if group > 0 && group % F::FOLD == 0 {
            walks.iter_mut().flatten().for_each(Walk::fold);
        }
        let steps = GROUP.min(all - step);
        match steps {
            GROUP => walk::<F, GROUP, FUSED>(job, step, normals, 0, last, area, walks, summed),
            _ => {
                for j in 0..steps {
                    walk::<F, 1, FUSED>(job, step + j, normals, j, last, area, walks, summed);
                }
            }
        }
    }
    if job.dates.observed < all {
        for (area, last) in area.iter_mut().zip(&*last) {
            *area = *area - *last;
        }
    }
    let normals = Normals { first, last, area };
    for ((plan, [path, twin]), sums) in job.plans.iter().zip(walks).zip(sums) {
        payoff::price::<F, FUSED>(
            plan,
            path,
            &normals,
            false,
            job.control,
            job.greeks,
            samples,
        );
        if job.antithetic {
            payoff::price::<F, FUSED>(plan, twin, &normals, true, job.control, job.greeks, samples);
        }
        sums.add(samples, job.control, job.greeks);
    }
}

/// `STEPS` steps of every option on the normals from row `row` on.
#[allow(clippy::too_many_arguments, clippy::needless_range_loop)]
#[inline(always)]
fn walk<F: Real, const STEPS: usize, const FUSED: bool>(
    job: &Job<F>,
    step: usize,
    normals: &[[F; TILE]; GROUP],
    row: usize,
    last: &mut [F; TILE],
    area: &mut [F; TILE],
    walks: &mut [[Walk<F>; 2]],
    summed: bool,
) {
    let Some(rows) = normals[row..].first_chunk::<STEPS>() else {
        return;
    };
    for (plan, walks) in job.plans.iter().zip(walks) {
        // A geometric average needs no level: its logarithm is a sum of normals.
        if plan.terms.arithmetic {
            advance::<F, STEPS, FUSED>(plan, step, rows, last, walks, job.antithetic, job.greeks);
        }
    }
    if summed {
        for i in 0..TILE {
            let (mut w, mut sum) = (last[i], area[i]);
            for j in 0..STEPS {
                w += rows[j][i];
                sum += w;
            }
            (last[i], area[i]) = (w, sum);
        }
    }
}
