//! The numbers paths are made of, for tests: uniforms and normals by path and step.

use crate::kernel::box_muller;
use crate::philox::{Counters, Keys};
use crate::precision::Real;
use crate::tile::{GROUP, TILE};
use native::{Isa, for_each_isa};

/// The uniforms of paths `first_path ..`, `steps` a path, row by row into `out`.
///
/// Uniforms `2 i` and `2 i + 1` make the normals of the steps of the same numbers.
///
/// # Panics
/// Where `out` is not a whole number of rows.
#[allow(private_bounds)]
pub fn uniforms<F: Real>(isa: Isa, seed: u64, first_path: u64, steps: usize, out: &mut [F]) {
    rows(isa, seed, first_path, steps, false, out);
}

/// The normals of paths `first_path ..`, `steps` a path, row by row into `out`.
///
/// # Panics
/// Where `out` is not a whole number of rows.
#[allow(private_bounds)]
pub fn normals<F: Real>(isa: Isa, seed: u64, first_path: u64, steps: usize, out: &mut [F]) {
    rows(isa, seed, first_path, steps, true, out);
}

fn rows<F: Real>(isa: Isa, seed: u64, first_path: u64, steps: usize, normal: bool, out: &mut [F]) {
    if steps == 0 || out.is_empty() {
        return;
    }
    assert_eq!(
        out.len() % steps,
        0,
        "{} numbers are no rows of {steps}",
        out.len()
    );
    let keys = Keys::of_seed(seed);
    let last = first_path + (out.len() / steps) as u64;
    let mut tile = first_path - first_path % TILE as u64;
    let mut counters = Counters::new();
    let mut group = [[F::ZERO; TILE]; GROUP];
    while tile < last {
        counters.start::<F>(&keys, tile);
        for step in (0..steps).step_by(GROUP) {
            let number = (step / GROUP) as u32;
            fill::<F>(isa, &counters, &keys, number, normal, &mut group);
            for path in first_path.max(tile)..last.min(tile + TILE as u64) {
                let row = &mut out[(path - first_path) as usize * steps..][..steps];
                for (to, from) in row[step..].iter_mut().zip(&group[..GROUP]) {
                    *to = from[(path - tile) as usize];
                }
            }
        }
        tile += TILE as u64;
    }
}

for_each_isa! {
    for FUSED
    fn fill<F: Real>(
        isa: Isa,
        counters: &Counters,
        keys: &Keys,
        group: u32,
        normal: bool,
        out: &mut [[F; TILE]; GROUP],
    ) {
        let mut words = [F::NO_WORDS; GROUP];
        counters.words::<F>(keys, group, &mut words);
        if normal {
            box_muller::<F, FUSED>(&words, out);
            return;
        }
        for (row, words) in out.iter_mut().zip(&words) {
            for (path, u) in row.iter_mut().enumerate() {
                *u = F::uniform::<FUSED>(words, path);
            }
        }
    }
}
