//! Counts of the joint cells of up to three variables, and of their margins.

use super::binning::Code;
use native::for_each_isa;

/// Bin numbers or categories of all observations, and how many there can be.
#[derive(Debug, Clone, Copy)]
pub struct Coded<'a, C> {
    /// One for each observation, below `size`.
    pub codes: &'a [C],
    /// At least 1.
    pub size: usize,
}

/// Three variables of the same observations; one that is absent is a constant.
#[derive(Debug, Clone, Copy)]
pub struct Triple<'a, C> {
    /// The first variable.
    pub x: Coded<'a, C>,
    /// The second.
    pub y: Option<Coded<'a, C>>,
    /// What is conditioned on.
    pub z: Option<Coded<'a, C>>,
}

/// Which variables a cell is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Margin {
    /// All three.
    Xyz,
    /// The first and the third.
    Xz,
    /// The second and the third.
    Yz,
    /// The third.
    Z,
}

/// Indices made at once.
const CHUNK: usize = 512;
/// Up to so many cells are counted in four tables: an increment waits for the one before it where
/// both are of one cell.
const SPLIT: usize = 4096;

impl<C: Code> Triple<'_, C> {
    /// The number of observations.
    pub fn rows(&self) -> usize {
        self.x.codes.len()
    }

    /// How many values `x`, `y` and `z` can have.
    pub fn sizes(&self) -> [usize; 3] {
        let size = |v: Option<Coded<'_, C>>| v.map_or(1, |v| v.size);
        [self.x.size, size(self.y), size(self.z)]
    }

    /// The number of cells, where a table of all is not much larger than the data.
    pub fn cells(&self) -> Option<usize> {
        let sizes = self.sizes();
        let cells = sizes
            .iter()
            .try_fold(1_usize, |n, size| n.checked_mul(*size))?;
        (cells <= (4 * self.rows()).max(1 << 16)).then_some(cells)
    }

    /// Where the row `[z][y]` of an observation begins in a table `[z][y][x]`; the table must have
    /// fewer than 2^32 cells.
    pub fn row_starts(&self, first: usize, starts: &mut [u32]) {
        let [nx, ny, _] = self.sizes();
        starts.fill(0);
        for (variable, stride) in [(self.y, nx), (self.z, nx * ny)] {
            if let Some(variable) = variable {
                let codes = &variable.codes[first..first + starts.len()];
                add_scaled(codes, stride as u32, starts);
            }
        }
    }

    /// Count the observations of each cell, in a table `[z][y][x]` that begins with zeros.
    pub fn tally(&self, counts: &mut [u32]) {
        let cells = counts.len();
        let split = cells <= SPLIT && self.rows() >= 8 * cells;
        let mut extra = vec![0; if split { 3 * cells } else { 0 }];
        let mut indices = [0; CHUNK];
        for first in (0..self.rows()).step_by(CHUNK) {
            let rows = CHUNK.min(self.rows() - first);
            let indices = &mut indices[..rows];
            self.row_starts(first, indices);
            add_scaled(&self.x.codes[first..first + rows], 1, indices);
            if split {
                count_split(indices, counts, &mut extra);
            } else {
                for index in indices {
                    counts[*index as usize] += 1;
                }
            }
        }
        for table in extra.chunks_exact(cells) {
            for (count, more) in counts.iter_mut().zip(table) {
                *count += more;
            }
        }
    }
}

/// Receives the counts of cells.
pub trait Visit {
    /// A cell of a margin; it may be empty.
    fn visit(&mut self, margin: Margin, count: u32);
}

/// The cells of three variables: counted, or to be found by sorting where there are too many.
#[derive(Debug, Clone, Copy)]
pub enum Cells<'a, C> {
    /// A table `[z][y][x]`, and how many values `x`, `y` and `z` can have.
    Table(&'a [u32], [usize; 3]),
    /// The observations.
    Rows(Triple<'a, C>),
}

impl<C: Code> Cells<'_, C> {
    /// How many values `x`, `y` and `z` can have.
    pub fn sizes(&self) -> [usize; 3] {
        match self {
            Self::Table(_, sizes) => *sizes,
            Self::Rows(data) => data.sizes(),
        }
    }

    /// Visit the cells of every margin.
    #[inline]
    pub fn each(&self, visitor: &mut impl Visit) {
        match self {
            Self::Table(counts, sizes) => visit_table(counts, *sizes, visitor),
            Self::Rows(data) => visit_sorted(data, visitor),
        }
    }
}

#[inline]
fn visit_table(counts: &[u32], [nx, ny, _]: [usize; 3], visitor: &mut impl Visit) {
    let mut of_xz = vec![0; nx];
    for layer in counts.chunks_exact(nx * ny) {
        of_xz.fill(0);
        let mut of_z = 0;
        for row in layer.chunks_exact(nx) {
            let mut of_yz = 0;
            for (cell, sum) in row.iter().zip(&mut of_xz) {
                *sum += cell;
                of_yz += cell;
                visitor.visit(Margin::Xyz, *cell);
            }
            visitor.visit(Margin::Yz, of_yz);
            of_z += of_yz;
        }
        of_xz.iter().for_each(|n| visitor.visit(Margin::Xz, *n));
        visitor.visit(Margin::Z, of_z);
    }
}

fn visit_sorted<C: Code>(data: &Triple<'_, C>, visitor: &mut impl Visit) {
    let code = |v: Option<Coded<'_, C>>, t: usize| v.map_or(0, |v| v.codes[t].index() as u32);
    let mut rows: Vec<[u32; 3]> = (0..data.rows())
        .map(|t| [code(data.z, t), code(data.y, t), code(Some(data.x), t)])
        .collect();
    let mut runs = |rows: &[[u32; 3]], margin, width: usize| {
        for run in rows.chunk_by(|a, b| a[..width] == b[..width]) {
            visitor.visit(margin, run.len() as u32);
        }
    };
    rows.sort_unstable();
    runs(&rows, Margin::Xyz, 3);
    runs(&rows, Margin::Yz, 2);
    runs(&rows, Margin::Z, 1);
    rows.iter_mut().for_each(|row| row.swap(1, 2));
    rows.sort_unstable();
    runs(&rows, Margin::Xz, 2);
}

/// Count in four tables in turn, `extra` holding three of them.
fn count_split(indices: &[u32], counts: &mut [u32], extra: &mut [u32]) {
    let cells = counts.len();
    let (second, rest) = extra.split_at_mut(cells);
    let (third, fourth) = rest.split_at_mut(cells);
    let mut fours = indices.chunks_exact(4);
    for four in &mut fours {
        counts[four[0] as usize] += 1;
        second[four[1] as usize] += 1;
        third[four[2] as usize] += 1;
        fourth[four[3] as usize] += 1;
    }
    for index in fours.remainder() {
        counts[*index as usize] += 1;
    }
}

for_each_isa! {
    fn add_scaled<C: Code>(codes: &[C], stride: u32, indices: &mut [u32]) {
        for (index, code) in indices.iter_mut().zip(codes) {
            *index += stride * code.index() as u32;
        }
    }
}
