//! The volume expected in each slice of one parent.

use super::children::{Parents, Profiles};
use super::one_parent::{Work, block, shifted};
use super::trading_time::Clock;

impl Work {
    /// Lots expected to trade in each slice.
    #[inline(always)]
    pub(super) fn expect(
        &mut self,
        clock: &Clock<'_>,
        interval: usize,
        profiles: &Profiles<'_>,
        parents: &Parents<'_>,
        i: usize,
    ) {
        let row = parents.profile[i] as usize; // checked
        let cumulative = &profiles.cumulative[row * profiles.width..][..profiles.width];
        let auctions = [profiles.auctions[2 * row], profiles.auctions[2 * row + 1]];
        let scale = parents.scale[i];
        let mut d = clock.day_of(interval);
        let mut day = &clock.days[d];
        if auctions != [0.0; 2] {
            let mut before = day.volume(self.starts[0][0], cumulative, auctions);
            let slices = self.ends.as_flattened().iter().take(self.slices);
            for (volume, &bound) in self.volumes.as_flattened_mut().iter_mut().zip(slices) {
                while bound >= day.end && d + 1 < clock.days.len() {
                    d += 1;
                    day = &clock.days[d];
                }
                let after = day.volume(bound, cumulative, auctions);
                *volume = scale
                    * ((after[0] - before[0]) + (after[1] - before[1]) + (after[2] - before[2]));
                before = after;
            }
            return;
        }
        // Each day writes what lies in it or after it, and the next one what is after it again.
        for (before, starts) in self.before.iter_mut().zip(&self.starts) {
            *before = day.continuous(starts, cumulative);
        }
        while day.end < self.end {
            d += 1;
            day = &clock.days[d];
            for (before, starts) in self.before.iter_mut().zip(&self.starts) {
                let found = day.continuous(starts, cumulative);
                *before = block(|k| {
                    if starts[k] >= day.start {
                        found[k]
                    } else {
                        before[k]
                    }
                });
            }
        }
        let [mut after, _, _] = day.volume(self.end, cumulative, auctions);
        for (volumes, before) in self.volumes.iter_mut().zip(&self.before).rev() {
            let next = shifted(before, after);
            *volumes = block(|k| scale * (next[k] - before[k]));
            after = before[0];
        }
    }
}
