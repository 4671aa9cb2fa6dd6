//! The kernel alone: one block, one thread; nanoseconds a path-step in criterion's throughput.
//!
//! Prediction for a Zen 4 core at 3.66 GHz, 252 steps, one option, no twin and no control.
//! There a 512-bit multiplication of any kind (product of 32-bit halves, multiply-add) costs
//! one cycle of two pipes, other vector operations half a cycle of four, and a division (10) or
//! root (17) keeps one of the two multiplying pipes. Per vector, four steps:
//!
//! | stage | double: multiplications | single |
//! |---|---|---|
//! | Philox: four rounds and a half product | 9 | 18 |
//! | uniforms | 4 | 4 |
//! | two logarithms | 2 x 8 | 2 x 6 |
//! | two turns, times radius | 2 x 17 | 2 x 13 |
//! | four steps: growth of degree 6 or 4, level, sum | 4 x 8 | 4 x 6 |
//! | | 95 | 84 |
//! | divisions and roots, half a pipe | 2 x 27 / 2 | 2 x 18 / 2 |
//!
//! 122 cycles for 32 path-steps in double precision are 3.8 cycles, or 1.04 ns; 102 for 64 in
//! single are 1.6, or 0.44 ns.
//!
//! Measured, best of 200 on a shared machine: 1.14 and 0.57 ns; by stages, timed separately:
//! generator 0.19 and 0.19, normals 0.72 and 0.30, steps 0.34 (degree 7) and 0.14. The largest
//! gains, from 2.0 and 0.83 ns: one call of the generator for four normals in both precisions,
//! with two halves of a tile side by side; rows aligned to cache lines; polynomials no more
//! accurate than the uniforms. Not faster: inversion by a table of polynomials in registers.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gpu_monte_carlo::{BLOCK, Isa, Precision, Simulation, Terms, block_sums};
use std::hint::black_box;

const STEPS: usize = 252;

fn option() -> Terms {
    let (sigma, rate, dt) = (0.2_f64, 0.05, 1.0 / STEPS as f64);
    let drift = (rate - 0.5 * sigma * sigma) * dt;
    let row = [
        100.0,
        100.0,
        drift,
        sigma * dt.sqrt(),
        (-rate).exp(),
        1.0,
        1.0,
        sigma,
        0.0,
        1.0,
        1.0,
        1.0,
        rate,
        dt,
        1.0,
    ];
    Terms::from_row(&row, 0).expect("terms in range")
}

fn kernels(c: &mut Criterion) {
    let mut group = c.benchmark_group("block");
    group.sample_size(20);
    group.throughput(Throughput::Elements((BLOCK * STEPS) as u64));
    for (name, precision) in [
        ("float64", Precision::Float64),
        ("float32", Precision::Float32),
    ] {
        let plain = |isa: Isa| (format!("plain {}", isa.name()), isa, false, false, false);
        let mut cases: Vec<_> = Isa::available().into_iter().map(plain).collect();
        let best = Isa::best();
        cases.extend([
            ("control".into(), best, false, true, false),
            // Twice as many paths are simulated as are counted here.
            ("antithetic".into(), best, true, false, false),
            ("antithetic control greeks".into(), best, true, true, true),
        ]);
        for (case, isa, antithetic, control, greeks) in cases {
            let simulation = Simulation {
                seed: 1,
                first_block: 0,
                blocks: 1,
                observations: STEPS,
                lengths: None,
                unobserved: false,
                antithetic,
                control,
                greeks,
                precision,
                threads: 1,
                isa,
            };
            let options = [option()];
            group.bench_function(BenchmarkId::new(name, case), |b| {
                b.iter(|| block_sums(black_box(&options), black_box(&simulation)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
