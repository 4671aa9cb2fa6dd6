//! Bin numbers of values among sorted inner edges.
//!
//! The bin of a value is the number of edges at or below it. Where the edges are equidistant, a
//! multiplication gives it, except for values within rounding of an edge: for a block that holds
//! one, as where they are not, the edges are searched.

use native::for_each_isa;

/// Values binned at a time.
const BLOCK: usize = 64;
/// A number below 2^31 added to this has its nearest integer in the lower bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// An unsigned integer that holds the number of a bin.
pub trait Code: Copy + Default + Send + Sync {
    /// From a count of edges, which fits.
    fn of(count: u64) -> Self;
    /// As an index.
    fn index(self) -> usize;
}

macro_rules! code {
    ($($kind:ty),*) => {$(
        impl Code for $kind {
            #[inline(always)]
            fn of(count: u64) -> Self {
                count as Self
            }
            #[inline(always)]
            fn index(self) -> usize {
                self as usize
            }
        }
    )*};
}
code!(u8, u32);

/// Edges, made ready to bin many values.
#[derive(Debug, Clone, Copy)]
pub struct Edges<'a> {
    edges: &'a [f64],
    /// Where they are equidistant.
    grid: Option<Grid>,
}

/// Edge `i` lies at `(i + 1) / steps` above `low`, give or take `doubt / steps`.
#[derive(Debug, Clone, Copy)]
struct Grid {
    low: f64,
    steps: f64,
    doubt: f64,
    last: f64,
}

impl<'a> Edges<'a> {
    /// Of increasing edges.
    pub fn new(edges: &'a [f64]) -> Self {
        let grid = Grid::of(edges);
        Self { edges, grid }
    }

    /// How many bins there are.
    pub fn bins(&self) -> usize {
        self.edges.len() + 1
    }

    /// The number of edges at or below each value.
    pub fn codes<C: Code>(&self, values: &[f64], codes: &mut [C]) {
        for (values, codes) in values.chunks(BLOCK).zip(codes.chunks_mut(BLOCK)) {
            let sure = match &self.grid {
                Some(grid) => scaled(values, grid, codes),
                None => false,
            };
            if sure {
                continue;
            }
            for (code, value) in codes.iter_mut().zip(values) {
                *code = C::of(self.edges.partition_point(|edge| edge <= value) as u64);
            }
        }
    }
}

impl Grid {
    fn of(edges: &[f64]) -> Option<Self> {
        let (first, last) = (*edges.first()?, *edges.last()?);
        if edges.len() < 2 {
            return None;
        }
        let step = (last - first) / (edges.len() - 1) as f64;
        let largest = first.abs().max(last.abs()) / step;
        // Of edges, values and their difference, in steps.
        let rounding = 4.0 * f64::EPSILON * (largest + edges.len() as f64);
        let even = |(i, edge): (usize, &f64)| (edge - first) / step - i as f64;
        let fits = |place| -> bool { f64::abs(even(place)) <= rounding };
        (rounding < 1e-3 && step.is_normal() && edges.iter().enumerate().all(fits)).then_some(
            Self {
                low: first - step,
                steps: 1.0 / step,
                doubt: 4.0 * rounding,
                last: edges.len() as f64 + 0.5,
            },
        )
    }
}

for_each_isa! {
    /// Whether no value is within rounding of an edge; codes are right only then.
    fn scaled<C: Code>(values: &[f64], grid: &Grid, codes: &mut [C]) -> bool {
        let mut doubtful = 0_u64;
        for (code, value) in codes.iter_mut().zip(values) {
            let place = ((value - grid.low) * grid.steps).max(0.5).min(grid.last);
            let shifted = place + SHIFT;
            let above = place - (shifted - SHIFT);
            doubtful |= u64::from(above.abs() <= grid.doubt);
            *code = C::of(shifted.to_bits().wrapping_sub(u64::from(above < 0.0)));
        }
        doubtful == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_counts_the_edges_below() {
        let grids = [0.0, -3.0, 1e9, 1e-300].map(|low| {
            (1..12)
                .map(|i| low + f64::from(i) * 0.1)
                .collect::<Vec<_>>()
        });
        let many: Vec<f64> = (0..300).map(|i| f64::from(i) / 7.0).collect();
        let uneven = vec![-1.0, 0.5, 0.75, 9.0];
        for edges in grids
            .iter()
            .chain([&many, &uneven, &vec![0.5], &Vec::new()])
        {
            let mut values = vec![-1e300, 1e300, 0.0, f64::INFINITY, f64::NEG_INFINITY];
            for edge in edges {
                values.extend([*edge, edge.next_up(), edge.next_down(), edge + 0.05]);
            }
            let expected: Vec<usize> = values
                .iter()
                .map(|value| edges.iter().filter(|edge| *edge <= value).count())
                .collect();
            let mut codes = vec![0_u32; values.len()];
            Edges::new(edges).codes(&values, &mut codes);
            let found: Vec<usize> = codes.iter().map(|code| code.index()).collect();
            assert_eq!(found, expected);
            // One at a time, so that no neighbour sends the block to a comparison.
            for (value, expected) in values.iter().zip(expected) {
                Edges::new(edges).codes(&[*value], &mut codes[..1]);
                assert_eq!(codes[0] as usize, expected, "{value} {edges:?}");
            }
        }
    }
}
