//! Signatures of the beginnings of a path, and of a path that goes on by one segment.

use super::shape::Shape;
use super::step::{Number, Partial, append, prepend};
use super::transpose::scatter;
use super::{LANES, Lanes};
use crate::parallel::for_each;
use crate::{Error, Stop, memory};

/// Fewer paths than this are walked one by one.
const FEW: usize = 3;

/// For each of the paths of `points` points, the signatures up to every `every`-th segment.
///
/// # Errors
/// [`Error::Length`], [`Error::Memory`], or what `check` returned.
pub fn running(
    shape: &Shape,
    paths: &[f64],
    points: usize,
    every: usize,
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let (d, length) = (shape.channels(), shape.length());
    if points < 2 || every == 0 {
        return Err(Error::value("every", every, "1 or more, and 2 points"));
    }
    let rows = (points - 1) / every * length;
    Error::check_length("out", out.len() * points * d, rows * paths.len())?;
    memory::ensure_allocatable(&[threads.max(1) * 3 * LANES * length])?;
    // Eight paths side by side, or one by itself: each number comes from the same operations.
    let group = if paths.len() < FEW * points * d {
        1
    } else {
        LANES
    };
    let paths = paths.chunks(group * points * d);
    let both = paths.zip(out.chunks_mut((group * rows).max(1)));
    if group == 1 {
        let make = || Walk::<f64>::new(shape);
        for_each(both, threads, check, make, |walk, (path, out)| {
            let mut rows = out.chunks_exact_mut(length);
            walk.along(shape, &[path], every, |state| {
                if let Some(row) = rows.next() {
                    row.copy_from_slice(state);
                }
            });
        })?;
        return Ok(());
    }
    let make = || Walk::<Lanes>::new(shape);
    for_each(both, threads, check, make, |walk, (paths, out)| {
        let paths: Vec<_> = paths.chunks_exact(points * d).collect();
        let mut places: Vec<_> = out
            .chunks_exact_mut(rows.max(1))
            .map(|rows| rows.chunks_exact_mut(length))
            .collect();
        walk.along(shape, &paths, every, |state| {
            let mut next: [&mut [f64]; LANES] = std::array::from_fn(|_| &mut [][..]);
            for (row, rows) in next.iter_mut().zip(&mut places) {
                *row = rows.next().unwrap_or_default();
            }
            scatter(state, &mut next);
        });
    })?;
    Ok(())
}

/// The signature of a path as far as it has been walked, or of several.
struct Walk<T> {
    partial: Partial<T>,
    state: Vec<T>,
    x: Vec<T>,
}

impl<T: Number> Walk<T> {
    fn new(shape: &Shape) -> Self {
        let zero = T::splat(0.0);
        Self {
            partial: Partial::new(shape),
            state: vec![zero; shape.length()],
            x: vec![zero; shape.channels()],
        }
    }

    /// Walk along paths of equal length, and tell of the state after every `every`-th segment.
    fn along(&mut self, shape: &Shape, paths: &[&[f64]], every: usize, mut tell: impl FnMut(&[T])) {
        let d = shape.channels();
        self.state.fill(T::splat(0.0));
        for end in 1..paths[0].len() / d {
            for (lane, path) in paths.iter().enumerate() {
                let (from, to) = path[(end - 1) * d..(end + 1) * d].split_at(d);
                for ((x, from), to) in self.x.iter_mut().zip(from).zip(to) {
                    x.set(lane, to - from);
                }
            }
            append(&mut self.state, &self.x, shape, &mut self.partial);
            if end % every == 0 {
                tell(&self.state);
            }
        }
    }
}

/// Multiply signatures, row by row, by the exponentials of segments: after them, or (`before`)
/// before them.
///
/// # Errors
/// [`Error::Length`], [`Error::Memory`], or what `check` returned.
pub fn join(
    shape: &Shape,
    rows: &mut [f64],
    segments: &[f64],
    before: bool,
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let (d, length) = (shape.channels(), shape.length());
    Error::check_length("segments", segments.len() * length, rows.len() * d)?;
    memory::ensure_allocatable(&[threads.max(1) * 2 * length])?;
    let make = || Partial::new(shape);
    let both = rows.chunks_exact_mut(length).zip(segments.chunks_exact(d));
    for_each(both, threads, check, make, |partial, (row, x)| {
        if before {
            prepend(row, x, shape, partial);
        } else {
            append(row, x, shape, partial);
        }
    })?;
    Ok(())
}
