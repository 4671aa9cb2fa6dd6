//! Box-Muller and the exponential from polynomials a compiler turns into vector code.
//!
//! `z0 = sqrt(-2 ln u1) cos(2 pi u2)`, `z1 = sqrt(-2 ln u1) sin(2 pi u2)` (Box and Muller,
//! 1958). No branch, no table, no call: a loop over these is vectorised for whatever
//! registers there are, which the C library's functions are not. In double precision they are
//! right to 5e-13: the uniforms that go in have 32 bits, 2e-10 apart, so that further digits
//! would be meaningless. In single precision they are right to the last place or two. Arguments
//! are what the generator gives, `0 < u <= 1`; other arguments are not supported.
//!
//! Coefficients: each function over its leading term, as a polynomial in the square of the
//! reduced argument, interpolated in exact arithmetic at the Chebyshev nodes of the interval.

/// `c0 + x (c1 + x (c2 + ...))`.
macro_rules! horner {
    ($set:ident, $x:expr; $c:expr) => { $c };
    ($set:ident, $x:expr; $c:expr, $($rest:expr),+ $(,)?) => {
        fma::<$set>(horner!($set, $x; $($rest),+), $x, $c)
    };
}

/// The functions in one precision.
macro_rules! precision {
    (
        $(#[$meta:meta])*
        $name:ident: $float:ident as $bits:ident;
        mantissa $mantissa:literal, bias $bias:literal;
        root_half $root_half:literal;
        ln $($ln:literal)+;
        sin $($sin:literal)+;
        cos $($cos:literal)+;
        exp $($exp:literal)+,
        below $least:literal, above $most:literal, ln2 $high:literal $low:literal;
    ) => {
        $(#[$meta])*
        pub mod $name {
            /// 1.5 times the weight beyond the mantissa: adding it rounds to an integer and
            /// leaves that integer in the low bits.
            const ROUND: $float = ((3 as $bits) << ($mantissa - 1)) as $float;
            const FRACTION: $bits = (1 << $mantissa) - 1;
            const ONE: $bits = $bias << $mantissa;

            /// `a * b + c`, in one rounding where the set has it.
            #[inline(always)]
            pub(crate) fn fma<const FUSED: bool>(a: $float, b: $float, c: $float) -> $float {
                if FUSED { a.mul_add(b, c) } else { a * b + c }
            }

            /// `sqrt(-2 ln u)` for `0 < u <= 1`, normal.
            ///
            /// With `u = 2^e m`, `m` between the roots of 1/2 and 2, and `s = (m-1)/(m+1)`:
            /// `ln u = e ln 2 + 2 atanh s`.
            #[inline(always)]
            #[must_use]
            pub fn radius<const FUSED: bool>(u: $float) -> $float {
                let bits = u.to_bits() + (ONE - $root_half);
                // The exponent lands in the mantissa of a power of two, less that power.
                let weight = ((1 as $bits) << $mantissa) as $float;
                let e = $float::from_bits((bits >> $mantissa) | weight.to_bits())
                    - (weight + $bias as $float);
                let f = $float::from_bits((bits & FRACTION) + $root_half) - 1.0;
                let s = f / (2.0 + f);
                let atanh = s * horner!(FUSED, s * s; -4.0, $($ln),+);
                fma::<FUSED>(e, -2.0 * std::$float::consts::LN_2, atanh).sqrt()
            }

            /// `cos(2 pi u), sin(2 pi u)` for `0 <= u <= 1`.
            ///
            /// The turn less the nearest quarter is exact; the quarter swaps and signs.
            #[inline(always)]
            #[must_use]
            pub fn turn<const FUSED: bool>(u: $float) -> ($float, $float) {
                let rounded = fma::<FUSED>(u, 4.0, ROUND);
                let quarter = rounded.to_bits();
                let f = fma::<FUSED>(rounded - ROUND, -0.25, u);
                let square = f * f;
                let sin = f * horner!(FUSED, square; std::$float::consts::TAU, $($sin),+);
                let cos = horner!(FUSED, square; 1.0, $($cos),+);
                let (c, s) = if quarter & 1 == 0 { (cos, sin) } else { (sin, cos) };
                const SIGN: u32 = $bits::BITS - 2;
                (
                    $float::from_bits(c.to_bits() ^ ((quarter.wrapping_add(1) & 2) << SIGN)),
                    $float::from_bits(s.to_bits() ^ ((quarter & 2) << SIGN)),
                )
            }

            /// The exponential; beyond what is finite it stays at the last finite value.
            #[inline(always)]
            #[must_use]
            pub fn exp<const FUSED: bool>(x: $float) -> $float {
                let x = if x < $least { $least } else { x };
                let x = if x > $most { $most } else { x };
                let rounded = fma::<FUSED>(x, std::$float::consts::LOG2_E, ROUND);
                let k = rounded - ROUND;
                let r = fma::<FUSED>(k, -$low, fma::<FUSED>(k, -$high, x));
                let power = rounded.to_bits().wrapping_add($bias) << $mantissa;
                horner!(FUSED, r; 1.0, 1.0, $($exp),+) * $float::from_bits(power)
            }
        }
    };
}

precision! {
    /// Double precision.
    double: f64 as u64;
    mantissa 52, bias 1023;
    root_half 0x3FE6_A09E_667F_3BCD;
    ln -1.3333333333475017 -0.7999999759467518 -0.5714350907182898 -0.44382801660617005
        -0.38725307428404016;
    sin -41.34170224039286 81.6052492540014 -76.70584844785206 42.05666666756892
        -14.946135758328927;
    cos -19.739208802164462 64.93939397704874 -85.4567938411542 60.24045096588774
        -26.119219394346004;
    exp 0.5000000000000001 0.16666666666666669 0.041666666666624164 0.008333333333330065
        0.0013888888917196719 0.00019841269863040548 2.4801521322368655e-5
        2.7557268480307483e-6 2.7620075880001976e-7 2.510037583362108e-8,
        below -708.0, above 709.0, ln2 0.6931471526622772 2.7897668087737545e-8;
}

precision! {
    /// Single precision.
    single: f32 as u32;
    mantissa 23, bias 127;
    root_half 0x3F35_04F3;
    ln -1.3333337 -0.7997756 -0.591599;
    sin -41.341663 81.592545 -75.40161;
    cos -19.739208 64.93937 -85.44882 59.424107;
    exp 0.5 0.16666576 0.041666556 0.008363173 0.0013926176,
        below -87.0, above 88.0, ln2 0.69311523 3.1946183e-5;
}

#[cfg(test)]
mod tests {
    use super::{double, single};
    use std::f64::consts::TAU;

    /// Uniforms from the smallest to the largest, dense at both ends.
    fn uniforms(least: f64) -> impl Iterator<Item = f64> {
        let middle = (1..400_000).map(|i| f64::from(i) / 400_000.0);
        let small = (0..4000).map(move |i| least.powf(f64::from(i) / 4000.0));
        let large = (0..4000).map(|i| 1.0 - 0.5_f64.powf(f64::from(i) * 53.0 / 4000.0) / 2.0);
        middle.chain(small).chain(large).chain([least, 1.0])
    }

    fn largest(values: impl Iterator<Item = f64>) -> f64 {
        values.fold(0.0, f64::max)
    }

    /// `cos(2 pi u), sin(2 pi u)` at the exact remainder of the turn: `2 pi u` itself is rounded.
    fn exact_turn(u: f64) -> (f64, f64) {
        let f = u - (4.0 * u).round() / 4.0;
        let quarter = (4.0 * u).round() as i64;
        let (sin, cos) = (TAU * f).sin_cos();
        [(cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos)][(quarter & 3) as usize]
    }

    /// The largest relative errors of radius, turn and exponential.
    macro_rules! errors {
        ($name:ident, $float:ty, $exponents:expr) => {{
            let relative = |found: $float, exact: f64| {
                (f64::from(found) - exact).abs() / exact.abs().max(f64::MIN_POSITIVE)
            };
            let least = 0.5_f64.powi(33);
            let radius = largest(uniforms(least).map(|u| {
                let u = u as $float;
                let exact = (-2.0 * f64::from(u).ln()).sqrt();
                relative($name::radius::<false>(u), exact)
            }));
            let turn = largest(uniforms(least).map(|u| {
                let u = u as $float;
                let (cos, sin) = $name::turn::<false>(u);
                let exact = exact_turn(f64::from(u));
                relative(cos, exact.0).max(relative(sin, exact.1))
            }));
            let exp = largest($exponents.map(|i| {
                let x = i as $float / 10.0 + 0.0123;
                relative($name::exp::<false>(x), f64::from(x).exp())
            }));
            (radius, turn, exp)
        }};
    }

    #[test]
    fn doubles_are_more_accurate_than_their_uniforms() {
        let (radius, turn, exp) = errors!(double, f64, (-7000..7000));
        assert!(radius < 5e-13, "radius: {radius:e}");
        assert!(turn < 5e-13, "turn: {turn:e}");
        assert!(exp < 2.0 * f64::EPSILON, "exp: {exp:e}");
    }

    #[test]
    fn singles_are_right_to_a_few_units() {
        let (radius, turn, exp) = errors!(single, f32, (-860..870));
        let bound = 2.0 * f64::from(f32::EPSILON);
        assert!(radius < bound, "radius: {radius:e}");
        assert!(turn < bound, "turn: {turn:e}");
        assert!(exp < bound, "exp: {exp:e}");
    }

    #[test]
    fn both_ends_are_in_bounds() {
        assert_eq!(double::radius::<false>(1.0), 0.0);
        assert_eq!(single::radius::<false>(1.0), 0.0);
        assert!(double::radius::<false>(0.5_f64.powi(33)) < 6.77);
        assert!(single::radius::<false>(0.5_f32.powi(33)) < 6.77);
        assert_eq!(double::turn::<false>(1.0), (1.0, 0.0));
        assert_eq!(double::exp::<false>(0.0), 1.0);
        assert!(double::exp::<false>(1e9).is_finite());
        assert!(double::exp::<false>(-1e9) > 0.0);
        assert!(single::exp::<false>(1e9).is_finite());
    }
}
