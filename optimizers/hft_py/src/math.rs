//! Exponential, logarithm and digamma: the first two without a branch, so that loops vectorise.
//!
//! Coefficients: each function over its leading term, as a polynomial in the reduced argument,
//! interpolated in exact arithmetic at the Chebyshev nodes of the interval.

/// 1.5 * 2^52: adding it rounds to an integer and leaves that integer in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = 0.693_147_152_662_277_2;
const LN2_LOW: f64 = 2.789_766_808_773_754_5e-8;
/// Below this the exponential is zero here.
const MIN_EXPONENT: f64 = -708.0;
const MAX_EXPONENT: f64 = 709.0;

/// `a * b + c`, in one rounding where `FUSED`.
#[inline(always)]
pub(crate) fn fma<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `c0 + x (c1 + x (c2 + ...))`.
#[inline(always)]
fn horner<const FUSED: bool, const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut sum = coefficients[N - 1];
    for i in (0..N - 1).rev() {
        sum = fma::<FUSED>(sum, x, coefficients[i]);
    }
    sum
}

/// The exponential of numbers up to 709; 0 below -708 and of NaN.
#[inline(always)]
pub(crate) fn exp<const FUSED: bool>(x: f64) -> f64 {
    let inside = if x > MIN_EXPONENT { x } else { MIN_EXPONENT };
    let inside = if inside < MAX_EXPONENT {
        inside
    } else {
        MAX_EXPONENT
    };
    let rounded = fma::<FUSED>(inside, std::f64::consts::LOG2_E, ROUND);
    let k = rounded - ROUND;
    let r = fma::<FUSED>(k, -LN2_LOW, fma::<FUSED>(k, -LN2_HIGH, inside));
    let power = rounded.to_bits().wrapping_add(1023) << 52;
    let fraction = horner::<FUSED, 12>(
        r,
        [
            1.0,
            1.0,
            0.500_000_000_000_000_1,
            0.166_666_666_666_666_69,
            0.041_666_666_666_624_164,
            0.008_333_333_333_330_065,
            0.001_388_888_891_719_671_9,
            0.000_198_412_698_630_405_48,
            2.480_152_132_236_865_5e-5,
            2.755_726_848_030_748_3e-6,
            2.762_007_588_000_197_6e-7,
            2.510_037_583_362_108e-8,
        ],
    );
    if x > MIN_EXPONENT {
        fraction * f64::from_bits(power)
    } else {
        0.0
    }
}

/// The natural logarithm of a positive normal number.
///
/// With `x = 2^e m`, `m` between the roots of 1/2 and 2, and `s = (m - 1) / (m + 1)`:
/// `ln x = e ln 2 + 2 atanh s`.
#[inline(always)]
pub(crate) fn ln<const FUSED: bool>(x: f64) -> f64 {
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const ONE: u64 = 1023 << 52;
    const FRACTION: u64 = (1 << 52) - 1;
    const WEIGHT: f64 = 4_503_599_627_370_496.0;
    let bits = x.to_bits().wrapping_add(ONE - ROOT_HALF);
    // The exponent lands in the mantissa of a power of two, less that power.
    let e = f64::from_bits((bits >> 52) | WEIGHT.to_bits()) - (WEIGHT + 1023.0);
    let f = f64::from_bits((bits & FRACTION) + ROOT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let tail = horner::<FUSED, 7>(
        z,
        [
            0.666_666_666_666_667,
            0.399_999_999_998_989_54,
            0.285_714_286_259_754_86,
            0.222_222_112_347_958_01,
            0.181_828_891_251_617_7,
            0.153_317_216_005_560_42,
            0.146_164_496_850_434_03,
        ],
    );
    // 2 s + s^3 (2/3 + ...): the leading term apart, to lose nothing near one.
    let atanh = fma::<FUSED>(s * z, tail, 2.0 * s);
    fma::<FUSED>(e, LN2_HIGH, fma::<FUSED>(e, LN2_LOW, atanh))
}

/// The logarithmic derivative of the gamma function, for `x > 0`: Abramowitz and Stegun 6.3.18,
/// after raising the argument to 10 or more by the recurrence.
pub(crate) fn digamma(x: f64) -> f64 {
    const SERIES: [f64; 7] = [
        -1.0 / 12.0,
        1.0 / 120.0,
        -1.0 / 252.0,
        1.0 / 240.0,
        -1.0 / 132.0,
        691.0 / 32_760.0,
        -1.0 / 12.0,
    ];
    let (mut raised, mut sum) = (x, 0.0);
    while raised < 10.0 {
        sum += 1.0 / raised;
        raised += 1.0;
    }
    let square = 1.0 / (raised * raised);
    let tail = SERIES.iter().rev().fold(0.0, |t, c| (t + c) * square);
    raised.ln() - 0.5 / raised + tail - sum
}

/// `ln sum exp`; minus infinity of nothing but minus infinities.
pub fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + values.map(|v| (v - most).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::{digamma, exp, ln};

    #[test]
    fn exponentials_are_right_to_a_few_units() {
        let worst = (-70_000..7_000).map(|i| {
            let x = f64::from(i) / 100.0 + 0.0123;
            let fused = (exp::<true>(x) / x.exp() - 1.0).abs();
            fused.max((exp::<false>(x) / x.exp() - 1.0).abs())
        });
        assert!(worst.fold(0.0, f64::max) < 3.0 * f64::EPSILON);
        assert_eq!(exp::<false>(0.0), 1.0);
        for zero in [-709.0, -1e300, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(exp::<false>(zero), 0.0);
        }
    }

    #[test]
    fn logarithms_are_right_to_a_few_units() {
        let near = (1..4000).map(|i| 1.0 + f64::from(i) * 1e-5);
        let far = (-300..300).map(|i| 1.37 * 10f64.powi(i));
        for x in near.chain(far) {
            let error = (ln::<true>(x) - x.ln())
                .abs()
                .max((ln::<false>(x) - x.ln()).abs());
            assert!(error <= 4.0 * f64::EPSILON * x.ln().abs(), "{x}: {error}");
        }
        assert_eq!(ln::<false>(1.0), 0.0);
    }

    #[test]
    fn digamma_has_its_known_values() {
        // Abramowitz and Stegun, section 6.3: -gamma, and -gamma - 2 ln 2; then the recurrence.
        let euler = 0.577_215_664_901_532_9;
        assert!((digamma(1.0) + euler).abs() < 1e-15);
        assert!((digamma(0.5) + euler + 2.0 * 2f64.ln()).abs() < 2e-15);
        for x in [0.3, 1.7, 9.9, 10.0, 55.0] {
            assert!((digamma(x + 1.0) - digamma(x) - 1.0 / x).abs() < 3e-15 / x.min(1.0));
        }
    }
}
