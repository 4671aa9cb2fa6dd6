//! Random weights, to compare others with.

use allocation_o2::prelude::*;

parameters! {
    /// Random weights, uniform over all portfolios without short positions.
    ///
    /// They are made from the seed and the last two prices of each asset: others at each date, and
    /// the same whatever the order of assets and whatever comes later.
    pub struct RandomWeights {
        /// Another seed gives other weights.
        seed: u64 = 0, 0..=u64::MAX;
    }
}

impl Strategy for RandomWeights {
    fn min_observations(&self) -> usize {
        2
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let recent = prices.tail(2);
        let seed = mixed(self.seed);
        let mut total = 0.0;
        for (i, weight) in weights.iter_mut().enumerate() {
            let bits = recent.asset(i).iter().map(|price| price.to_bits());
            let hash = bits.fold(seed, |hash, bits| mixed(hash ^ bits));
            // Exponential draws over their sum are uniform over portfolios. 53 bits, never zero.
            let uniform = ((hash >> 11) as f64 + 0.5) * 2.0_f64.powi(-53);
            *weight = -uniform.ln();
            total += *weight;
        }
        for weight in weights {
            *weight /= total;
        }
        Ok(())
    }
}

/// One step of SplitMix64: Steele, Lea and Flood, OOPSLA 2014, figure 17 with the constants of
/// `mix64variant13`.
fn mixed(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
