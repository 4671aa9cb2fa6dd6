//! Signatures of all windows of a path, without inverses.
//!
//! Windows that begin in the same block `[a, a + r)` of a path all contain the point `a + r`, if `r`
//! is not longer than a window. Left of that point their signatures grow by a segment in front, right
//! of it by a segment behind, and the two parts are multiplied: two segments and one product a
//! window, whatever its length. The first right part is computed anew in each block. Every number is
//! a sum of products as in a recomputation, so the errors have the same bound; a product with the
//! inverse of what leaves would add up errors from the beginning of the path.
//!
//! Eight blocks are computed side by side. A block is an eighth of a window, so that short paths
//! have eight as well, or less: its left parts wait in the second cache for their right ones.

use super::advance::Scratch;
use super::paths::{each, side_by_side};
use super::product::multiply;
use super::shape::Shape;
use super::step::{Partial, append, prepend};
use super::transpose::scatter;
use super::{LANES, Lanes};
use crate::parallel::for_each;
use crate::{Error, Stop, memory};

/// Windows of fewer steps than this are computed anew.
const FEW: usize = 32;
/// Numbers in the left parts of eight blocks: 2 MB.
const WAITING: usize = 1 << 18;

/// Length and distance of windows, in segments.
#[derive(Debug, Clone, Copy)]
pub struct Windows {
    /// Segments of a window, one less than its points.
    pub segments: usize,
    /// Segments from the beginning of a window to that of the next.
    pub step: usize,
}

impl Windows {
    /// Windows in a path of so many points.
    pub fn count(&self, points: usize) -> usize {
        match points.checked_sub(self.segments + 1) {
            Some(rest) => rest / self.step + 1,
            None => 0,
        }
    }

    /// Windows that begin in a block.
    fn in_a_block(&self, length: usize) -> usize {
        let most = (WAITING / (LANES * length)).max(4);
        self.segments.div_ceil(LANES * self.step).min(most)
    }
}

/// The windows that begin in a block.
struct Block<'a> {
    /// The path from the first point of the block on.
    path: &'a [f64],
    /// A row for each of its windows.
    rows: &'a mut [f64],
}

/// For each of the paths of `points` points, the signatures of its windows, a row each.
///
/// # Errors
/// [`Error::Length`], [`Error::Memory`], or what `check` returned.
pub fn rolling(
    shape: &Shape,
    paths: &[f64],
    points: usize,
    windows: Windows,
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let (d, length) = (shape.channels(), shape.length());
    if windows.segments == 0 || windows.step == 0 {
        return Err(Error::value(
            "step",
            windows.step,
            "1 or more, and 2 points",
        ));
    }
    let count = windows.count(points);
    let batch = paths.len() / (points * d).max(1);
    Error::check_length("out", out.len(), batch * count * length)?;
    if windows.segments < FEW * windows.step {
        let part = |row: usize| {
            let begin = row / count * points + row % count * windows.step;
            &paths[begin * d..][..(windows.segments + 1) * d]
        };
        return each(shape, part, windows.segments, out, threads, check);
    }
    let many = windows.in_a_block(length);
    let states = (many + 3) * LANES * length + Scratch::size(shape);
    memory::ensure_allocatable(&[threads.max(1) * states])?;
    let begins = paths
        .chunks_exact(points * d)
        .zip(out.chunks_exact_mut((count * length).max(1)));
    let mut blocks = begins.flat_map(|(path, rows)| {
        let rows = rows.chunks_mut(many * length).enumerate();
        rows.map(move |(block, rows)| Block {
            path: &path[block * many * windows.step * d..],
            rows,
        })
    });
    let mut groups: Vec<Vec<Block<'_>>> = Vec::new();
    loop {
        let group: Vec<_> = blocks.by_ref().take(LANES).collect();
        if group.is_empty() {
            break;
        }
        groups.push(group);
    }
    let make = || Workspace {
        scratch: Scratch::new(shape),
        partial: Partial::new(shape),
        x: vec![Lanes::ZERO; d],
        left: vec![Lanes::ZERO; many * length],
        right: vec![Lanes::ZERO; length],
    };
    for_each(
        groups.into_iter(),
        threads,
        check,
        make,
        |work, mut blocks| {
            windows_of_blocks(shape, windows, &mut blocks, work);
        },
    )?;
    Ok(())
}

struct Workspace {
    scratch: Scratch,
    partial: Partial<Lanes>,
    x: Vec<Lanes>,
    /// Signatures from the beginning of each window to the end of the block.
    left: Vec<Lanes>,
    /// From the end of the block on.
    right: Vec<Lanes>,
}

fn windows_of_blocks(
    shape: &Shape,
    windows: Windows,
    blocks: &mut [Block<'_>],
    work: &mut Workspace,
) {
    let (d, length) = (shape.channels(), shape.length());
    let many = work.left.len() / length;
    let middle = many * windows.step;
    let Workspace {
        scratch,
        partial,
        x,
        left,
        right,
    } = work;
    right.fill(Lanes::ZERO);
    for segment in (0..middle).rev() {
        increments(x, blocks, segment);
        prepend(right, x, shape, partial);
        if segment % windows.step == 0 {
            let begin = segment / windows.step * length;
            left[begin..begin + length].copy_from_slice(right);
        }
    }
    let mut pieces: [&[f64]; LANES] = [&[]; LANES];
    for (piece, block) in pieces.iter_mut().zip(blocks.iter()) {
        *piece = &block.path[middle * d..(windows.segments + 1) * d];
    }
    right.fill(Lanes::ZERO);
    side_by_side(shape, &pieces, right, scratch);
    for (window, left) in left.chunks_exact_mut(length).enumerate() {
        multiply(left, right, shape);
        scatter(left, &mut rows_mut(blocks, window, length));
        if window + 1 < many {
            for step in 0..windows.step {
                let segment = windows.segments + window * windows.step + step;
                increments(x, blocks, segment);
                append(right, x, shape, partial);
            }
        }
    }
}

/// The row of a window in each block, empty where there is none.
fn rows_mut<'a>(
    blocks: &'a mut [Block<'_>],
    window: usize,
    length: usize,
) -> [&'a mut [f64]; LANES] {
    let mut rows: [&mut [f64]; LANES] = std::array::from_fn(|_| &mut [][..]);
    for (row, block) in rows.iter_mut().zip(blocks) {
        if let Some(found) = block.rows.chunks_exact_mut(length).nth(window) {
            *row = found;
        }
    }
    rows
}

/// The increments of a segment of each block; zero behind the end of a path.
fn increments(x: &mut [Lanes], blocks: &[Block<'_>], segment: usize) {
    let d = x.len();
    for (lane, block) in blocks.iter().enumerate() {
        match block.path.get(segment * d..(segment + 2) * d) {
            Some(points) => {
                for (c, x) in x.iter_mut().enumerate() {
                    x.0[lane] = points[d + c] - points[c];
                }
            }
            None => x.iter_mut().for_each(|x| x.0[lane] = 0.0),
        }
    }
}
