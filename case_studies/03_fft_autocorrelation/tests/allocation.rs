//! A plan allocates when it is made and never again.

use fft_autocorrelation::{Autocorrelator, Method, Options};
use native::allocations::{Counting, count};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_call_allocates_nothing() {
    let x: Vec<f64> = (0..200_000).map(|i| f64::from(i % 17) + 1e3).collect();
    let single: Vec<f32> = (0..5_000u16).map(|i| f32::from(i % 17)).collect();
    let shapes = [
        (100, 50),
        (5_000, 5),
        (5_000, 700),
        (5_000, 4_999),
        (200_000, 199_999),
    ];
    for (n, max_lag) in shapes {
        for method in [Method::Direct, Method::Blocked, Method::Fft] {
            if method == Method::Direct && n * max_lag > 30_000_000 {
                continue;
            }
            let mut plan = Autocorrelator::new(n, max_lag, method, 1).unwrap();
            let mut out = vec![0.0; max_lag + 1];
            let allocations = count(|| {
                for demean in [true, false] {
                    let options = Options {
                        demean,
                        ..Options::default()
                    };
                    plan.run(&x[..n], options, &mut out).unwrap();
                }
                if n == single.len() {
                    plan.run(&single, Options::default(), &mut out).unwrap();
                }
            });
            assert_eq!(allocations, 0, "{method:?} n={n} max_lag={max_lag}");
        }
    }
}
