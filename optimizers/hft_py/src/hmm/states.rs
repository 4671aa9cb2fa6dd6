//! The number of states: known to the compiler from two to eight, else at run time.

use crate::lanes::Lanes;

/// A number of states, and small arrays of that size.
pub(crate) trait States: Copy + Send + Sync {
    type Row: AsRef<[f64]> + AsMut<[f64]> + Clone;
    type Matrix;
    /// Eight times of each state.
    type Tile: AsRef<[Lanes]> + AsMut<[Lanes]>;
    fn count(self) -> usize;
    fn row(self) -> Self::Row;
    fn tile(self) -> Self::Tile;
    fn matrix(self, cells: &[f64]) -> Self::Matrix;
    /// Its cell in row `i` and column `j`.
    fn cell(self, matrix: &Self::Matrix, i: usize, j: usize) -> f64;

    #[inline(always)]
    fn from(self, numbers: &[f64]) -> Self::Row {
        let mut row = self.row();
        row.as_mut().copy_from_slice(&numbers[..self.count()]);
        row
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Fixed<const K: usize>;

impl<const K: usize> States for Fixed<K> {
    type Row = [f64; K];
    type Matrix = [[f64; K]; K];
    type Tile = [Lanes; K];
    #[inline(always)]
    fn count(self) -> usize {
        K
    }
    #[inline(always)]
    fn row(self) -> [f64; K] {
        [0.0; K]
    }
    #[inline(always)]
    fn tile(self) -> [Lanes; K] {
        [Lanes::ZERO; K]
    }
    #[inline(always)]
    fn matrix(self, cells: &[f64]) -> [[f64; K]; K] {
        std::array::from_fn(|i| std::array::from_fn(|j| cells[i * K + j]))
    }
    #[inline(always)]
    fn cell(self, matrix: &[[f64; K]; K], i: usize, j: usize) -> f64 {
        matrix[i][j]
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Dynamic(pub(crate) usize);

impl States for Dynamic {
    type Row = Vec<f64>;
    type Matrix = Vec<f64>;
    type Tile = Vec<Lanes>;
    #[inline(always)]
    fn count(self) -> usize {
        self.0
    }
    fn row(self) -> Vec<f64> {
        vec![0.0; self.0]
    }
    fn tile(self) -> Vec<Lanes> {
        vec![Lanes::ZERO; self.0]
    }
    fn matrix(self, cells: &[f64]) -> Vec<f64> {
        cells.to_vec()
    }
    #[inline(always)]
    fn cell(self, matrix: &Vec<f64>, i: usize, j: usize) -> f64 {
        matrix[i * self.0 + j]
    }
}

/// Call a function, generic over [`States`] in its first argument, with the fitting number.
macro_rules! with_states {
    ($count:expr, $function:path, $($argument:expr),* $(,)?) => {{
        use $crate::hmm::states::{Dynamic, Fixed};
        match $count {
            2 => $function(Fixed::<2>, $($argument),*),
            3 => $function(Fixed::<3>, $($argument),*),
            4 => $function(Fixed::<4>, $($argument),*),
            5 => $function(Fixed::<5>, $($argument),*),
            6 => $function(Fixed::<6>, $($argument),*),
            7 => $function(Fixed::<7>, $($argument),*),
            8 => $function(Fixed::<8>, $($argument),*),
            many => $function(Dynamic(many), $($argument),*),
        }
    }};
}
pub(crate) use with_states;
