//! Rows of numbers to eight lanes, and back.

use super::{LANES, Lanes};

/// Lanes that stay in the first cache while they are read once for each row.
const BLOCK: usize = 256;

/// At most eight rows side by side; lanes without a row stay as they are.
pub(super) fn load(lanes: &mut [Lanes], rows: &[f64]) {
    let length = lanes.len();
    for (b, block) in lanes.chunks_mut(BLOCK).enumerate() {
        for (lane, row) in rows.chunks_exact(length).enumerate().take(LANES) {
            for (place, value) in block.iter_mut().zip(&row[b * BLOCK..]) {
                place.0[lane] = *value;
            }
        }
    }
}

/// The first lanes, as many as there are rows.
pub(super) fn store(lanes: &[Lanes], rows: &mut [f64]) {
    let mut eight: [&mut [f64]; LANES] = std::array::from_fn(|_| &mut [][..]);
    for (place, row) in eight.iter_mut().zip(rows.chunks_exact_mut(lanes.len())) {
        *place = row;
    }
    scatter(lanes, &mut eight);
}

/// The lanes as rows, where these are not empty.
pub(super) fn scatter(lanes: &[Lanes], rows: &mut [&mut [f64]; LANES]) {
    for (b, block) in lanes.chunks(BLOCK).enumerate() {
        for (lane, row) in rows.iter_mut().enumerate() {
            for (value, place) in row.iter_mut().skip(b * BLOCK).zip(block) {
                *value = place.0[lane];
            }
        }
    }
}
