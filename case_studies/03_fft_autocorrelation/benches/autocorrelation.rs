//! Kernels without Python: each of the three methods at a size where it is the fastest.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fft_autocorrelation::{Autocorrelator, Method, Options, StreamingAutocorrelation};
use std::hint::black_box;

fn series(n: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919) % 1013) as f64 - 506.0).collect()
}

fn methods(c: &mut Criterion) {
    let mut group = c.benchmark_group("fft_autocorrelation");
    let shapes = [
        (100, 50, Method::Direct),
        (10_000, 50, Method::Direct),
        (100_000, 1_000, Method::Blocked),
        (10_000, 9_999, Method::Fft),
    ];
    for (n, max_lag, method) in shapes {
        let x = series(n);
        let mut out = vec![0.0; max_lag + 1];
        let mut plan = Autocorrelator::new(n, max_lag, method, 1).expect("a good shape");
        group.throughput(Throughput::Elements(n as u64));
        let name = BenchmarkId::new(
            format!("{method:?}").to_lowercase(),
            format!("{n}x{max_lag}"),
        );
        group.bench_function(name, |b| {
            b.iter(|| plan.run(black_box(&x), Options::default(), black_box(&mut out)));
        });
    }
    let x = series(10_000);
    group.bench_function("stream/10000x50", |b| {
        b.iter(|| {
            let mut stream = StreamingAutocorrelation::new(50);
            stream.extend(black_box(&x)).expect("finite");
            stream
        });
    });
    group.finish();
}

criterion_group!(benches, methods);
criterion_main!(benches);
