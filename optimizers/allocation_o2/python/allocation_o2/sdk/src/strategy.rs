//! What a strategy implements.

use crate::{Described, Error, Prices};

/// A rule that turns prices into weights.
///
/// [`parameters!`](crate::parameters) writes [`Parameters`], on which it builds.
pub trait Strategy: Parameters {
    /// Weights may sum to less than one; the rest is cash. Default: they sum to one.
    const ALLOW_CASH: bool = false;
    /// `predict` reads the weights that are held now, which `weights` holds on entry: zeros before
    /// the first trade. Default: it holds zeros.
    const USES_CURRENT: bool = false;

    /// The fewest observations for which `predict` is called.
    fn min_observations(&self) -> usize;

    /// Write a weight for each asset.
    ///
    /// Threads call this for several dates at once, so `self` stays as it is.
    ///
    /// # Errors
    /// There are no weights for these prices.
    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error>;
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
