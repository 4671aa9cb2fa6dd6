//! What a stream remembers, as numbers: to be stored, and to go on from, bit for bit.

use super::{StreamingAutocorrelation, TILE};

/// Numbers of one stream; its buffers for the kernel hold nothing between two calls.
pub(crate) struct State {
    pub(crate) count: usize,
    pub(crate) done: usize,
    /// Largest magnitude, scale, provisional mean, sum of deviations.
    pub(crate) scalars: [f64; 4],
    pub(crate) sums: Vec<f64>,
    pub(crate) head: Vec<f64>,
    pub(crate) buffer: Vec<f64>,
}

impl StreamingAutocorrelation {
    pub(crate) fn state(&self) -> State {
        State {
            count: self.count,
            done: self.done,
            scalars: [self.largest, self.by.scale, self.by.shift, self.total],
            sums: self.sums.clone(),
            head: self.head.clone(),
            buffer: self.buffer.clone(),
        }
    }

    /// Go on from a state; `None`, and nothing has changed, for one that no stream of this
    /// `max_lag` can have.
    pub(crate) fn resume(&mut self, state: &State) -> Option<()> {
        let scalars = state.scalars.iter().all(|value| value.is_finite());
        let observed = state
            .head
            .iter()
            .chain(&state.buffer)
            .all(|v| v.is_finite());
        let fits = state.sums.len() == self.max_lag + 1
            && state.head.len() == self.max_lag.min(state.count)
            && state.buffer.len() < TILE + self.max_lag
            && state.done.checked_add(state.buffer.len()) == Some(state.count)
            && state.done.is_multiple_of(TILE);
        if !(scalars && observed && fits) {
            return None;
        }
        (self.count, self.done) = (state.count, state.done);
        [self.largest, self.by.scale, self.by.shift, self.total] = state.scalars;
        self.sums.clone_from(&state.sums);
        // Their capacity stays: later observations allocate nothing.
        self.head.clear();
        self.head.extend(&state.head);
        self.buffer.clear();
        self.buffer.extend(&state.buffer);
        Some(())
    }
}
