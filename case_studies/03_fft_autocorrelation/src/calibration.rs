//! The cost model of this machine, measured.

use crate::planner::{BLOCKS, CostModel, POSSIBLE, TRANSFORMS};
use crate::{Autocorrelator, Method, Options};
use std::time::{Duration, Instant};

impl CostModel {
    /// Time the pieces on this machine (about a second, one thread).
    #[must_use]
    pub fn measure() -> Self {
        let time = |method, n: usize, max_lag: usize| {
            let x: Vec<f64> = (0..n).map(|i| ((i * 7919) % 1013) as f64 - 506.0).collect();
            let mut out = vec![0.0; max_lag + 1];
            let mut plan = Autocorrelator::new(n, max_lag, method, 1).expect("n > max_lag");
            let mut best = f64::INFINITY;
            let start = Instant::now();
            let mut calls = 0;
            while calls < 5 || start.elapsed() < Duration::from_millis(20) {
                let begin = Instant::now();
                plan.run(&x, Options::default(), &mut out)
                    .expect("finite and not constant");
                best = best.min(begin.elapsed().as_nanos() as f64);
                calls += 1;
            }
            best
        };
        let mut model = Self::SHIPPED;
        let few = time(Method::Direct, 16_000, 7);
        let many = time(Method::Direct, 16_000, 263);
        let per_product = ((many - few) / (16_000.0 * 256.0)).max(*POSSIBLE.start());
        let per_value = (few / 16_000.0 - 8.0 * per_product).max(*POSSIBLE.start());
        model.direct = [
            time(Method::Direct, 32, 1).min(200.0),
            per_value,
            per_product,
        ];
        for (i, figure) in model.blocked.iter_mut().enumerate() {
            let block = 1usize << (BLOCKS.0 as usize + i);
            let pairs = ((1usize << 16) / block).max(4);
            *figure = time(Method::Blocked, 2 * pairs * block, block) / (pairs + 2) as f64;
        }
        for (i, figure) in model.transform.iter_mut().enumerate() {
            let length = 1usize << (TRANSFORMS.0 as usize + i);
            *figure = time(Method::Fft, length / 2, length / 2 - 1);
        }
        model
    }
}
