//! A model and a series, as every kernel takes them.

use crate::Error;

/// What an emission's parameters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Means, then variances, one each a column.
    Gaussian,
    /// Means, then the covariance matrix row by row.
    GaussianFull,
    /// Location, squared scale, degrees of freedom.
    StudentT,
    /// Probabilities of the symbols 0, 1, ...
    Categorical,
}

impl Kind {
    /// A kind by its name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "gaussian" => Some(Self::Gaussian),
            "gaussian_full" => Some(Self::GaussianFull),
            "student_t" => Some(Self::StudentT),
            "categorical" => Some(Self::Categorical),
            _ => None,
        }
    }

    /// Numbers a state, for observations of so many; `None` where any number will do.
    pub fn parameters(self, dimension: usize) -> Option<usize> {
        match self {
            Self::Gaussian => Some(2 * dimension),
            Self::GaussianFull => Some(dimension + dimension * dimension),
            Self::StudentT => Some(3),
            Self::Categorical => None,
        }
    }
}

/// A hidden Markov model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What `theta` means.
    pub kind: Kind,
    /// Probabilities of the first state, `K`.
    pub start: Vec<f64>,
    /// Transition probabilities row by row, `K * K`.
    pub transition: Vec<f64>,
    /// Parameters of each state's emission in a row, `K * P`.
    pub theta: Vec<f64>,
    /// Numbers in an observation.
    pub dimension: usize,
}

impl Model {
    /// A model whose parts fit together.
    ///
    /// # Errors
    /// [`Error::Length`] where they do not.
    pub fn new(
        kind: Kind,
        start: &[f64],
        transition: &[f64],
        theta: &[f64],
        dimension: usize,
    ) -> Result<Self, Error> {
        let k = start.len();
        Error::check_length("start", k, k.max(1))?;
        Error::check_length("transition", transition.len(), k * k)?;
        if let Some(p) = kind.parameters(dimension) {
            Error::check_length("theta", theta.len(), k * p)?;
        } else {
            Error::check_length("theta", theta.len() % k, 0)?;
            Error::check_length("x", dimension, 1)?;
        }
        Ok(Self {
            kind,
            start: start.to_vec(),
            transition: transition.to_vec(),
            theta: theta.to_vec(),
            dimension,
        })
    }

    /// The number of states, `K`.
    pub fn states(&self) -> usize {
        self.start.len()
    }

    /// Numbers in a row of `theta`, `P`.
    pub fn parameters(&self) -> usize {
        self.theta.len() / self.states()
    }

    /// The parameters of one state.
    pub fn row(&self, state: usize) -> &[f64] {
        let p = self.parameters();
        &self.theta[state * p..(state + 1) * p]
    }
}

/// Sequences of observations, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    x: &'a [f64],
    dimension: usize,
    lengths: &'a [usize],
}

impl<'a> Series<'a> {
    /// Rows of `dimension` numbers, `lengths` of them in each sequence.
    ///
    /// # Errors
    /// Where the numbers do not make up so many rows, or a sequence is empty.
    pub fn new(x: &'a [f64], dimension: usize, lengths: &'a [usize]) -> Result<Self, Error> {
        let rows = lengths.iter().try_fold(
            0_usize,
            |sum, &n| {
                if n == 0 { None } else { sum.checked_add(n) }
            },
        );
        let expected = rows.and_then(|r| r.checked_mul(dimension)).unwrap_or(0);
        // No rows: an error whatever is expected.
        Error::check_length("x", x.len(), expected.max(usize::from(x.is_empty())))?;
        Ok(Self {
            x,
            dimension,
            lengths,
        })
    }

    /// Rows of all sequences.
    pub fn rows(&self) -> usize {
        self.x.len() / self.dimension
    }

    /// How many sequences.
    pub fn count(&self) -> usize {
        self.lengths.len()
    }

    /// Rows of the longest sequence.
    pub fn longest(&self) -> usize {
        self.lengths.iter().copied().max().unwrap_or(0)
    }

    /// First row and numbers of each sequence.
    pub fn sequences(&self) -> impl Iterator<Item = (usize, &'a [f64])> + use<'a> {
        let (x, dimension) = (self.x, self.dimension);
        self.lengths.iter().scan(0, move |first, &n| {
            let from = *first;
            *first += n;
            Some((from, &x[from * dimension..(from + n) * dimension]))
        })
    }
}
