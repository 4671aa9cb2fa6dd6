//! One parameter of the draws, read in place.

/// Beyond these sizes squares of draws overflow or underflow: such draws are read times a power of
/// two, which changes no digit.
const LARGE: f64 = f64::from_bits((1023 + 300) << 52);
const SHRINK: f64 = f64::from_bits((1023 - 600) << 52);

/// Draws of one parameter within `chains x draws x parameters` numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'a> {
    samples: &'a [f64],
    parameters: usize,
    which: usize,
    /// What every draw is read times.
    pub(super) factor: f64,
    pub(super) chains: usize,
    pub(super) draws: usize,
}

impl<'a> Column<'a> {
    pub(super) fn new(samples: &'a [f64], chains: usize, parameters: usize, which: usize) -> Self {
        Self {
            samples,
            parameters,
            which,
            factor: 1.0,
            chains,
            draws: samples.len() / (chains * parameters).max(1),
        }
    }

    /// The same with the factor that its largest draw needs; `None` where one is not finite.
    pub(super) fn scaled(self) -> Option<Self> {
        let (finite, largest) = self.iter().fold((true, 0.0), |(finite, most), draw| {
            (finite & draw.is_finite(), draw.abs().max(most))
        });
        let factor = if largest > LARGE {
            SHRINK
        } else if largest < 1.0 / LARGE {
            1.0 / SHRINK
        } else {
            1.0
        };
        finite.then_some(Self { factor, ..self })
    }

    pub(super) fn len(&self) -> usize {
        self.chains * self.draws
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + 'a {
        let (which, factor) = (self.which, self.factor);
        let rows = self.samples.chunks_exact(self.parameters);
        rows.map(move |row| row[which] * factor)
    }

    pub(super) fn chain(&self, chain: usize) -> impl Iterator<Item = f64> + 'a {
        let (which, factor) = (self.which, self.factor);
        let width = self.draws * self.parameters;
        let rows = self.samples[chain * width..(chain + 1) * width].chunks_exact(self.parameters);
        rows.map(move |row| row[which] * factor)
    }
}
