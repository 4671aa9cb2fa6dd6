//! The prices that a strategy sees.

use crate::ffi::View;

/// Prices of several assets, each asset's beside each other, the oldest first.
///
/// A view: it costs nothing to copy, and a window of a longer history is one too. Prices are
/// finite and positive; whoever calls a strategy has checked it.
///
/// ```
/// use allocation_o2::Prices;
///
/// let prices = Prices::new(&[100.0, 110.0, 99.0, 20.0, 25.0, 30.0], 2);
/// assert_eq!((prices.n_assets(), prices.n_observations()), (2, 3));
/// assert_eq!(prices.asset(1), [20.0, 25.0, 30.0]);
/// assert_eq!(prices.last(0), 99.0);
/// assert_eq!(prices.tail(2).asset(1), [25.0, 30.0]);
/// assert_eq!(prices.between(0, 2).asset(1), [20.0, 25.0]);
/// assert_eq!(prices.returns(1).collect::<Vec<_>>(), [25.0 / 20.0 - 1.0, 30.0 / 25.0 - 1.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Prices<'a> {
    /// From the first price of the first asset to the last price of the last one.
    data: &'a [f64],
    n_assets: usize,
    n_observations: usize,
    stride: usize,
}

impl<'a> Prices<'a> {
    /// Prices one asset after the other, as a test of a strategy has them.
    ///
    /// # Panics
    /// The length of `data` is no multiple of `n_assets`.
    #[must_use]
    #[track_caller]
    pub fn new(data: &'a [f64], n_assets: usize) -> Self {
        let n_observations = data.len() / n_assets.max(1);
        assert!(
            n_assets * n_observations == data.len(),
            "{} prices of {n_assets} assets, expected as many of each",
            data.len()
        );
        Self {
            data,
            n_assets,
            n_observations,
            stride: n_observations,
        }
    }

    /// Prices in memory of others.
    ///
    /// # Safety
    /// For `'a`, no thread writes there, and all can be read from the first price of the first asset to
    /// the last price of the last one.
    #[must_use]
    pub unsafe fn from_view(view: &View) -> Self {
        let View {
            data,
            n_assets,
            n_observations,
            stride,
        } = *view;
        let length = n_assets.saturating_sub(1) * stride + n_observations;
        let data = if n_assets == 0 || length == 0 {
            &[][..]
        } else {
            // SAFETY: the caller's promise.
            unsafe { std::slice::from_raw_parts(data, length) }
        };
        Self {
            data,
            n_assets,
            n_observations,
            stride,
        }
    }

    /// The number of assets.
    #[must_use]
    #[inline]
    pub fn n_assets(&self) -> usize {
        self.n_assets
    }

    /// The number of observations, the same for each asset.
    #[must_use]
    #[inline]
    pub fn n_observations(&self) -> usize {
        self.n_observations
    }

    /// All prices of asset `i`, the oldest first.
    ///
    /// # Panics
    /// There is no asset `i`.
    #[must_use]
    #[inline]
    #[track_caller]
    pub fn asset(&self, i: usize) -> &'a [f64] {
        assert!(
            i < self.n_assets,
            "no asset {i}: there are {}",
            self.n_assets
        );
        &self.data[i * self.stride..][..self.n_observations]
    }

    /// The latest price of asset `i`.
    ///
    /// # Panics
    /// There is no asset `i`, or no price.
    #[must_use]
    #[inline]
    #[track_caller]
    pub fn last(&self, i: usize) -> f64 {
        self.asset(i)[self.n_observations - 1]
    }

    /// Simple returns of asset `i`, the oldest first, one fewer than prices.
    ///
    /// # Panics
    /// There is no asset `i`.
    #[inline]
    #[track_caller]
    pub fn returns(
        &self,
        i: usize,
    ) -> impl ExactSizeIterator<Item = f64> + DoubleEndedIterator + Clone + use<'a> {
        self.asset(i).windows(2).map(|pair| pair[1] / pair[0] - 1.0)
    }

    /// The latest `observations`, or all where there are fewer.
    #[must_use]
    #[inline]
    pub fn tail(&self, observations: usize) -> Self {
        self.between(
            self.n_observations.saturating_sub(observations),
            self.n_observations,
        )
    }

    /// The observations from `first` on, up to the one before `end`.
    ///
    /// # Panics
    /// There are fewer than `end`, or `first` is larger.
    #[must_use]
    #[inline]
    #[track_caller]
    pub fn between(&self, first: usize, end: usize) -> Self {
        let all = self.n_observations;
        assert!(
            first <= end && end <= all,
            "observations {first} to {end} of {all}"
        );
        // Up to the end of the same window of the last asset.
        let length = match self.n_assets {
            0 => 0,
            n => (n - 1) * self.stride + end - first,
        };
        Self {
            data: &self.data[first.min(self.data.len())..][..length],
            n_observations: end - first,
            ..*self
        }
    }

    /// Where they lie, for the C interface.
    #[must_use]
    #[inline]
    pub fn view(&self) -> View {
        View {
            data: self.data.as_ptr(),
            n_assets: self.n_assets,
            n_observations: self.n_observations,
            stride: self.stride,
        }
    }
}
