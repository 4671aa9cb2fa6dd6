//! The kernel alone: one backtest; criterion's throughput gives nanoseconds per cell.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array2, ShapeBuilder};
use polars_vs_pandas::{Rule, backtest, sweep};
use std::hint::black_box;

const RULE: Rule = Rule::new(1.0, 1.0, 1e-4);

/// Sums of four uniform numbers; the layout is Polars' (columns) or pandas' (rows).
fn noise(rows: usize, assets: usize, columns: bool, seed: u64) -> Array2<f64> {
    let mut state = seed;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    Array2::from_shape_simple_fn((rows, assets).set_f(columns), || {
        0.02 * (uniform() + uniform() + uniform() + uniform())
    })
}

fn kernels(c: &mut Criterion) {
    let mut group = c.benchmark_group("backtest");
    group.sample_size(20);
    let cases = [
        (3000, 100, 20, false),
        (3000, 100, 100, false),
        (3000, 100, 500, false),
        (3000, 100, 100, true),
        (10_000, 1000, 100, false),
        (10_000, 1000, 100, true),
    ];
    for (rows, assets, window, columns) in cases {
        let [x, r] = [1, 2].map(|seed| noise(rows, assets, columns, seed));
        let layout = if columns { "columns" } else { "rows" };
        let id = BenchmarkId::new(format!("{rows}x{assets} {layout}"), format!("W={window}"));
        group.throughput(Throughput::Elements((rows * assets) as u64));
        group.bench_function(id, |b| {
            b.iter(|| {
                let (x, r) = (black_box(x.view()), black_box(r.view()));
                backtest(x, r, window, RULE, 1e6, 1)
            });
        });
    }
    let (x, r) = (noise(3000, 100, false, 1), noise(3000, 100, false, 2));
    let rules: Vec<Rule> = (0..16)
        .map(|i| Rule {
            k_long: 0.1 * f64::from(i),
            ..RULE
        })
        .collect();
    group.throughput(Throughput::Elements(3000 * 100 * 16));
    group.bench_function("sweep of 16 rules, 3000x100 rows/W=100", |b| {
        b.iter(|| {
            let (x, r) = (black_box(x.view()), black_box(r.view()));
            sweep(x, r, 100, &rules, 1e6, 1)
        });
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
