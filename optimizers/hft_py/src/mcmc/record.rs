//! What a run keeps: thinned draws after the warm-up, the best point of all, acceptances.

use super::pool::Pool;

/// The history of some members; draws go to slices of the caller.
#[derive(Debug)]
pub(super) struct Record<'a> {
    burn_in: usize,
    thin: usize,
    /// Draws that fit, of each member, and what was kept.
    capacity: usize,
    pub(super) draws: usize,
    samples: &'a mut [f64],
    log_probs: &'a mut [f64],
    pub(super) accepted: Vec<u64>,
    pub(super) best: Best,
}

/// The highest point: among equals the first, by iteration and then by member.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub(super) value: f64,
    pub(super) params: Vec<f64>,
    pub(super) iteration: usize,
}

impl<'a> Record<'a> {
    /// For `members` members with `capacity` draws each.
    pub(super) fn new(
        members: usize,
        burn_in: usize,
        thin: usize,
        capacity: usize,
        samples: &'a mut [f64],
        log_probs: &'a mut [f64],
    ) -> Self {
        Self {
            burn_in,
            thin,
            capacity,
            draws: 0,
            samples,
            log_probs,
            accepted: vec![0; members],
            best: Best {
                value: f64::NEG_INFINITY,
                params: Vec::new(),
                iteration: 0,
            },
        }
    }

    /// Keep a proposal if it is the best so far.
    #[inline]
    pub(super) fn see(&mut self, value: f64, params: &[f64], iteration: usize) {
        if value > self.best.value {
            self.best.value = value;
            self.best.params.clear();
            self.best.params.extend_from_slice(params);
            self.best.iteration = iteration;
        }
    }

    /// Keep the best of a range of proposals.
    #[inline]
    pub(super) fn see_all(&mut self, pool: &Pool, range: std::ops::Range<usize>, iteration: usize) {
        for member in range {
            self.see(pool.found[member], pool.proposed(member), iteration);
        }
    }

    /// Count an acceptance, once the warm-up is over.
    #[inline]
    pub(super) fn count(&mut self, member: usize, iteration: usize) {
        self.accepted[member] += u64::from(iteration > self.burn_in);
    }

    /// Keep the states after an iteration, where it is one to keep; `member` gives its place.
    #[inline]
    pub(super) fn keep(
        &mut self,
        pool: &Pool,
        places: impl Iterator<Item = usize>,
        iteration: usize,
    ) {
        if iteration <= self.burn_in || !(iteration - self.burn_in).is_multiple_of(self.thin) {
            return;
        }
        let dimension = pool.dimension;
        for (member, place) in places.enumerate() {
            let at = member * self.capacity + self.draws;
            self.samples[at * dimension..(at + 1) * dimension]
                .copy_from_slice(pool.parameters(place));
            self.log_probs[at] = pool.values[place];
        }
        self.draws += 1;
    }
}
