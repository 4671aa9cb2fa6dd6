//! Plans of Fourier transforms of doubles, by the crates rustfft and realfft (feature `fft`).
//!
//! What a plan is made of is generic, large and slow to compile. Planned here it is compiled once,
//! not in each crate that plans and again in each of their tests.
//!
//! rustfft chooses its instruction set by itself: AVX wherever the CPU has it, whatever the cap on
//! [`Isa`](crate::Isa) says.

pub use realfft::{ComplexToReal, RealToComplex};
pub use rustfft::{Fft, num_complex::Complex};

use realfft::RealFftPlanner;
use rustfft::FftPlanner;
use std::sync::Arc;

/// Makes plans; those of one planner share their tables.
pub struct Planner {
    real: RealFftPlanner<f64>,
    complex: FftPlanner<f64>,
}

impl Planner {
    /// Without any table yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            real: RealFftPlanner::new(),
            complex: FftPlanner::new(),
        }
    }

    /// From `length` real values to `length / 2 + 1` complex ones.
    pub fn real_forward(&mut self, length: usize) -> Arc<dyn RealToComplex<f64>> {
        self.real.plan_fft_forward(length)
    }

    /// From `length / 2 + 1` complex values to `length` real ones, not scaled.
    pub fn real_inverse(&mut self, length: usize) -> Arc<dyn ComplexToReal<f64>> {
        self.real.plan_fft_inverse(length)
    }

    /// Of `length` complex values, in place.
    pub fn forward(&mut self, length: usize) -> Arc<dyn Fft<f64>> {
        self.complex.plan_fft_forward(length)
    }

    /// The inverse of [`Planner::forward`], not scaled.
    pub fn inverse(&mut self, length: usize) -> Arc<dyn Fft<f64>> {
        self.complex.plan_fft_inverse(length)
    }
}

impl Default for Planner {
    fn default() -> Self {
        Self::new()
    }
}
