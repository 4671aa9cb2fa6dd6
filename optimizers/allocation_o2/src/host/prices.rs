//! Whether prices are finite and above zero.

use allocation_o2::Prices;
use native::for_each_isa;

/// The asset and the observation of the first price, asset by asset, that is not.
#[must_use]
pub fn first_bad_price(prices: &Prices<'_>) -> Option<(usize, usize)> {
    (0..prices.n_assets()).find_map(|i| {
        let asset = prices.asset(i);
        let bad = |price: &f64| any_bad(std::slice::from_ref(price));
        if any_bad(asset) {
            asset.iter().position(bad).map(|at| (i, at))
        } else {
            None
        }
    })
}

for_each_isa! {
    /// The bits of a good price, as an integer, are from one to those of the largest number: no
    /// branch for each price, and nothing that waits for the price before.
    fn any_bad(prices: &[f64]) -> bool {
        const LARGEST: i64 = f64::MAX.to_bits().cast_signed();
        let mut signs = 0;
        for price in prices {
            let bits = price.to_bits().cast_signed();
            signs |= bits.wrapping_sub(1) | LARGEST.wrapping_sub(bits);
        }
        signs < 0
    }
}

#[cfg(test)]
mod tests {
    use super::any_bad;

    #[test]
    fn good_and_bad_prices() {
        let good = [f64::MIN_POSITIVE, 5e-324, 1.0, f64::MAX];
        let bad = [
            0.0,
            -0.0,
            -1.0,
            -5e-324,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            -f64::NAN,
        ];
        assert!(!any_bad(&[]));
        for length in [1, 7, 64, 100] {
            for price in good {
                assert!(!any_bad(&vec![price; length]));
            }
            for price in bad {
                let mut prices = vec![1.0; length];
                prices[length / 2] = price;
                assert!(any_bad(&prices), "{price} of {length}");
            }
        }
    }
}
