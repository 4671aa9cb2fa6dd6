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

    pub(super) fn len(&self) -> usize {
        self.chains * self.draws
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + 'a {
        let which = self.which;
        let rows = self.samples.chunks_exact(self.parameters);
        rows.map(move |row| row[which])
    }

    pub(super) fn chain(&self, chain: usize) -> impl Iterator<Item = f64> + 'a {
        let (width, which) = (self.draws * self.parameters, self.which);
        let rows = self.samples[chain * width..(chain + 1) * width].chunks_exact(self.parameters);
        rows.map(move |row| row[which])
    }
}
