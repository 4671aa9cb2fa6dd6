//! Autocorrelation of a series that is still growing: `O(k)` work per observation.
//!
//! Observations wait in a buffer until a tile is full, then go through the direct kernel;
//! reading the result adds what is still waiting. Products are of deviations from a
//! provisional mean; the exact mean is taken out when the result is read, and the
//! provisional one follows when the series has moved away from it.

use crate::direct::Direct;
use crate::series::Centring;
use crate::{Error, Options};

const TILE: usize = 1024;

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
    shift: f64,
    count: usize,
    /// Sum of all deviations.
    total: f64,
    /// Products whose first factor has left the buffer.
    sums: Vec<f64>,
    /// The first `max_lag` deviations of the series.
    head: Vec<f64>,
    /// Deviations that still wait for a partner.
    buffer: Vec<f64>,
    direct: Direct,
}

impl StreamingAutocorrelation {
    /// An empty stream.
    #[must_use]
    pub fn new(max_lag: usize) -> Self {
        Self {
            max_lag,
            shift: 0.0,
            count: 0,
            total: 0.0,
            sums: vec![0.0; max_lag + 1],
            head: Vec::with_capacity(max_lag),
            buffer: Vec::with_capacity(TILE + max_lag),
            direct: Direct::new(TILE + max_lag, max_lag, false),
        }
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
            return Err(Error::NotFinite {
                name: "value",
                index: self.count,
                value,
            });
        }
        if self.count == 0 {
            self.shift = value;
        }
        let deviation = value - self.shift;
        if self.head.len() < self.max_lag {
            self.head.push(deviation);
        }
        self.buffer.push(deviation);
        self.total += deviation;
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
        values.iter().try_for_each(|&v| self.push(v))
    }

    /// Lags `0..=max_lag` of everything so far into `out`; lags not below the count are NaN.
    ///
    /// # Errors
    /// `out` has another length than `max_lag + 1`, or sums of squares exceed the largest
    /// double.
    pub fn read(&mut self, options: Options, out: &mut [f64]) -> Result<(), Error> {
        crate::autocorrelator::check_length("out", out.len(), self.max_lag + 1)?;
        out.copy_from_slice(&self.sums);
        let waiting = 0..self.buffer.len();
        self.direct.auto(&self.buffer, Centring::NONE, waiting, out);
        let rest = if options.demean {
            self.total / self.count.max(1) as f64
        } else {
            -self.shift
        };
        let (mut head, mut tail) = (0.0, 0.0);
        for (k, value) in out.iter_mut().enumerate().take(self.count) {
            let pairs = (self.count - k) as f64;
            *value -= rest * (2.0 * self.total - head - tail - pairs * rest);
            if k < self.max_lag && k + 1 < self.count {
                head += self.head[k];
                tail += self.buffer[self.buffer.len() - 1 - k];
            }
        }
        if !out[0].is_finite() {
            return Err(Error::Overflow);
        }
        let variance = out[0];
        let n = self.count as f64;
        for (k, value) in out.iter_mut().enumerate() {
            let divisor = if options.adjusted { n - k as f64 } else { n };
            *value = match (k < self.count, options.normalise) {
                (false, _) => f64::NAN,
                (true, false) => *value / divisor,
                (true, true) if variance > 0.0 => *value / variance * (n / divisor),
                (true, true) => f64::NAN,
            };
        }
        Ok(())
    }

    /// Take a full tile out of the buffer.
    fn flush(&mut self) {
        self.direct
            .auto(&self.buffer, Centring::NONE, 0..TILE, &mut self.sums);
        self.buffer.drain(..TILE);
        let rest = self.total / self.count as f64;
        let done = (self.count - self.buffer.len()) as f64;
        let variance = self.sums[0] / done - rest * rest;
        if rest * rest > variance.abs() {
            self.recentre(rest);
        }
    }

    /// Move the provisional mean by `by`: every sum follows by algebra.
    fn recentre(&mut self, by: f64) {
        let done = (self.count - self.buffer.len()) as f64;
        let flushed = self.total - self.buffer.iter().sum::<f64>();
        let (mut head, mut next) = (0.0, 0.0);
        for k in 0..=self.max_lag {
            self.sums[k] -= by * (2.0 * flushed - head + next - done * by);
            if k < self.max_lag {
                head += self.head[k];
                next += self.buffer[k];
            }
        }
        self.head
            .iter_mut()
            .chain(&mut self.buffer)
            .for_each(|d| *d -= by);
        self.total -= by * self.count as f64;
        self.shift += by;
    }
}
