//! Eight numbers side by side: time steps, windows, or whatever a kernel works on at once.
//!
//! A series of `n` times and `K` states of a hidden Markov model is kept in `ceil(n / 8)` tiles of
//! `K` [`Lanes`]: eight times of state 0, the same eight times of state 1, and so on.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// Times in a tile.
pub const LANES: usize = 8;

/// One number for each of eight times.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub struct Lanes(pub [f64; LANES]);

impl Lanes {
    /// The same number at all times.
    #[inline(always)]
    pub const fn splat(value: f64) -> Self {
        Self([value; LANES])
    }

    /// Zero at all times.
    pub const ZERO: Self = Self::splat(0.0);

    /// Apply a function to each.
    #[inline(always)]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self;
        for lane in &mut out.0 {
            *lane = f(*lane);
        }
        out
    }

    /// Combine each with its partner.
    #[inline(always)]
    pub fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self;
        for (lane, partner) in out.0.iter_mut().zip(other.0) {
            *lane = f(*lane, partner);
        }
        out
    }

    /// `self * by + to`, in one rounding where `FUSED`.
    #[inline(always)]
    pub fn fma<const FUSED: bool>(self, by: Self, to: Self) -> Self {
        let mut out = to;
        for l in 0..LANES {
            out.0[l] = crate::math::fma::<FUSED>(self.0[l], by.0[l], to.0[l]);
        }
        out
    }

    /// The smaller of each pair; of a NaN and a number `other`.
    #[inline(always)]
    pub fn least(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    /// The sum of the lanes.
    #[inline(always)]
    pub fn total(self) -> f64 {
        let v = self.0;
        ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
    }
}

/// Tiles of `n` times.
#[inline]
pub const fn tiles(n: usize) -> usize {
    n.div_ceil(LANES)
}

macro_rules! lanewise {
    ($trait:ident $method:ident $op:tt) => {
        impl $trait for Lanes {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        }
    };
}
lanewise!(Add add +);
lanewise!(Sub sub -);
lanewise!(Mul mul *);
lanewise!(Div div /);

impl AddAssign for Lanes {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
