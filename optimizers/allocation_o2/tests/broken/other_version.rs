// load | - | has version 1 of the interface, expected 2: compile the strategy again
use allocation_o2::prelude::*;

parameters! {
    /// The same weight for every asset.
    pub struct Broken {
        /// Multiplies the weights.
        power: f64 = 1.0, 0.0..=2.0;
    }
}

impl Strategy for Broken {
    fn min_observations(&self) -> usize {
        1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        weights.fill(self.power / prices.n_assets() as f64);
        Ok(())
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn allocation_o2_interface() -> *const allocation_o2::ffi::Interface {
    static mut TABLE: allocation_o2::ffi::Interface = *allocation_o2::ffi::interface::<Broken>();
    unsafe {
        TABLE.version = 1;
        &raw const TABLE
    }
}
