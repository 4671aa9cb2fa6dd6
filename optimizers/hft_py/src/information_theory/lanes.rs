//! Sixteen numbers at once: loops that compile to vector instructions without a branch.

/// How many numbers are handled at once.
pub const LANES: usize = 16;

/// A number of each of several points.
pub type Lanes = [f64; LANES];

/// The smaller of each two.
#[inline(always)]
pub fn smaller(a: &Lanes, b: &Lanes) -> Lanes {
    std::array::from_fn(|lane| if a[lane] < b[lane] { a[lane] } else { b[lane] })
}

/// The larger of each two.
#[inline(always)]
pub fn larger(a: &Lanes, b: &Lanes) -> Lanes {
    std::array::from_fn(|lane| if a[lane] > b[lane] { a[lane] } else { b[lane] })
}

/// 1 where `a` is less than `b`, else 0.
#[inline(always)]
pub fn less(a: &Lanes, b: &Lanes) -> [u32; LANES] {
    std::array::from_fn(|lane| u32::from(a[lane] < b[lane]))
}

/// Sums.
#[inline(always)]
pub fn add(a: &[u32; LANES], b: &[u32; LANES]) -> [u32; LANES] {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

/// Whether one is not zero.
#[inline(always)]
pub fn any(a: &[u32; LANES]) -> bool {
    a.iter().fold(0, |all, one| all | one) > 0
}
