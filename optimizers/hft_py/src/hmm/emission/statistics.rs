//! Weighted sums over observations: all that new parameters need.

use super::super::model::{Kind, Model};
use super::{BLOCK, Scratch, has_nan, partial, transpose};
use crate::lanes::{LANES, Lanes};
use crate::math;
use native::for_each_isa;

/// Sums for each state, about its old mean `m`, with weights `g`:
///
/// - Gaussian, by column: `g` where it is known, `g (x - m)`, `g (x - m)^2`;
/// - full: `g`, `g (x - m)` by column, `g` times the products of all columns `i >= j`;
/// - Student's t, with latent precisions `u`: `g`, `g u`, `g u (x - m)`, `g u (x - m)^2`,
///   `g (ln u - u)`;
/// - symbols: `g` of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// State by state.
    pub sums: Vec<f64>,
}

impl Statistics {
    /// How many sums a state has.
    pub fn width(model: &Model) -> usize {
        let d = model.dimension;
        match model.kind {
            Kind::Gaussian => 3 * d,
            Kind::GaussianFull => 1 + d + d * (d + 1) / 2,
            Kind::StudentT => 5,
            Kind::Categorical => model.parameters(),
        }
    }

    /// Sums over a sequence `x` with weights in tiles; weights beyond its end are 0.
    pub fn of(model: &Model, x: &[f64], weights: &[Lanes], scratch: &mut Scratch) -> Self {
        let (k, d, width) = (model.states(), model.dimension, Self::width(model));
        if model.kind == Kind::Categorical {
            return Self {
                sums: counts(x, weights, k, width),
            };
        }
        let mut sums = vec![Lanes::ZERO; k * width];
        let mut masked = vec![Lanes::ZERO; k * BLOCK / LANES];
        for (block, rows) in x.chunks(BLOCK * d).enumerate() {
            let many = rows.len() / d;
            let tiles = many.div_ceil(LANES);
            let first = block * BLOCK / LANES * k;
            let mut weights = &weights[first..first + tiles * k];
            transpose(rows, d, &mut scratch.columns);
            for column in scratch.columns.chunks_exact_mut(BLOCK) {
                column[many..tiles * LANES].fill(0.0);
            }
            let gaps = has_nan(rows);
            if gaps && model.kind == Kind::Gaussian {
                for i in 0..d {
                    masked[..tiles * k].copy_from_slice(weights);
                    mask(
                        &rows[i..],
                        d,
                        1,
                        k,
                        &mut masked,
                        &mut scratch.columns[i * BLOCK..],
                    );
                    diagonal(
                        model,
                        &scratch.columns,
                        &masked[..tiles * k],
                        i..i + 1,
                        &mut sums,
                    );
                }
                continue;
            }
            if gaps {
                if model.kind == Kind::GaussianFull {
                    partial::add(model, rows, weights, &mut sums);
                }
                masked[..tiles * k].copy_from_slice(weights);
                mask(rows, d, d, k, &mut masked, &mut scratch.columns);
                weights = &masked[..tiles * k];
            }
            match model.kind {
                Kind::StudentT => student_t(model, &scratch.columns, weights, &mut sums),
                Kind::GaussianFull => full(model, &scratch.columns, weights, &mut sums),
                _ => diagonal(model, &scratch.columns, weights, 0..d, &mut sums),
            }
        }
        Self {
            sums: sums.iter().map(|s| s.total()).collect(),
        }
    }
}

/// Rows that miss one of the first `count` columns: weight 0, values 0.
fn mask(
    rows: &[f64],
    d: usize,
    count: usize,
    states: usize,
    weights: &mut [Lanes],
    columns: &mut [f64],
) {
    for (t, row) in rows.chunks(d).enumerate() {
        if row[..count].iter().any(|v| v.is_nan()) {
            for weight in &mut weights[t / LANES * states..][..states] {
                weight.0[t % LANES] = 0.0;
            }
            for column in columns.chunks_exact_mut(BLOCK).take(count) {
                column[t] = 0.0;
            }
        }
    }
}

fn counts(x: &[f64], weights: &[Lanes], states: usize, symbols: usize) -> Vec<f64> {
    let mut sums = vec![0.0; states * symbols];
    for (t, symbol) in x.iter().enumerate().filter(|(_, s)| !s.is_nan()) {
        for k in 0..states {
            let weight = weights[t / LANES * states + k].0[t % LANES];
            sums[k * symbols + *symbol as usize] += weight;
        }
    }
    sums
}

#[inline(always)]
fn eight(column: &[f64], tile: usize) -> Lanes {
    let mut lanes = Lanes::ZERO;
    lanes
        .0
        .copy_from_slice(&column[tile * LANES..(tile + 1) * LANES]);
    lanes
}

for_each_isa! {
    for FUSED
    fn diagonal(
        model: &Model,
        columns: &[f64],
        weights: &[Lanes],
        chosen: std::ops::Range<usize>,
        sums: &mut [Lanes],
    ) {
        let (states, d) = (model.states(), model.dimension);
        let width = 3 * d;
        for k in 0..states {
            let row = model.row(k);
            let sums = &mut sums[k * width..(k + 1) * width];
            for i in chosen.clone() {
                let mean = Lanes::splat(row[i]);
                let column = &columns[i * BLOCK..(i + 1) * BLOCK];
                let (mut zeroth, mut first, mut second) = (sums[i], sums[d + i], sums[2 * d + i]);
                for (tile, weights) in weights.chunks_exact(states).enumerate() {
                    let weight = weights[k];
                    let deviation = eight(column, tile) - mean;
                    let product = weight * deviation;
                    zeroth += weight;
                    first += product;
                    second = product.fma::<FUSED>(deviation, second);
                }
                sums[i] = zeroth;
                sums[d + i] = first;
                sums[2 * d + i] = second;
            }
        }
    }
}

for_each_isa! {
    for FUSED
    fn full(model: &Model, columns: &[f64], weights: &[Lanes], sums: &mut [Lanes]) {
        let (states, d) = (model.states(), model.dimension);
        let width = 1 + d + d * (d + 1) / 2;
        for k in 0..states {
            let row = model.row(k);
            let sums = &mut sums[k * width..(k + 1) * width];
            for (tile, weights) in weights.chunks_exact(states).enumerate() {
                let weight = weights[k];
                sums[0] += weight;
                let mut place = 1 + d;
                for i in 0..d {
                    let deviation = eight(&columns[i * BLOCK..], tile) - Lanes::splat(row[i]);
                    let product = weight * deviation;
                    sums[1 + i] += product;
                    for j in 0..=i {
                        let other = eight(&columns[j * BLOCK..], tile) - Lanes::splat(row[j]);
                        sums[place] = product.fma::<FUSED>(other, sums[place]);
                        place += 1;
                    }
                }
            }
        }
    }
}

for_each_isa! {
    for FUSED
    fn student_t(model: &Model, columns: &[f64], weights: &[Lanes], sums: &mut [Lanes]) {
        let states = model.states();
        for k in 0..states {
            let (location, scale, dof) = (model.row(k)[0], model.row(k)[1], model.row(k)[2]);
            let sums = &mut sums[k * 5..(k + 1) * 5];
            let [mut a, mut b, mut c, mut e, mut f] =
                [sums[0], sums[1], sums[2], sums[3], sums[4]];
            for (tile, weights) in weights.chunks_exact(states).enumerate() {
                let weight = weights[k];
                let deviation = eight(columns, tile) - Lanes::splat(location);
                let squared = deviation * deviation * Lanes::splat(1.0 / scale);
                let precision = Lanes::splat(dof + 1.0) / (Lanes::splat(dof) + squared);
                let weighted = weight * precision;
                let product = weighted * deviation;
                a += weight;
                b += weighted;
                c += product;
                e = product.fma::<FUSED>(deviation, e);
                let excess = precision.map(math::ln::<FUSED>) - precision;
                f = weight.fma::<FUSED>(excess, f);
            }
            sums.copy_from_slice(&[a, b, c, e, f]);
        }
    }
}
