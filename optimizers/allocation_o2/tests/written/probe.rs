//! A strategy that does what it is told, for tests.

use allocation_o2::prelude::*;

parameters! {
    /// Weights in proportion to the latest prices, or what `mode` asks for.
    pub struct Probe {
        /// What to do.
        mode: usize = 0, 0..=8;
        /// The sum of the weights.
        sum: f64 = 1.0, 0.0..=2.0;
        shift: i64 = -3, -5..;
        flag: bool = true;
        seed: u64 = 7;
    }
}

impl Strategy for Probe {
    fn min_observations(&self) -> usize {
        2
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        match self.mode {
            1 => panic!("{} assets are too many", prices.n_assets()),
            2 => weights.fill(f64::NAN),
            3 if prices.n_observations() >= 40 => return Err("no weights from here on".into()),
            4 => std::thread::sleep(std::time::Duration::from_millis(5)),
            5 => weights[prices.n_assets()] = 1.0,
            6 => std::panic::panic_any(6),
            _ => {}
        }
        if self.mode != 2 {
            let total: f64 = (0..prices.n_assets()).map(|i| prices.last(i)).sum();
            for (i, weight) in weights.iter_mut().enumerate() {
                *weight = self.sum * prices.last(i) / total;
            }
        }
        Ok(())
    }
}

export!(Probe);
