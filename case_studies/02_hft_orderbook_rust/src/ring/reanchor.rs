//! Moving the window: towards the best level, with hysteresis, by whole pages.
//!
//! The window moves only when it must: upwards when a new best level lies above it, downwards
//! when the best level was deleted and the next is more than half-way down or cold. After a
//! move the best level lies `HEADROOM` pages below the top: it may improve by 768 ticks and
//! retreat by 1,216 without another. A level above the window never exists, so a move upwards
//! only takes pages out and a move downwards only brings pages in: at most 64 of them, however
//! far the jump. A far price that is set and deleted repeatedly costs that much each
//! time; no level is lost.

use super::bitset::WORDS;
use super::cold::Cold;
use super::hot::{HEADROOM, HotSide};

/// What the window of a book did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Moves of a window, of either side.
    pub reanchors: u64,
    /// Pages of 64 ticks that these copied between the tiers.
    pub pages: u64,
    /// Updates that went to the cold tier.
    pub cold_updates: u64,
}

/// First page of the window when its best level lies in `page`.
fn anchored(page: i64) -> i64 {
    page - (WORDS as i64 - 1 - HEADROOM)
}

/// Move so that a key above the window, or any key of an empty side, comes inside.
pub(super) fn up_to(hot: &mut HotSide, cold: &mut Cold, key: i64, moves: &mut Moves) {
    let (old, new) = (hot.base(), anchored(key >> 6));
    if hot.is_empty() {
        // The window may now start below pages that are empty and were kept.
        cold.prune();
    }
    let mut leaving = hot.pages();
    while leaving != 0 {
        let page = old + i64::from(leaving.trailing_zeros());
        if page >= new {
            break;
        }
        leaving &= leaving - 1;
        let (word, lots) = hot.settled_page(page);
        if word != 0 {
            cold.insert(page, word, &lots);
            hot.put_page(page, 0, &[0; 64]);
            moves.pages += 1;
        }
    }
    hot.rebase(new);
    moves.reanchors += 1;
}

/// Follow a best level that retreated or, where the window is empty, the best cold one.
pub(super) fn down(hot: &mut HotSide, cold: &mut Cold, moves: &mut Moves) {
    let Some(best_page) = hot.best().map(|key| key >> 6).or_else(|| cold.best_page()) else {
        return;
    };
    let base = anchored(best_page);
    hot.rebase(base);
    cold.take_from(base, |page, word, lots| {
        hot.put_page(page, word, lots);
        moves.pages += 1;
    });
    let _ = hot.find_best();
    moves.reanchors += 1;
}
