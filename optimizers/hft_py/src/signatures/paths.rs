//! Signatures of a batch of paths.

use super::advance::{STEPS, Scratch, advance};
use super::product::{PIECES, combine, merge};
use super::shape::Shape;
use super::transpose::store;
use super::{LANES, Lanes};
use crate::parallel::for_each;
use crate::{Error, Stop, memory};

/// Paths of fewer segments are not cut: eight of them are computed side by side.
const SHORT: usize = 128;
/// A path of twice as many segments or more is several paths, combined at the end.
const LONG: usize = 8_192;
/// Numbers in the signatures of the parts of a long path.
const PARTS_NUMBERS: usize = 1 << 20;

/// How a path of so many segments is cut: a matter of the path alone.
struct Cut {
    /// Paths it is treated as.
    parts: usize,
    /// Segments of each but the last.
    segments: usize,
}

impl Cut {
    fn of(segments: usize, shape: &Shape) -> Self {
        let most = (PARTS_NUMBERS / shape.length()).max(16);
        let parts = (segments / LONG).clamp(1, most);
        let each = segments.div_ceil(parts);
        Self {
            parts: segments.div_ceil(each),
            segments: each,
        }
    }
}

/// The signatures of `batch` paths of `points` points each, a row each, into `out`.
///
/// # Errors
/// [`Error::Length`], [`Error::Memory`], or what `check` returned.
pub fn signature(
    shape: &Shape,
    paths: &[f64],
    points: usize,
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let (d, length) = (shape.channels(), shape.length());
    if points < 2 {
        return Err(Error::value("points", points, "2 or more"));
    }
    let batch = out.len() / length;
    Error::check_length("paths", paths.len(), batch * points * d)?;
    let cut = Cut::of(points - 1, shape);
    let part = |row: usize| {
        let begin = row % cut.parts * cut.segments;
        let end = (begin + cut.segments).min(points - 1);
        &paths[(row / cut.parts * points + begin) * d..][..(end - begin + 1) * d]
    };
    if cut.parts == 1 {
        return each(shape, part, cut.segments, out, threads, check);
    }
    memory::ensure_allocatable(&[memory::product(&[batch, cut.parts, length])])?;
    let mut rows = vec![0.0; batch * cut.parts * length];
    each(shape, part, cut.segments, &mut rows, threads, check)?;
    reduce(shape, rows, cut.parts, out, threads, check)
}

/// The products of `parts` neighbouring rows, in a fixed tree.
fn reduce(
    shape: &Shape,
    mut rows: Vec<f64>,
    mut parts: usize,
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let length = shape.length();
    while parts > 1 {
        let half = parts.div_ceil(2);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for path in rows.chunks_exact(parts * length) {
            for pair in path.chunks(2 * length) {
                first.extend_from_slice(&pair[..length]);
                second.extend_from_slice(&pair[length..]);
                second.resize(first.len(), 0.0);
            }
        }
        rows.truncate(first.len());
        combine(shape, &first, &second, &mut rows, threads, check)?;
        parts = half;
    }
    out.copy_from_slice(&rows);
    Ok(())
}

/// The signature of `part(row)`, of at most so many segments, for each row of `out`.
pub(super) fn each<'a>(
    shape: &Shape,
    part: impl Fn(usize) -> &'a [f64] + Sync,
    segments: usize,
    out: &mut [f64],
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<(), Error> {
    let length = shape.length();
    let rows = out.len() / length;
    let lower = shape.begin(shape.depth());
    let states = LANES * (length + lower) + Scratch::size(shape);
    memory::ensure_allocatable(&[threads.max(1) * states])?;
    let make = || {
        let [state, second] = [length, lower].map(|n| vec![Lanes::ZERO; n]);
        (Scratch::new(shape), state, second)
    };
    let short = segments < SHORT;
    let group = if short { LANES } else { 1 };
    let blocks = out.chunks_mut(group * length).enumerate();
    for_each(
        blocks,
        threads,
        check,
        make,
        |(scratch, state, second), (block, out)| {
            state.fill(Lanes::ZERO);
            if short {
                let mut paths: [&[f64]; LANES] = [&[]; LANES];
                for (path, row) in paths.iter_mut().zip(block * LANES..rows) {
                    *path = part(row);
                }
                side_by_side(shape, &paths, state, scratch);
            } else {
                let pieces = pieces(part(block), shape.channels());
                side_by_side(shape, &pieces, state, scratch);
                merge(state, second, shape);
            }
            store(state, out);
        },
    )?;
    Ok(())
}

/// A path in eight pieces of equal length but the last; one begins where the one before ends.
fn pieces(path: &[f64], d: usize) -> [&[f64]; LANES] {
    let segments = path.len() / d - 1;
    let each = segments.div_ceil(LANES);
    PIECES.map(|piece| {
        let begin = (piece * each).min(segments);
        let end = (begin + each).min(segments);
        &path[begin * d..(end + 1) * d]
    })
}

/// The signatures in `state` multiplied by those of the pieces, which may be of different lengths.
pub(super) fn side_by_side(
    shape: &Shape,
    pieces: &[&[f64]; LANES],
    state: &mut [Lanes],
    scratch: &mut Scratch,
) {
    let d = shape.channels();
    let longest = pieces.iter().map(|piece| piece.len()).max().unwrap_or(0) / d;
    let mut begin = 0;
    while begin + 1 < longest {
        let steps = STEPS.min(longest - 1 - begin);
        let numbers = steps * d;
        for (lane, piece) in pieces.iter().enumerate() {
            let rest = piece.get(begin * d..).unwrap_or(&[]);
            let ends = rest.get(d..).unwrap_or(&[]);
            let known = ends.len().min(numbers);
            let places = &mut scratch.increments[..numbers];
            for ((place, from), to) in places.iter_mut().zip(rest).zip(ends) {
                place.0[lane] = to - from;
            }
            // A segment of length 0 changes nothing, to the last bit.
            for place in &mut places[known..] {
                place.0[lane] = 0.0;
            }
        }
        advance(state, shape, scratch, steps);
        begin += steps;
    }
}
