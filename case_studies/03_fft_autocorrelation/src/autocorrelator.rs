//! The plan: a method and its buffers for one length of series and one number of lags.

use crate::blocked::Blocked;
use crate::direct::Direct;
use crate::error::{check_lag, check_length};
use crate::memory::{self, LONGEST};
use crate::series::{Centring, Inspection, Sample, inspect, mean, provisional_mean};
use crate::transform::OneTransform;
use crate::{Error, Method, Options, planner};
use native::fft::Planner;
use native::for_each_isa;
use native::threads::usable;
use std::ops::Range;

enum Engine {
    Direct(Direct),
    Blocked(Box<Blocked>),
    Fft(OneTransform),
}

/// Autocorrelations of series of one length up to one lag; owns its buffers.
///
/// After construction, [`run`](Self::run) allocates nothing (with one thread).
///
/// ```
/// use fft_autocorrelation::{Autocorrelator, Method, Options};
/// let mut plan = Autocorrelator::new(4, 1, Method::Auto, 1)?;
/// let mut r = [0.0; 2];
/// plan.run(&[1.0, -1.0, 1.0, -1.0], Options::default(), &mut r)?;
/// assert_eq!(r, [1.0, -0.75]);
/// # Ok::<(), fft_autocorrelation::Error>(())
/// ```
pub struct Autocorrelator {
    n: usize,
    max_lag: usize,
    method: Method,
    engines: Vec<Engine>,
    partial: Vec<Vec<f64>>,
}

/// Sums of squares outside it are computed again, on a scaled series.
const SAFE: Range<f64> = 1e-270..1e270;
/// The mean is computed again where its squared error is above this many variances.
pub(crate) const RECENTRE_ABOVE: f64 = 4.0;
/// After the first the mean is right to some units of the last place, after the second to half.
pub(crate) const MAX_RECENTRINGS: usize = 3;

impl Autocorrelator {
    /// Choose a method and make its tables and buffers.
    ///
    /// `threads` above 1 splits direct and blocked sums of one series over that many
    /// threads, 0 over all usable cores, and never over more than these; one transform
    /// always runs on one.
    ///
    /// # Errors
    /// `n` is 0 or above [`LONGEST`], `max_lag` is not below `n`, or memory does not suffice.
    pub fn new(n: usize, max_lag: usize, method: Method, threads: usize) -> Result<Self, Error> {
        check_lag(n, max_lag)?;
        if n > LONGEST {
            return Err(Error::TooLarge {
                name: "n",
                value: n,
            });
        }
        let threads = usable(threads);
        let method = match method {
            Method::Auto => planner::current().choose(n, max_lag),
            chosen => chosen,
        };
        // Of one share; no series is split into more shares than there are threads.
        let needed = match method {
            Method::Direct | Method::Auto => threads * Direct::needed(n, max_lag),
            Method::Blocked => threads * Blocked::needed(max_lag),
            Method::Fft => OneTransform::needed(n, max_lag),
        };
        memory::ensure_allocatable(needed + threads * (max_lag + 1) * size_of::<f64>())?;
        let mut planner = Planner::new();
        let mut engine = || match method {
            Method::Direct | Method::Auto => Engine::Direct(Direct::new(n, max_lag, false)),
            Method::Blocked => {
                Engine::Blocked(Box::new(Blocked::new(max_lag, false, &mut planner)))
            }
            Method::Fft => Engine::Fft(OneTransform::new(n, max_lag, &mut planner)),
        };
        let first = engine();
        let parts = match &first {
            Engine::Fft(_) => 1,
            Engine::Blocked(b) => threads.clamp(1, b.pairs(n)),
            Engine::Direct(_) => threads.clamp(1, n.div_ceil(MIN_SHARE)),
        };
        let mut engines = vec![first];
        engines.extend((1..parts).map(|_| engine()));
        Ok(Self {
            n,
            max_lag,
            method,
            partial: vec![vec![0.0; max_lag + 1]; parts - 1],
            engines,
        })
    }

    /// Observations in a series.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// The last lag.
    #[must_use]
    pub fn max_lag(&self) -> usize {
        self.max_lag
    }

    /// The method chosen: never [`Method::Auto`].
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Bytes of its buffers.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let own = |engine: &Engine| match engine {
            Engine::Direct(d) => d.bytes(),
            Engine::Blocked(b) => b.bytes(),
            Engine::Fft(f) => f.bytes(),
        };
        self.engines.iter().map(own).sum::<usize>()
            + self.partial.len() * (self.max_lag + 1) * size_of::<f64>()
    }

    /// Lags `0..=max_lag` of a series into `out`.
    ///
    /// A series without variation has no autocorrelation: NaN at every lag when normalised.
    ///
    /// # Errors
    /// A length that is not the plan's, a NaN or infinity in `x`, or autocovariances beyond
    /// the largest double.
    pub fn run<T: Sample>(
        &mut self,
        x: &[T],
        options: Options,
        out: &mut [f64],
    ) -> Result<(), Error> {
        check_length("x", x.len(), self.n)?;
        check_length("out", out.len(), self.max_lag + 1)?;
        let unscale = self.sums(x, options.demean, out)?;
        let n = self.n as f64;
        if options.adjusted {
            for (k, value) in out.iter_mut().enumerate() {
                *value *= n / (n - k as f64);
            }
        }
        if options.normalise {
            if out[0] > 0.0 {
                divide(out, out[0]);
            } else {
                out.fill(f64::NAN);
            }
            return Ok(());
        }
        divide(out, n);
        if unscale != 1.0 {
            out.iter_mut().for_each(|v| *v = *v * unscale * unscale);
        }
        // Divided by `n`, no lag exceeds lag 0; divided by `n - k` any lag may.
        if out[0].is_infinite() || (options.adjusted && out.iter().any(|v| v.is_infinite())) {
            return Err(Error::Overflow);
        }
        Ok(())
    }

    /// Sums of products; returns what undoes the scaling (to be applied twice).
    fn sums<T: Sample>(&mut self, x: &[T], demean: bool, out: &mut [f64]) -> Result<f64, Error> {
        let shift = self.scaled_sums(x, demean, 1.0, out);
        let rounding = 8.0 * f64::EPSILON * shift;
        let floor = self.n as f64 * rounding * rounding;
        if SAFE.contains(&out[0]) && out[0] > floor {
            return Ok(1.0);
        }
        let scale = match inspect(x) {
            Inspection::NotFinite(index, value) => {
                let name = "x";
                return Err(Error::NotFinite { name, index, value });
            }
            Inspection::Constant if demean || x[0].widen() == 0.0 => {
                out.fill(0.0);
                return Ok(1.0);
            }
            Inspection::Scale(_) if SAFE.contains(&out[0]) => return Ok(1.0),
            Inspection::Constant => crate::series::power_of_two_below(x[0].widen().abs()),
            Inspection::Scale(scale) => scale,
        };
        self.scaled_sums(x, demean, scale, out);
        Ok(1.0 / scale)
    }

    /// Sums of products of the centred, scaled series; returns the mean that was removed.
    fn scaled_sums<T: Sample>(
        &mut self,
        x: &[T],
        demean: bool,
        scale: f64,
        out: &mut [f64],
    ) -> f64 {
        let mut by = Centring { scale, shift: 0.0 };
        if !demean {
            self.products(x, by, out);
            return 0.0;
        }
        by.shift = match self.method {
            // A pass for the mean costs little beside the transform and saves a correction.
            Method::Fft => mean(x, scale),
            _ => provisional_mean(x, scale),
        };
        let mut rest = self.products(x, by, out) / self.n as f64;
        let variance = out[0] / self.n as f64 - rest * rest;
        if rest * rest > RECENTRE_ABOVE * variance.max(0.0) && x.len() > 1 {
            rest = self.recentre(x, &mut by, rest, out);
        }
        let least = NEGLIGIBLE * NEGLIGIBLE * out[0].max(0.0) / self.n as f64;
        if rest * rest > least {
            remove_mean(x, by, rest, out);
        }
        by.shift
    }

    /// Products about a better mean: the old one plus its residual. Returns the new residual.
    ///
    /// A mean computed from the series itself is rounded to some units of its last place,
    /// which on a nearly constant series are many standard deviations. Deviations from it
    /// are small and mostly exact, and so is their mean.
    #[cold]
    #[inline(never)]
    fn recentre<T: Sample>(
        &mut self,
        x: &[T],
        by: &mut Centring,
        mut rest: f64,
        out: &mut [f64],
    ) -> f64 {
        for _ in 0..MAX_RECENTRINGS {
            let moved = by.shift + rest;
            if moved == by.shift || !moved.is_finite() {
                break;
            }
            by.shift = moved;
            rest = self.products(x, *by, out) / self.n as f64;
            let variance = out[0] / self.n as f64 - rest * rest;
            if rest * rest <= RECENTRE_ABOVE * variance {
                break;
            }
        }
        rest
    }

    /// `out[l] = sum of c[t] * c[t + l]`; returns the sum of `c`.
    fn products<T: Sample>(&mut self, x: &[T], by: Centring, out: &mut [f64]) -> f64 {
        out.fill(0.0);
        let parts = self.engines.len();
        let (engine, others) = self.engines.split_first_mut().expect("there is one");
        if parts == 1 {
            return partial_products(engine, x, by, 0, 1, out);
        }
        let partials = &mut self.partial;
        let total = std::thread::scope(|scope| {
            let running: Vec<_> = others
                .iter_mut()
                .zip(partials.iter_mut())
                .enumerate()
                .map(|(i, (engine, partial))| {
                    scope.spawn(move || {
                        partial.fill(0.0);
                        partial_products(engine, x, by, i + 1, parts, partial)
                    })
                })
                .collect();
            let first = partial_products(engine, x, by, 0, parts, out);
            let sum = |total, thread: std::thread::ScopedJoinHandle<'_, f64>| {
                total + thread.join().expect("kernels do not panic")
            };
            running.into_iter().fold(first, sum)
        });
        for partial in partials {
            for (to, from) in out.iter_mut().zip(partial.iter()) {
                *to += from;
            }
        }
        total
    }
}

/// An error of the mean below this many standard deviations changes no digit of any lag.
const NEGLIGIBLE: f64 = f64::EPSILON / 16.0;

for_each_isa! {
    fn divide(values: &mut [f64], by: f64) {
        for value in values {
            *value /= by;
        }
    }
}

/// The fewest observations for which direct sums gain by a thread of their own.
const MIN_SHARE: usize = 16_384;

/// The `i`-th of `parts` shares of the products.
fn partial_products<T: Sample>(
    engine: &mut Engine,
    x: &[T],
    by: Centring,
    i: usize,
    parts: usize,
    out: &mut [f64],
) -> f64 {
    let share = |whole: usize| whole * i / parts..whole * (i + 1) / parts;
    match engine {
        Engine::Direct(direct) => direct.auto(x, by, share(x.len()), out),
        Engine::Blocked(blocked) => blocked.auto(x, by, share(blocked.pairs(x.len())), out),
        Engine::Fft(transform) => transform.auto(x, by, out),
    }
}

/// Remove the residual mean from the products, exactly:
/// `sum (c_t - m)(c_(t+k) - m) = sum c_t c_(t+k) - m (H_k + T_k) + (n - k) m^2`,
/// where `H_k` and `T_k` sum the first and the last `n - k` values.
pub(crate) fn remove_mean<T: Sample>(x: &[T], by: Centring, rest: f64, out: &mut [f64]) {
    let n = x.len();
    let mut missing = 0.0;
    let chunks = out.chunks_mut(STRIPS * STRIP).enumerate();
    for (first, lags) in chunks.map(|(i, lags)| (i * STRIPS * STRIP, lags)) {
        let ends = (
            &x[first..first + lags.len()],
            &x[n - first - lags.len()..n - first],
        );
        missing = remove_from(lags, ends.0, ends.1, by, rest, n, n - first, missing);
    }
}

const STRIPS: usize = 4;
const STRIP: usize = 32;

for_each_isa! {
    /// Up to `STRIPS * STRIP` lags, the first of which has `pairs` products. Running sums are
    /// taken in four strips at once: one alone would wait for each addition.
    #[allow(clippy::too_many_arguments)]
    fn remove_from<T: Sample>(
        lags: &mut [f64],
        head: &[T],
        tail: &[T],
        by: Centring,
        rest: f64,
        n: usize,
        pairs: usize,
        missing: f64,
    ) -> f64 {
        let mut gone = [[0.0; STRIP]; STRIPS];
        for ((to, &a), &b) in gone.as_flattened_mut().iter_mut().zip(head).zip(tail.iter().rev()) {
            *to = by.apply(a) + by.apply(b);
        }
        let mut sums = [missing; STRIPS + 1];
        for (i, strip) in gone.iter().enumerate() {
            sums[i + 1] = sums[i] + strip.iter().sum::<f64>();
        }
        for j in 0..STRIP {
            for (sum, strip) in sums.iter_mut().zip(&mut gone) {
                let next = *sum + strip[j];
                strip[j] = *sum;
                *sum = next;
            }
        }
        let whole = 2.0 * rest * n as f64;
        for (i, (lag, gone)) in lags.iter_mut().zip(gone.as_flattened()).enumerate() {
            let left = pairs as f64 - i as f64;
            *lag -= rest * (whole - gone - left * rest);
        }
        sums[STRIPS]
    }
}
