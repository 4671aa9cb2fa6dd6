//! The logarithm of the gamma function and of the ratio that Student's t needs; a safe norm.

/// `ln Gamma(x)` for `x > 0`, NaN elsewhere; relative error some 1e-15, absolute near 1 and 2.
///
/// The argument is raised to 10 or more by the recurrence, where Stirling's series of seven terms
/// is exact to double precision (Abramowitz and Stegun, 6.1.41).
pub fn ln_gamma(x: f64) -> f64 {
    const SERIES: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut raised, mut product) = (x, 1.0);
    while raised < 10.0 {
        product *= raised;
        raised += 1.0;
    }
    let inverse = 1.0 / raised;
    let square = inverse * inverse;
    let tail = SERIES
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum * square + term)
        * inverse;
    let half_ln_tau = 0.918_938_533_204_672_8;
    (raised - 0.5) * raised.ln() - raised + half_ln_tau + tail - product.ln()
}

/// `ln Gamma(a + 1/2) - ln Gamma(a) - ln(a) / 2` for `a > 0`: tends to 0 as `-1 / (8 a)`.
///
/// The difference of two large logarithms has no correct digit left where `a` is large; its
/// asymptotic series (Tricomi and Erdélyi 1951) is exact to double precision from 50 on.
pub fn half_step(a: f64) -> f64 {
    if a < 50.0 {
        return ln_gamma(a + 0.5) - ln_gamma(a) - 0.5 * a.ln();
    }
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    inverse
        * (-1.0 / 8.0
            + square * (1.0 / 192.0 + square * (-1.0 / 640.0 + square * (17.0 / 14_336.0))))
}

/// The root of a sum of squares, which neither overflows nor vanishes before the root does.
pub(super) fn root_of_squares(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(0.0, |most: f64, x| most.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest
        * values
            .map(|x| (x / largest) * (x / largest))
            .sum::<f64>()
            .sqrt()
}

#[cfg(test)]
mod tests {
    use super::{half_step, ln_gamma};

    #[test]
    fn the_series_meets_the_difference() {
        // Recurrence: f(a + 1) - f(a) = ln(1 + 1 / (2a)) - ln(1 + 1 / a) / 2, exactly.
        for a in [49.5, 49.999, 50.0, 60.0, 1e3, 1e6] {
            let step = f64::ln_1p(0.5 / a) - 0.5 * f64::ln_1p(1.0 / a);
            let found = half_step(a + 1.0) - half_step(a);
            assert!((found - step).abs() < 2e-13, "{a}: {found} {step}");
        }
        assert!((half_step(50.0) + 0.002_499_958_338_331_1).abs() < 1e-13);
        assert!(half_step(1e300) < 0.0 && half_step(1e300) > -1e-299);
    }

    #[test]
    fn known_values() {
        // Factorials, Gamma(1/2) = sqrt(pi), and Abramowitz and Stegun, table 6.1 (x = 1.5).
        let cases = [
            (1.0, 0.0),
            (2.0, 0.0),
            (5.0, 24.0_f64.ln()),
            (0.5, 0.5 * std::f64::consts::PI.ln()),
            (1.5, -0.120_782_237_635_245_22),
            (171.0, 706.573_062_245_787_5),
            (1e6, 12_815_504.569_147_612),
        ];
        for (x, expected) in cases {
            let found = ln_gamma(x);
            assert!(
                (found - expected).abs() <= 4e-15 * expected.abs().max(1.0),
                "{x}: {found} {expected}"
            );
        }
        assert!(ln_gamma(0.0).is_nan() && ln_gamma(-1.0).is_nan());
    }
}
