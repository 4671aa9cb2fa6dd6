//! When a path is observed.

use crate::Error;
use crate::memory::filled;

/// The ends of a path's steps, in their unit of time.
pub(crate) struct Dates {
    pub(crate) steps: usize,
    /// Steps whose ends are averaged: all, or all but the last.
    pub(crate) observed: usize,
    /// Of the lengths of the steps; empty where all are of the unit's length.
    roots: Vec<f64>,
    /// Of the steps; empty where they are the numbers from 1 on.
    ends: Vec<f64>,
}

impl Dates {
    pub(crate) fn new(
        steps: usize,
        unobserved: bool,
        lengths: Option<&[f64]>,
    ) -> Result<Self, Error> {
        let observed = steps - usize::from(unobserved);
        let Some(lengths) = lengths else {
            return Ok(Self {
                steps,
                observed,
                roots: Vec::new(),
                ends: Vec::new(),
            });
        };
        if lengths.len() != steps {
            return Err(Error::Shape {
                name: "lengths",
                found: format!("{:?}", [lengths.len()]),
                expected: format!("{:?}", [steps]),
            });
        }
        let outside = |value: &f64| !(*value > 0.0 && *value <= 1.0);
        if let Some(index) = lengths.iter().position(outside) {
            let value = lengths[index];
            return Err(Error::Length { index, value });
        }
        let mut ends = filled(steps as u128, 0.0)?;
        let mut end = 0.0;
        for (to, length) in ends.iter_mut().zip(lengths) {
            end += length;
            *to = end;
        }
        Ok(Self {
            steps,
            observed,
            roots: lengths.iter().map(|length| length.sqrt()).collect(),
            ends,
        })
    }

    /// The end of step `k`, from 0 on.
    pub(crate) fn end(&self, k: usize) -> f64 {
        self.ends.get(k).copied().unwrap_or(k as f64 + 1.0)
    }

    /// The length of the first step.
    pub(crate) fn first(&self) -> f64 {
        self.end(0)
    }

    /// The end of the last step.
    pub(crate) fn last(&self) -> f64 {
        self.end(self.steps - 1)
    }

    /// The ends that are observed, added up.
    pub(crate) fn total(&self) -> f64 {
        if self.ends.is_empty() {
            let n = self.observed as f64;
            return n * (n + 1.0) / 2.0;
        }
        self.ends[..self.observed].iter().sum()
    }

    /// What multiplies the normal of step `k`; `None` where nothing does.
    #[inline(always)]
    pub(crate) fn root(&self, k: usize) -> Option<f64> {
        self.roots.get(k).copied()
    }
}
