//! The children of many parents: what is given, where it is written, pieces for threads.

use super::one_parent::{Piece, SHORTFALL, plan_piece};
use super::trading_time::{Clock, Sessions};
use crate::Error;
use std::panic::resume_unwind;

/// Fewer parents than this are not worth a thread.
const PER_THREAD: usize = 2_000;

/// What is to be planned, an element a parent; see the Python function `plan_children`.
#[derive(Debug, Clone, Copy)]
pub struct Parents<'a> {
    /// First instants.
    pub start: &'a [i64],
    /// Last instants.
    pub end: &'a [i64],
    /// Lots.
    pub lots: &'a [i64],
    /// Styles.
    pub style: &'a [u8],
    /// `lambda sigma^2 / eta`; empty where no parent needs it.
    pub urgency: &'a [f64],
    /// `gamma / (2 eta)`.
    pub permanent: f64,
    /// Rows of profiles.
    pub profile: &'a [i64],
    /// Lots in a unit of the profile's volume.
    pub scale: &'a [f64],
    /// Participation of POV.
    pub rate: f64,
    /// The largest participation of a slice, for each style.
    pub most: &'a [f64],
    /// Lots that POV is behind.
    pub carry: f64,
    /// Random streams; empty where nothing is random.
    pub stream: &'a [u32],
}

/// Expected volumes: `(names, bins + 1)` cumulative, `(names, 2)` of auctions.
#[derive(Debug, Clone, Copy)]
pub struct Profiles<'a> {
    /// Volume from the open to the end of each bin.
    pub cumulative: &'a [f64],
    /// Volumes of the opening and the closing auction.
    pub auctions: &'a [f64],
    /// Bins and one.
    pub width: usize,
}

/// How windows are cut.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// Slices of each parent.
    pub slices: usize,
    /// How far TWAP moves times and sizes.
    pub randomise: f64,
    /// Of the random numbers.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
}

/// Where children are written: `slices` elements a parent.
#[derive(Debug)]
pub struct Children<'a> {
    /// Rows of the parents.
    pub parent: &'a mut [i32],
    /// Numbers within the parent, from 1.
    pub sequence: &'a mut [i32],
    /// Instants of release.
    pub release: &'a mut [i64],
    /// Instants of expiry.
    pub expiry: &'a mut [i64],
    /// Lots.
    pub lots: &'a mut [i64],
    /// Lots over the expected volume.
    pub participation: &'a mut [f64],
}

/// Of each parent: its children, the lots that do not fit, whether and why it has no plan.
#[derive(Debug)]
pub struct Planned {
    /// How many children.
    pub counts: Vec<i32>,
    /// Lots.
    pub left: Vec<i64>,
    /// Status.
    pub status: Vec<u8>,
}

impl<'a> Children<'a> {
    fn lengths(&self) -> [usize; 6] {
        [
            self.parent.len(),
            self.sequence.len(),
            self.release.len(),
            self.expiry.len(),
            self.lots.len(),
            self.participation.len(),
        ]
    }

    /// Pieces of `size` elements.
    fn pieces(&mut self, size: usize) -> impl Iterator<Item = Children<'_>> {
        let parts = (self.parent.chunks_mut(size))
            .zip(self.sequence.chunks_mut(size))
            .zip(self.release.chunks_mut(size))
            .zip(self.expiry.chunks_mut(size))
            .zip(self.lots.chunks_mut(size))
            .zip(self.participation.chunks_mut(size));
        parts.map(
            |(((((parent, sequence), release), expiry), lots), participation)| Children {
                parent,
                sequence,
                release,
                expiry,
                lots,
                participation,
            },
        )
    }

    /// Move `count` children from one place to an earlier one.
    fn move_down(&mut self, from: usize, count: usize, to: usize) {
        let range = from..from + count;
        self.parent.copy_within(range.clone(), to);
        self.sequence.copy_within(range.clone(), to);
        self.release.copy_within(range.clone(), to);
        self.expiry.copy_within(range.clone(), to);
        self.lots.copy_within(range.clone(), to);
        self.participation.copy_within(range, to);
    }
}

/// The children of all parents, none of them empty, one after the other in `out`.
///
/// # Errors
/// Arrays of different lengths, a profile that is not there, no session, no slice.
pub fn plan(
    sessions: &Sessions<'_>,
    profiles: &Profiles<'_>,
    parents: &Parents<'_>,
    cut: Cut,
    mut out: Children<'_>,
) -> Result<Planned, Error> {
    check(sessions, profiles, parents, cut, &out)?;
    let n = parents.lots.len();
    let clock = Clock::new(*sessions, profiles.width - 1);
    let mut made = Planned {
        counts: vec![0; n],
        left: vec![0; n], // of memory that is not touched
        status: vec![0; n],
    };
    let threads = native::threads::usable(cut.threads).min(n.div_ceil(PER_THREAD));
    let size = n.div_ceil(threads.max(1)).max(1);
    let mut pieces: Vec<Piece<'_>> = (made.counts.chunks_mut(size))
        .zip(made.left.chunks_mut(size))
        .zip(made.status.chunks_mut(size))
        .zip(out.pieces(size * cut.slices))
        .enumerate()
        .map(|(at, (((counts, left), status), children))| Piece {
            first: at * size,
            counts,
            left,
            status,
            children,
        })
        .collect();
    let counts: Vec<usize> = std::thread::scope(|scope| {
        let last = pieces.pop();
        let plan = |piece| plan_piece(&clock, profiles, parents, cut, piece);
        let started: Vec<_> = (pieces.into_iter())
            .map(|piece| scope.spawn(move || plan(piece)))
            .collect();
        let last = last.map(plan);
        (started.into_iter())
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .chain(last)
            .collect()
    });
    let mut to = 0;
    for (at, count) in counts.into_iter().enumerate() {
        let from = at * size * cut.slices;
        if to != from {
            out.move_down(from, count, to);
        }
        to += count;
    }
    Ok(made)
}

fn check(
    sessions: &Sessions<'_>,
    profiles: &Profiles<'_>,
    parents: &Parents<'_>,
    cut: Cut,
    out: &Children<'_>,
) -> Result<(), Error> {
    let n = parents.lots.len();
    for (name, found) in [
        ("start", parents.start.len()),
        ("end", parents.end.len()),
        ("style", parents.style.len()),
        ("profile", parents.profile.len()),
        ("scale", parents.scale.len()),
    ] {
        Error::check_length(name, found, n)?;
    }
    // A style beyond those known is planned as the last one.
    Error::check_length("most", parents.most.len(), 4)?;
    if cut.randomise > 0.0 {
        Error::check_length("stream", parents.stream.len(), n)?;
    }
    if parents.style.contains(&SHORTFALL) {
        Error::check_length("urgency", parents.urgency.len(), n)?;
    }
    for length in out.lengths() {
        Error::check_length("out", length, n * cut.slices)?;
    }
    let intervals = sessions.opens.len();
    Error::check_length("closes", sessions.closes.len(), intervals)?;
    Error::check_length("before", sessions.before.len(), intervals)?;
    if intervals == 0 || sessions.day_starts.len() < 2 || profiles.width < 2 || cut.slices == 0 {
        return Err(Error::value(
            "slices",
            cut.slices,
            "a session, a bin and a slice or more",
        ));
    }
    let names = profiles.cumulative.len() / profiles.width;
    Error::check_length("auctions", profiles.auctions.len(), 2 * names)?;
    let known = 0..names as i64;
    match parents.profile.iter().find(|row| !known.contains(*row)) {
        Some(row) => Err(Error::value("profile", row, "a row of the profiles")),
        None => Ok(()),
    }
}
