//! One parameter of draws, read where it lies.

/// Draws of one parameter within `chains x draws x parameters` numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'a> {
    samples: &'a [f64],
    parameters: usize,
    which: usize,
    pub(super) chains: usize,
    pub(super) draws: usize,
}

impl<'a> Column<'a> {
    pub(super) fn new(samples: &'a [f64], chains: usize, parameters: usize, which: usize) -> Self {
        Self {
            samples,
            parameters,
            which,
            chains,
            draws: samples.len() / (chains * parameters).max(1),
        }
    }

    /// Draws of all chains.
    pub(super) fn len(&self) -> usize {
        self.chains * self.draws
    }

    /// The draw of that number, counted chain by chain.
    #[inline]
    pub(super) fn at(&self, number: usize) -> f64 {
        self.samples[number * self.parameters + self.which]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + 'a {
        let draws = self.samples.iter().skip(self.which);
        draws.step_by(self.parameters).copied()
    }

    /// Draws of half a chain.
    pub(super) fn half(&self) -> usize {
        self.draws / 2
    }

    /// Where a draw stands among those of half chains, one half after the other; `None` for the
    /// middle one of an odd number, which is left out.
    #[inline]
    pub(super) fn place(&self, number: usize) -> Option<usize> {
        if self.draws.is_multiple_of(2) {
            return Some(number);
        }
        let (chain, at) = (number / self.draws, number % self.draws);
        let half = self.half();
        let place = chain * 2 * half + at;
        match at.cmp(&half) {
            std::cmp::Ordering::Less => Some(place),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(place - 1),
        }
    }

    /// Draws of half chains, one half after the other.
    pub(super) fn halves(&self) -> impl Iterator<Item = f64> + 'a {
        let (column, odd) = (*self, !self.draws.is_multiple_of(2));
        let kept = move |number: usize| !odd || number % column.draws != column.half();
        (0..self.len())
            .filter(move |number| kept(*number))
            .map(move |number| column.at(number))
    }

    /// The same, into memory of just that size.
    pub(super) fn split(&self, into: &mut Vec<f64>) {
        into.clear();
        into.reserve_exact(2 * self.half() * self.chains);
        into.extend(self.halves());
    }
}
