//! What every module builds on: random numbers, and an evaluation of each kind of objective.

use criterion::{Criterion, criterion_group, criterion_main};
use hft_py::objective::compiled::{Compiled, Function};
use hft_py::objective::functions::TestFunction;
use hft_py::objective::likelihoods::Likelihood;
use hft_py::objective::{Closure, Evaluate};
use hft_py::rng::Stream;
use std::ffi::c_void;
use std::hint::black_box;

fn random_numbers(c: &mut Criterion) {
    let mut stream = Stream::new(1, 0, 0);
    c.bench_function("rng/uniform", |b| b.iter(|| stream.uniform()));
    c.bench_function("rng/normal", |b| b.iter(|| stream.normal()));
}

fn functions(c: &mut Criterion) {
    let point: Vec<f64> = (0..10).map(|i| 0.1 * f64::from(i) - 0.3).collect();
    for (name, function) in TestFunction::ALL {
        c.bench_function(&format!("function/{name} d=10"), |b| {
            b.iter(|| function.value(black_box(&point)));
        });
    }
}

fn likelihoods(c: &mut Criterion) {
    let mut data = vec![0.0; 5_030];
    Stream::new(2, 0, 0).normals(&mut data);
    let cases: [(&str, &[f64]); 4] = [
        ("gaussian", &[0.0, 1.0]),
        ("garch11", &[0.0, 0.1, 0.1, 0.8]),
        ("ornstein_uhlenbeck", &[0.5, 0.0, 1.0]),
        ("student_t", &[0.0, 1.0, 5.0]),
    ];
    for (name, parameters) in cases {
        let Ok(likelihood) = Likelihood::new(name, &data, 1.0) else {
            continue;
        };
        c.bench_function(&format!("likelihood/{name} n=5,030"), |b| {
            b.iter(|| likelihood.value(black_box(parameters)));
        });
    }
}

unsafe extern "C" fn first(_: i64, x: *const f64, value: *mut f64, _: *mut c_void) -> i32 {
    // SAFETY: the contract of a compiled objective.
    unsafe { *value = *x };
    0
}

/// A call of nearly nothing: what the indirection costs, one point at a time.
fn calls(c: &mut Criterion) {
    let null = std::ptr::null_mut();
    // SAFETY: `first` keeps the contract and takes no data.
    let compiled = unsafe { Compiled::new(Function::WithCode(first), null, 4) };
    let builtin = Closure::new(4, |x: &[f64]| TestFunction::Sphere.value(x));
    let closure = Closure::new(4, |x: &[f64]| x[0]);
    let kinds: [(&str, &dyn Evaluate); 3] = [
        ("compiled", &compiled),
        ("sphere", &builtin),
        ("closure", &closure),
    ];
    let point = [1.0, 2.0, 3.0, 4.0];
    for (name, objective) in kinds {
        c.bench_function(&format!("call/{name}"), |b| {
            b.iter(|| {
                let mut value = [0.0];
                let stop = objective.evaluate(black_box(&point), &mut value, 1);
                (stop.is_ok(), value)
            });
        });
    }
}

criterion_group!(benches, random_numbers, functions, likelihoods, calls);
criterion_main!(benches);
