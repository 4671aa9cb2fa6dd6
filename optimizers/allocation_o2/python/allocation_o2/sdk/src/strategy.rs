//! What a strategy implements.

use crate::{Dates, Described, Error, Prices};

/// A rule that turns prices into weights.
///
/// [`parameters!`](crate::parameters) writes [`Parameters`], on which it builds.
pub trait Strategy: Parameters {
    /// Weights may sum to less than one; the rest is cash. Default: they sum to one.
    const ALLOW_CASH: bool = false;
    /// `predict` reads the weights that are held now, which `weights` holds on entry: zeros before
    /// the first trade. Default: it holds zeros.
    const USES_CURRENT: bool = false;
    /// Rolling runs call `predict_many`. Default: they call `predict` for each date.
    const MANY_DATES: bool = false;

    /// The fewest observations for which `predict` is called.
    fn min_observations(&self) -> usize;

    /// Write a weight for each asset.
    ///
    /// Threads call this for several dates at once, so `self` stays as it is.
    ///
    /// # Errors
    /// There are no weights for these prices.
    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error>;

    /// Write weights for many dates, one row after the other: those of `predict`, up to rounding.
    ///
    /// For rules that need less work where the date before is done; see [`MANY_DATES`] and
    /// [`Dates::seen`]. Prices end with the last of these dates: a row may be made from those up to
    /// its own date only, and must be the same whichever dates are asked for with it. Where this
    /// fails, `predict` is called for each date instead. Rows hold anything on entry.
    ///
    /// [`MANY_DATES`]: Self::MANY_DATES
    ///
    /// # Errors
    /// There are no weights for one of the dates.
    fn predict_many(
        &self,
        prices: Prices<'_>,
        dates: Dates,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        let rows = weights.chunks_exact_mut(prices.n_assets().max(1));
        for (row, weights) in rows.enumerate() {
            weights.fill(0.0);
            self.predict(dates.seen(&prices, row), weights)?;
        }
        Ok(())
    }
}

/// The parameters of a strategy, as [`parameters!`](crate::parameters) writes them.
pub trait Parameters: Default + Send + Sync + 'static {
    /// The name of the strategy.
    const NAME: &'static str;

    /// Name, description and parameters.
    fn description() -> &'static Described;

    /// Change the parameter of this index, in the order of the fields, to a value of these bits.
    ///
    /// # Errors
    /// The value is out of range.
    fn set(&mut self, index: usize, value: u64) -> Result<(), Error>;
}

/// Export the strategy of a library: `export!(Momentum);` once in a file.
#[macro_export]
macro_rules! export {
    ($strategy:ty) => {
        /// The C interface of this strategy.
        #[unsafe(no_mangle)]
        pub extern "C" fn allocation_o2_interface() -> *const $crate::ffi::Interface {
            $crate::ffi::interface::<$strategy>()
        }
    };
}
