//! Order books of other crates, each as its authors would use it, behind one small trait.
//!
//! Prices and quantities are handed over as floats of whole ticks and lots with a tick and a
//! lot of 1, so that rounding does not set them apart from the other books. The conversion from
//! integers is a single instruction and inside the clock.

mod hftbacktest_depth;
mod ninjabook_book;

use hft_orderbook::{Event, EventKind, Side};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::hint::black_box;

/// What the study asks of a book.
trait Peer: Send + Sync {
    fn set(&mut self, side: Side, tick: i64, lots: i64);
    fn clear(&mut self);
    fn best_tick(&self, side: Side) -> i64;
    fn best_lots(&self, side: Side) -> i64;
    /// Best first; empty where the crate gives no depth.
    fn depth(&self, side: Side) -> Vec<(i64, u64)>;
}

/// Apply events, `passes` times over; with `READ` both best prices at the end of each message.
fn run<const READ: bool, P: Peer>(
    peer: &mut P,
    events: &[Event],
    passes: usize,
) -> (Vec<i64>, Vec<i64>) {
    let (mut bids, mut asks) = (Vec::new(), Vec::new());
    let mut reading = None; // the number of a snapshot that goes on
    for event in (0..passes).flat_map(|_| events) {
        let snapshot = event.kind == EventKind::Snapshot as u8;
        if snapshot && reading != Some(event.seq) {
            peer.clear();
        }
        reading = (snapshot && !event.is_last()).then_some(event.seq);
        peer.set(Side::of(event.side), event.tick, event.lots);
        if READ && event.is_last() {
            bids.push(peer.best_tick(Side::Bid));
            asks.push(peer.best_tick(Side::Ask));
        }
    }
    (bids, asks)
}

fn read_best<P: Peer>(peer: &P, times: usize) -> i64 {
    let mut sum = 0i64;
    for _ in 0..times {
        let peer = black_box(peer);
        sum = sum.wrapping_add(peer.best_tick(Side::Bid) ^ peer.best_lots(Side::Bid));
    }
    sum
}

fn read_mid<P: Peer>(peer: &P, times: usize) -> i64 {
    let mut sum = 0i64;
    for _ in 0..times {
        let peer = black_box(peer);
        sum = sum.wrapping_add(peer.best_tick(Side::Bid) + peer.best_tick(Side::Ask));
    }
    sum
}

enum Any {
    HashMap(hftbacktest_depth::HashMapPeer),
    BTree(hftbacktest_depth::BTreePeer),
    Roi(Box<hftbacktest_depth::RoiPeer>),
    Ninja(ninjabook_book::NinjaPeer),
}

macro_rules! on {
    ($any:expr, $peer:ident => $body:expr) => {
        match $any {
            Any::HashMap($peer) => $body,
            Any::BTree($peer) => $body,
            Any::Roi($peer) => {
                let $peer = &mut **$peer;
                $body
            }
            Any::Ninja($peer) => $body,
        }
    };
}

#[pyclass(name = "Book", module = "hft_orderbook_peers")]
struct PyPeer(Any);

fn events<'a>(bytes: &'a PyReadonlyArray1<'_, u8>) -> PyResult<&'a [Event]> {
    bytemuck::try_cast_slice(bytes.as_slice()?)
        .map_err(|error| PyValueError::new_err(error.to_string()))
}

type Pair<'py, T> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<T>>);

#[pymethods]
impl PyPeer {
    #[new]
    fn new(kind: &str, trim: bool) -> PyResult<Self> {
        let _ = trim;
        Ok(Self(match kind {
            "hashmap" => Any::HashMap(hftbacktest_depth::HashMapPeer::default()),
            "btree" => Any::BTree(hftbacktest_depth::BTreePeer::default()),
            "roi" => Any::Roi(Box::default()),
            "ninjabook" => Any::Ninja(ninjabook_book::NinjaPeer::default()),
            _ => {
                let known = "hashmap, btree, roi, ninjabook";
                let message = format!("kind={kind:?}: expected one of {known}");
                return Err(PyValueError::new_err(message));
            }
        }))
    }

    fn run_updates(&mut self, py: Python<'_>, bytes: PyReadonlyArray1<'_, u8>) -> PyResult<()> {
        let events = events(&bytes)?;
        py.detach(|| on!(&mut self.0, peer => run::<false, _>(peer, events, 1)));
        Ok(())
    }

    fn run_trace<'py>(
        &mut self,
        py: Python<'py>,
        bytes: PyReadonlyArray1<'_, u8>,
        passes: usize,
    ) -> PyResult<Pair<'py, i64>> {
        let events = events(&bytes)?;
        let (bids, asks) = py.detach(|| on!(&mut self.0, peer => run::<true, _>(peer, events, passes)));
        Ok((bids.into_pyarray(py), asks.into_pyarray(py)))
    }

    fn read_best(&mut self, py: Python<'_>, times: usize) -> i64 {
        py.detach(|| on!(&mut self.0, peer => read_best(peer, times)))
    }

    fn read_mid(&mut self, py: Python<'_>, times: usize) -> i64 {
        py.detach(|| on!(&mut self.0, peer => read_mid(peer, times)))
    }

    fn depth<'py>(&mut self, py: Python<'py>, side: u8) -> PyResult<Pair<'py, u64>> {
        let side =
            Side::try_from(side).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let levels = on!(&mut self.0, peer => peer.depth(side));
        let (ticks, lots): (Vec<i64>, Vec<u64>) = levels.into_iter().unzip();
        Ok((ticks.into_pyarray(py), lots.into_pyarray(py)))
    }
}

#[pymodule]
fn hft_orderbook_peers(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyPeer>()
}
