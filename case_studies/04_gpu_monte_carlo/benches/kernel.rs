//! The kernel alone: one block, one thread; nanoseconds a path-step in criterion's throughput.
//!
//! Prediction for a Zen 4 core at 3.5 GHz, 252 steps, one option, no twin and no control.
//! There a 512-bit multiplication of any kind (product of 32-bit halves, multiply-add) costs
//! one cycle, other vector operations half a cycle, a division 9 and a root 17 (single: 7
//! and 11); multiplications are the narrow part. Per vector, double precision, two steps:
//!
//! | stage | multiplications | other |
//! |---|---|---|
//! | Philox, eight rounds | 16 | 34 |
//! | uniforms | 4 | 8 |
//! | radius: logarithm, root | 10 + 9 + 17 | 9 |
//! | turn: cosine, sine, times radius | 21 | 9 |
//! | two steps: growth of degree 9, level, sum | 22 | 0 |
//!
//! 99 cycles for 16 path-steps are 6.2 cycles, or 1.8 ns. In single precision, four steps of
//! 16 paths: two Philox 32, uniforms 8, two radii 2 (7 + 7 + 11), two turns 2 x 15, growths of
//! degree 5 28; 148 cycles for 64 path-steps are 2.3 cycles, or 0.66 ns.
//!
//! The assembly of the loops has the multiplications of this table; single precision adds four
//! narrowing moves a vector to the uniforms. Where the time goes, by sampling: the loop of
//! Philox and uniforms takes over a third in double and near a half in single precision, more
//! than its share here. Its rounds are one chain of products; that the CPU cannot hold enough
//! turns at once to hide it is the likely reason, not a measured one. The clock is assumed.

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
    ];
    Terms::from_row(&row, 0).expect("terms in range")
}

fn simulation(precision: Precision, isa: Isa) -> Simulation {
    Simulation {
        seed: 1,
        first_block: 0,
        blocks: 1,
        observations: STEPS,
        antithetic: false,
        control: false,
        greeks: false,
        precision,
        threads: 1,
        isa,
    }
}

fn kernels(c: &mut Criterion) {
    let mut group = c.benchmark_group("block");
    group.sample_size(20);
    group.throughput(Throughput::Elements((BLOCK * STEPS) as u64));
    for (name, precision) in [
        ("float64", Precision::Float64),
        ("float32", Precision::Float32),
    ] {
        let best = simulation(precision, Isa::best());
        let mut cases: Vec<(String, Simulation)> = Isa::available()
            .into_iter()
            .map(|isa| (format!("plain {}", isa.name()), simulation(precision, isa)))
            .collect();
        cases.push((
            "control".into(),
            Simulation {
                control: true,
                ..best
            },
        ));
        // Twins walk twice as many paths as are counted here.
        cases.push((
            "antithetic".into(),
            Simulation {
                antithetic: true,
                ..best
            },
        ));
        let all = Simulation {
            antithetic: true,
            control: true,
            greeks: true,
            ..best
        };
        cases.push(("antithetic control greeks".into(), all));
        for (case, simulation) in cases {
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
