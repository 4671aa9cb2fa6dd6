//! Loops over spectra, compiled for each instruction set.

use native::fft::Complex;
use native::for_each_isa;

/// A complex double.
pub(crate) type C64 = Complex<f64>;

/// `e^(-2 pi i numerator / denominator)`, to the last bit or two for any fraction.
pub(crate) fn unit_root(numerator: usize, denominator: usize) -> C64 {
    // Reduced to an eighth of the circle first: there sine and cosine lose no digit.
    let eight = 8 * (numerator % denominator);
    let (octant, rest) = (eight / denominator, eight % denominator);
    let full = 8.0 * denominator as f64;
    let tau = std::f64::consts::TAU;
    let up = tau * (rest as f64 / full);
    let down = tau * ((denominator - rest) as f64 / full);
    let (cos, sin) = match octant {
        0 => (up.cos(), up.sin()),
        1 => (down.sin(), down.cos()),
        2 => (-up.sin(), up.cos()),
        3 => (-down.cos(), down.sin()),
        4 => (-up.cos(), -up.sin()),
        5 => (-down.sin(), -down.cos()),
        6 => (up.sin(), -up.cos()),
        _ => (down.cos(), -down.sin()),
    };
    C64::new(cos, -sin)
}

for_each_isa! {
    /// `into[f] = |from[f]|^2`.
    pub(crate) fn power(from: &[C64], into: &mut [f64]) {
        for (to, z) in into.iter_mut().zip(from) {
            *to = z.re * z.re + z.im * z.im;
        }
    }
}

for_each_isa! {
    /// `sums[f] += conj(a[f]) * (b[f] + (-1)^f * ahead[f])`.
    pub(crate) fn accumulate(sums: &mut [C64], a: &[C64], b: &[C64], ahead: &[C64]) {
        let (sums, _) = sums.as_chunks_mut::<2>();
        let (a, _) = a.as_chunks::<2>();
        let (b, _) = b.as_chunks::<2>();
        let (ahead, _) = ahead.as_chunks::<2>();
        for (((s, a), b), c) in sums.iter_mut().zip(a).zip(b).zip(ahead) {
            let (re, im) = (b[0].re + c[0].re, b[0].im + c[0].im);
            s[0].re += a[0].re * re + a[0].im * im;
            s[0].im += a[0].re * im - a[0].im * re;
            let (re, im) = (b[1].re - c[1].re, b[1].im - c[1].im);
            s[1].re += a[1].re * re + a[1].im * im;
            s[1].im += a[1].re * im - a[1].im * re;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_roots_are_those_of_sine_and_cosine() {
        for n in [1, 2, 3, 5, 8, 12, 100, 1023] {
            for k in 0..n {
                let angle = -std::f64::consts::TAU * k as f64 / n as f64;
                let z = unit_root(k, n);
                assert!((z.re - angle.cos()).abs() < 1e-15 * 8.0, "{k}/{n}");
                assert!((z.im - angle.sin()).abs() < 1e-15 * 8.0, "{k}/{n}");
            }
        }
    }
}
