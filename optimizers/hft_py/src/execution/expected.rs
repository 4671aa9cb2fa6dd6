//! The volume expected in each slice of one parent.

use super::children::{Parents, Profiles};
use super::one_parent::{Store, Work, block, shifted};
use super::trading_time::Clock;

impl<S: Store> Work<S> {
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
        let mut last = d;
        while clock.days[last].end < self.end {
            last += 1;
        }
        if auctions != [0.0; 2] {
            let mut before = day.volume(self.starts.as_ref()[0][0], cumulative, auctions);
            let slices = self.ends.as_ref().as_flattened().iter().take(self.slices);
            let volumes = self.volumes.as_mut().as_flattened_mut();
            for (volume, &bound) in volumes.iter_mut().zip(slices) {
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
        let [mut after, _, _] = clock.days[last].volume(self.end, cumulative, auctions);
        let blocks = self.volumes.as_mut().iter_mut().zip(self.starts.as_ref());
        for (volumes, starts) in blocks.rev() {
            let mut before = clock.days[d].continuous(starts, cumulative);
            for day in &clock.days[d + 1..=last] {
                let found = day.continuous(starts, cumulative);
                before = block(|k| {
                    if starts[k] >= day.start {
                        found[k]
                    } else {
                        before[k]
                    }
                });
            }
            let next = shifted(&before, after);
            *volumes = block(|k| scale * (next[k] - before[k]));
            after = before[0];
        }
    }
}
