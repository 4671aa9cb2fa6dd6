//! Entropies of frequencies shrunk towards the uniform distribution.
//!
//! The joint table is shrunk, empty cells included, and its margins are added up, so that what
//! variables share is not negative. Source: Hausser and Strimmer, "Entropy inference and the
//! James-Stein estimator", JMLR 10 (2009), eq. 4 to 7.

use super::binning::Code;
use super::information::{Information, Sums};
use super::tables::{Cells, Margin, Visit};

/// Bits in a unit.
pub const UNIT: f64 = 1.0 / SCALE;
const SCALE: f64 = (1_u64 << 52) as f64;

/// The information in cells, in [`UNIT`]s.
pub fn information<C: Code>(cells: Cells<'_, C>) -> Information {
    let [nx, ny, nz] = cells.sizes().map(|size| size as f64);
    let mut squares = Squares { n: 0, squares: 0 };
    cells.each(&mut squares);
    let (n, all) = (f64::from(squares.n), nx * ny * nz);
    let purity = squares.squares as f64 / (n * n);
    let distance = purity - 1.0 / all;
    let shrunk = if n > 1.0 && distance > 0.0 {
        ((1.0 - purity) / ((n - 1.0) * distance)).min(1.0)
    } else {
        1.0
    };
    let mut sums = Shrunk {
        weight: (1.0 - shrunk) / n,
        floors: [all, nx * nz, ny * nz, nz].map(|size| shrunk / size),
        left: [all, nx * nz, ny * nz, nz],
        sums: Sums::default(),
    };
    cells.each(&mut sums);
    sums.information()
}

struct Squares {
    n: u32,
    squares: u128,
}

impl Visit for Squares {
    fn visit(&mut self, margin: Margin, count: u32) {
        if margin == Margin::Xyz {
            self.n += count;
            self.squares += u128::from(count) * u128::from(count);
        }
    }
}

/// Sums of `p log2 p` over the cells of each margin.
struct Shrunk {
    weight: f64,
    /// The probability of an empty cell.
    floors: [f64; 4],
    /// The number of empty cells.
    left: [f64; 4],
    sums: Sums,
}

impl Shrunk {
    fn information(mut self) -> Information {
        for margin in [Margin::Xyz, Margin::Xz, Margin::Yz, Margin::Z] {
            let (floor, left) = (self.floors[margin as usize], self.left[margin as usize]);
            self.sums.add(margin, units(floor, left));
        }
        self.sums.information()
    }
}

impl Visit for Shrunk {
    fn visit(&mut self, margin: Margin, count: u32) {
        if count > 0 {
            let p = self.floors[margin as usize] + self.weight * f64::from(count);
            self.sums.add(margin, units(p, 1.0));
            self.left[margin as usize] -= 1.0;
        }
    }
}

/// `cells * p log2 p`.
fn units(p: f64, cells: f64) -> i64 {
    if p > 0.0 {
        (cells * (p * p.log2()) * SCALE).round_ties_even() as i64
    } else {
        0
    }
}
