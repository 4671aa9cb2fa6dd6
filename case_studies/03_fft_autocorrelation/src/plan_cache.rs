//! Plans kept for the next call with the same shape: one small pool per thread.

use crate::{Autocorrelator, Error, Method};
use std::cell::RefCell;

/// Plans kept per thread.
const PLANS: usize = 8;
/// Bytes of buffers kept per thread; a plan that alone needs more is made anew each time.
const BYTES: usize = 64 << 20;

type Key = (usize, usize, Method, usize);

thread_local! {
    static POOL: RefCell<Vec<(Key, Autocorrelator)>> = const { RefCell::new(Vec::new()) };
}

/// Run `work` with a plan from the pool, or a new one that is then kept.
///
/// # Errors
/// What [`Autocorrelator::new`] or `work` say.
pub fn with_plan<R>(
    n: usize,
    max_lag: usize,
    method: Method,
    threads: usize,
    work: impl FnOnce(&mut Autocorrelator) -> Result<R, Error>,
) -> Result<R, Error> {
    let key = (n, max_lag, method, threads);
    POOL.with_borrow_mut(|pool| {
        let plan = match pool.iter().position(|(k, _)| *k == key) {
            Some(0) => return work(&mut pool[0].1),
            Some(i) => pool.remove(i).1,
            None => Autocorrelator::new(n, max_lag, method, threads)?,
        };
        pool.insert(0, (key, plan));
        let result = work(&mut pool[0].1);
        let mut bytes = 0;
        pool.truncate(PLANS);
        pool.retain(|(_, plan)| {
            bytes += plan.bytes();
            bytes <= BYTES
        });
        result
    })
}

/// Forget this thread's plans.
pub fn clear() {
    POOL.with_borrow_mut(Vec::clear);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn the_pool_is_bounded_and_right() {
        for n in 2..30 {
            let x: Vec<f64> = (0..n).map(|i| f64::from(i % 3)).collect();
            let mut out = vec![0.0; 2];
            let n = x.len();
            with_plan(n, 1, Method::Auto, 1, |p| {
                p.run(&x, Options::default(), &mut out)
            })
            .unwrap();
            assert_eq!(out[0], 1.0);
        }
        POOL.with_borrow(|pool| assert_eq!(pool.len(), PLANS));
        with_plan(3_000_000, 2_999_999, Method::Fft, 1, |p| {
            assert!(p.bytes() > BYTES / 2);
            Ok(())
        })
        .unwrap();
        clear();
        POOL.with_borrow(|pool| assert!(pool.is_empty()));
    }
}
