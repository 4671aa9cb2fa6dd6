//! The kernels without Python.

mod blocks;
mod dates;
mod generator;
mod prices;

use gpu_monte_carlo::{Isa, Precision, Simulation};

const PRECISIONS: [Precision; 2] = [Precision::Float64, Precision::Float32];

/// Plain paths in double precision on all cores.
const PLAIN: Simulation<'static> = Simulation {
    seed: 42,
    first_block: 0,
    blocks: 1,
    observations: 1,
    lengths: None,
    unobserved: false,
    antithetic: false,
    control: false,
    greeks: false,
    precision: Precision::Float64,
    threads: 0,
    isa: Isa::Avx512, // or the best set below that this CPU has
};

/// The normal distribution function: the error function's series (Abramowitz, Stegun 7.1.6).
fn normal_cdf(x: f64) -> f64 {
    if x.abs() > 8.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut term, mut sum, mut k) = (x, x, 1.0);
    while term.abs() > 1e-17 {
        k += 2.0;
        term *= x * x / k;
        sum += term;
    }
    0.5 + sum * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
}
