//! A matrix of observations in rows and variables in columns, as NumPy holds it.

use native::for_each_isa;

/// A matrix in either layout, without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// All numbers.
    pub values: &'a [f64],
    /// Rows and columns.
    pub shape: (usize, usize),
    /// Whether the numbers of a row are neighbours, or those of a column.
    pub by_row: bool,
}

/// Numbers of a column whose extremes are found side by side.
const LANES: usize = 32;

impl Matrix<'_> {
    /// Copy a part of a column.
    pub fn read(&self, column: usize, first: usize, part: &mut [f64]) {
        let (rows, columns) = self.shape;
        if self.by_row && columns > 1 {
            let from = &self.values[first * columns + column..];
            for (value, found) in part.iter_mut().zip(from.iter().step_by(columns)) {
                *value = *found;
            }
        } else {
            let start = column * rows + first;
            part.copy_from_slice(&self.values[start..start + part.len()]);
        }
    }

    /// The least and the greatest number of each column; NaN where one is not finite.
    pub fn extremes(&self) -> (Vec<f64>, Vec<f64>) {
        let (rows, columns) = self.shape;
        let mut low = vec![f64::INFINITY; columns];
        let mut high = vec![f64::NEG_INFINITY; columns];
        if self.by_row && columns > 1 {
            let mut poison = vec![0.0; columns];
            for row in self.values.chunks_exact(columns) {
                widen(row, &mut low, &mut high, &mut poison);
            }
            for (column, poison) in poison.iter().enumerate() {
                low[column] += poison;
                high[column] += poison;
            }
        } else {
            for column in 0..columns {
                let values = &self.values[column * rows..(column + 1) * rows];
                (low[column], high[column]) = of_column(values);
            }
        }
        (low, high)
    }
}

for_each_isa! {
    /// Widen each column's range by a number; `poison` turns NaN where that is not finite.
    fn widen(row: &[f64], low: &mut [f64], high: &mut [f64], poison: &mut [f64]) {
        let columns = low.iter_mut().zip(high).zip(poison);
        for (value, ((low, high), poison)) in row.iter().zip(columns) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
            *poison += value * 0.0;
        }
    }
}

fn of_column(values: &[f64]) -> (f64, f64) {
    let mut low = [f64::INFINITY; LANES];
    let mut high = [f64::NEG_INFINITY; LANES];
    let mut poison = [0.0; LANES];
    let last = values.len() - values.len() % LANES;
    widen_all(&values[..last], &mut low, &mut high, &mut poison);
    widen(&values[last..], &mut low, &mut high, &mut poison);
    let poison: f64 = poison.iter().sum();
    let low = low.into_iter().fold(f64::INFINITY, f64::min);
    let high = high.into_iter().fold(f64::NEG_INFINITY, f64::max);
    (low + poison, high + poison)
}

for_each_isa! {
    fn widen_all(
        values: &[f64], low: &mut [f64; LANES], high: &mut [f64; LANES], poison: &mut [f64; LANES],
    ) {
        for part in values.chunks_exact(LANES) {
            for lane in 0..LANES {
                let value = part[lane];
                low[lane] = if value < low[lane] { value } else { low[lane] };
                high[lane] = if value > high[lane] { value } else { high[lane] };
                poison[lane] += value * 0.0;
            }
        }
    }
}
