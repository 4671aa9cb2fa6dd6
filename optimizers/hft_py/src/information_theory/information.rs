//! Entropies and (conditional) mutual information of codes.

use super::binning::Code;
use super::estimator::{Estimator, SMALL, Terms};
use super::shrinkage;
use super::tables::{Cells, Margin, Triple, Visit};

/// What `x` and `y` share given `z`, and their entropies, in whole units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Information {
    /// `I(X; Y | Z)`, not clipped: a correction of the bias may make it negative.
    pub shared: i64,
    /// `H(X | Z)`.
    pub x: i64,
    /// `H(Y | Z)`.
    pub y: i64,
}

/// Sums of terms over the cells of each margin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sums([i64; 4]);

impl Sums {
    /// Add a cell's term.
    #[inline]
    pub fn add(&mut self, margin: Margin, term: i64) {
        self.0[margin as usize] += term;
    }

    /// What they say.
    pub fn information(self) -> Information {
        let [xyz, xz, yz, z] = self.0;
        Information {
            shared: xyz + z - xz - yz,
            x: z - xz,
            y: z - yz,
        }
    }
}

/// An estimator, made ready for many tables of `n` observations.
#[derive(Debug)]
pub struct Measure {
    estimator: Estimator,
    terms: Terms,
}

impl Measure {
    /// For tables of `n` observations, with terms of counts up to `known` made in advance.
    pub fn new(estimator: Estimator, n: usize, known: usize) -> Self {
        Self {
            estimator,
            terms: Terms::new(estimator, n, known),
        }
    }

    /// For a single table.
    pub fn once(estimator: Estimator, n: usize) -> Self {
        Self::new(estimator, n, SMALL)
    }

    /// Bits in a unit.
    pub fn unit(&self) -> f64 {
        match self.estimator {
            Estimator::Shrinkage => shrinkage::UNIT,
            _ => self.terms.unit,
        }
    }

    /// The information in codes; `counts` is memory to work in.
    pub fn of<C: Code>(&self, data: &Triple<'_, C>, counts: &mut Vec<u32>) -> Information {
        let Some(cells) = data.cells() else {
            return self.of_cells(Cells::Rows(*data));
        };
        counts.clear();
        counts.resize(cells, 0);
        data.tally(counts);
        self.of_cells(Cells::<C>::Table(counts, data.sizes()))
    }

    /// The information in cells.
    pub fn of_cells<C: Code>(&self, cells: Cells<'_, C>) -> Information {
        if self.estimator == Estimator::Shrinkage {
            return shrinkage::information(cells);
        }
        let mut sums = TermSums(&self.terms, Sums::default());
        cells.each(&mut sums);
        sums.1.information()
    }
}

struct TermSums<'a>(&'a Terms, Sums);

impl Visit for TermSums<'_> {
    #[inline(always)]
    fn visit(&mut self, margin: Margin, count: u32) {
        self.1.add(margin, self.0.of(count));
    }
}
