//! Autocorrelation of a series that is still growing: `O(k)` work per observation.
//!
//! Observations are buffered until a tile is full, then go through the direct kernel;
//! reading the result adds those still buffered. Products are of deviations from a
//! provisional mean, which is that of the first tile: no single observation decides it. The
//! exact mean is taken out when the result is read, and the provisional one follows when the
//! series has moved away from it. Observations are kept as they came and scaled on their way
//! to the kernel, by a power of two that shrinks when a much larger one arrives.

#[cfg(feature = "python")]
pub(crate) mod state;

use crate::direct::Direct;
use crate::error::check_length;
use crate::memory::{self, LONGEST};
use crate::series::{Centring, power_of_two_below, refined_mean};
use crate::{Error, Options};

const TILE: usize = 1024;

/// The scale changes once scaled observations exceed this: their squares are still far from the
/// largest double.
const LARGE: f64 = 1e60;

/// Running sums for lags `0..=max_lag`.
///
/// ```
/// use fft_autocorrelation::{Options, StreamingAutocorrelation};
/// let mut stream = StreamingAutocorrelation::new(1);
/// stream.extend(&[1.0, -1.0, 1.0, -1.0])?;
/// let mut r = [0.0; 2];
/// stream.read(Options::default(), &mut r)?;
/// assert_eq!(r, [1.0, -0.75]);
/// # Ok::<(), fft_autocorrelation::Error>(())
/// ```
pub struct StreamingAutocorrelation {
    max_lag: usize,
    count: usize,
    /// The largest magnitude so far.
    largest: f64,
    /// Scale and provisional mean; fixed when the first tile leaves the buffer.
    by: Centring,
    /// Observations that have left the buffer as first factors.
    done: usize,
    /// Sum of their deviations.
    total: f64,
    /// Their products.
    sums: Vec<f64>,
    /// The first `max_lag` observations of the series.
    head: Vec<f64>,
    /// Observations not yet used as first factors; always the last `max_lag`.
    buffer: Vec<f64>,
    direct: Direct,
}

impl StreamingAutocorrelation {
    /// An empty stream.
    ///
    /// # Panics
    /// Memory does not suffice; [`try_new`](Self::try_new) returns an error instead.
    #[must_use]
    pub fn new(max_lag: usize) -> Self {
        Self::try_new(max_lag).expect("memory for the lags")
    }

    /// An empty stream.
    ///
    /// # Errors
    /// `max_lag` is above [`LONGEST`], or memory does not suffice.
    pub fn try_new(max_lag: usize) -> Result<Self, Error> {
        if max_lag > LONGEST {
            return Err(Error::TooLarge {
                name: "max_lag",
                value: max_lag,
            });
        }
        let longest = TILE + max_lag;
        memory::ensure_allocatable(
            Direct::needed(longest, max_lag) + 3 * longest * size_of::<f64>(),
        )?;
        Ok(Self {
            max_lag,
            count: 0,
            largest: 0.0,
            by: Centring::NONE,
            done: 0,
            total: 0.0,
            sums: vec![0.0; max_lag + 1],
            head: Vec::with_capacity(max_lag),
            buffer: Vec::with_capacity(longest),
            direct: Direct::new(longest, max_lag, false),
        })
    }

    /// Observations so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The last lag.
    #[must_use]
    pub fn max_lag(&self) -> usize {
        self.max_lag
    }

    /// One more observation.
    ///
    /// # Errors
    /// It is NaN or infinite; the stream is as before.
    pub fn push(&mut self, value: f64) -> Result<(), Error> {
        if !value.is_finite() {
            return self.extend(&[value]);
        }
        if self.head.len() < self.max_lag {
            self.head.push(value);
        }
        self.buffer.push(value);
        self.largest = self.largest.max(value.abs());
        self.count += 1;
        if self.buffer.len() == TILE + self.max_lag {
            self.flush();
        }
        Ok(())
    }

    /// Several more observations.
    ///
    /// # Errors
    /// One is NaN or infinite (its index is named); none of them is taken then.
    pub fn extend(&mut self, values: &[f64]) -> Result<(), Error> {
        if let Some(index) = values.iter().position(|v| !v.is_finite()) {
            let value = values[index];
            return Err(Error::NotFinite {
                name: "values",
                index,
                value,
            });
        }
        let mut values = values;
        while !values.is_empty() {
            let space = TILE + self.max_lag - self.buffer.len();
            let (now, later) = values.split_at(space.min(values.len()));
            self.take(now);
            values = later;
        }
        Ok(())
    }

    /// Finite observations that fit the buffer.
    fn take(&mut self, values: &[f64]) {
        let missing = self.max_lag - self.head.len();
        self.head.extend(&values[..missing.min(values.len())]);
        self.buffer.extend(values);
        self.largest = values.iter().fold(self.largest, |m, v| m.max(v.abs()));
        self.count += values.len();
        if self.buffer.len() == TILE + self.max_lag {
            self.flush();
        }
    }

    /// Lags `0..=max_lag` of everything so far into `out`; lags not below the count are NaN.
    ///
    /// # Errors
    /// `out` has another length than `max_lag + 1`, or an autocovariance exceeds the largest
    /// double.
    pub fn read(&mut self, options: Options, out: &mut [f64]) -> Result<(), Error> {
        check_length("out", out.len(), self.max_lag + 1)?;
        self.update_scale();
        let by = self.by;
        out.copy_from_slice(&self.sums);
        let waiting = 0..self.buffer.len();
        let total = self.total + self.direct.auto(&self.buffer, by, waiting, out);
        let rest = if options.demean {
            total / self.count.max(1) as f64
        } else {
            -by.shift
        };
        let (mut head, mut tail) = (0.0, 0.0);
        for (k, value) in out.iter_mut().enumerate().take(self.count) {
            let pairs = (self.count - k) as f64;
            *value -= rest * (2.0 * total - head - tail - pairs * rest);
            if k < self.max_lag && k + 1 < self.count {
                head += by.apply(self.head[k]);
                tail += by.apply(self.buffer[self.buffer.len() - 1 - k]);
            }
        }
        let variance = out[0];
        let n = self.count as f64;
        for (k, value) in out.iter_mut().enumerate() {
            let divisor = if options.adjusted { n - k as f64 } else { n };
            *value = match (k < self.count, options.normalise) {
                (false, _) => f64::NAN,
                (true, false) => *value / divisor / by.scale / by.scale,
                (true, true) if variance > 0.0 => *value / variance * (n / divisor),
                (true, true) => f64::NAN,
            };
        }
        if out.iter().any(|v| v.is_infinite()) {
            return Err(Error::Overflow);
        }
        Ok(())
    }

    /// Take a full tile out of the buffer.
    fn flush(&mut self) {
        self.update_scale();
        self.total += self
            .direct
            .auto(&self.buffer, self.by, 0..TILE, &mut self.sums);
        self.done += TILE;
        self.buffer.drain(..TILE);
        let done = self.done as f64;
        let rest = self.total / done;
        let variance = self.sums[0] / done - rest * rest;
        if rest * rest > variance.abs() {
            self.recentre(rest);
        }
    }

    /// Scale and provisional mean for what is in the buffer.
    fn update_scale(&mut self) {
        if self.done == 0 {
            if self.count > 0 {
                let scale = power_of_two_below(self.largest);
                let shift = refined_mean(&self.buffer, scale);
                self.by = Centring { scale, shift };
            }
        } else if self.largest * self.by.scale > LARGE {
            // Exact, but for what is too small beside the new observation to matter.
            let scale = power_of_two_below(self.largest);
            let by = scale / self.by.scale;
            self.by.scale = scale;
            self.by.shift *= by;
            self.total *= by;
            self.sums.iter_mut().for_each(|s| *s = *s * by * by);
        }
    }

    /// Move the provisional mean by about `by`: every sum follows by algebra.
    fn recentre(&mut self, by: f64) {
        let old = self.by;
        self.by.shift += by;
        // What the mean has really moved by, rounded as it is.
        let by = self.by.shift - old.shift;
        let done = self.done as f64;
        let (mut head, mut next) = (0.0, 0.0);
        for k in 0..=self.max_lag {
            self.sums[k] -= by * (2.0 * self.total - head + next - done * by);
            if k < self.max_lag {
                head += old.apply(self.head[k]);
                next += old.apply(self.buffer[k]);
            }
        }
        self.total -= by * done;
    }
}
