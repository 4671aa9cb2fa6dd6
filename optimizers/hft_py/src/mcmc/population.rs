//! Members of a population: where each is, where it might go, and what that is worth.

use super::space::Space;
use crate::Stop;
use crate::objective::{Evaluate, Sense, replace_nan};

/// States and proposals of `members` points, each with `dimension` coordinates.
#[derive(Debug, Clone)]
pub(super) struct Population {
    pub(super) members: usize,
    pub(super) dimension: usize,
    /// Coordinates, parameters, objective and log-Jacobian of the states.
    pub(super) x: Vec<f64>,
    parameters: Vec<f64>,
    pub(super) values: Vec<f64>,
    jacobian: Vec<f64>,
    pub(super) proposal: Vec<f64>,
    proposed: Vec<f64>,
    pub(super) found: Vec<f64>,
    found_jacobian: Vec<f64>,
    /// Proposals between the bounds, one after the other, and where they belong.
    packed: Vec<f64>,
    packed_values: Vec<f64>,
    rows: Vec<usize>,
    pub(super) n_evaluations: u64,
    pub(super) n_invalid: u64,
}

impl Population {
    /// Members at `start` (coordinates) with the objective's values there.
    pub(super) fn new(space: &Space, start: &[f64], values: &[f64]) -> Self {
        let (members, dimension) = (values.len(), space.dimension());
        let mut parameters = vec![0.0; start.len()];
        let rows = || start.chunks_exact(dimension);
        for (row, parameters) in rows().zip(parameters.chunks_exact_mut(dimension)) {
            space.parameters(row, parameters);
        }
        let jacobian: Vec<f64> = rows().map(|row| space.log_jacobian(row)).collect();
        Self {
            members,
            dimension,
            x: start.to_vec(),
            values: values.to_vec(),
            proposal: start.to_vec(),
            proposed: parameters.clone(),
            parameters,
            found: values.to_vec(),
            found_jacobian: jacobian.clone(),
            jacobian,
            packed: Vec::with_capacity(start.len()),
            packed_values: vec![0.0; members],
            rows: Vec::with_capacity(members),
            n_evaluations: 0,
            n_invalid: 0,
        }
    }

    #[inline]
    fn row(&self, member: usize) -> std::ops::Range<usize> {
        member * self.dimension..(member + 1) * self.dimension
    }

    #[inline]
    pub(super) fn parameters(&self, member: usize) -> &[f64] {
        &self.parameters[self.row(member)]
    }

    #[inline]
    pub(super) fn proposed(&self, member: usize) -> &[f64] {
        &self.proposed[self.row(member)]
    }

    /// Evaluate the proposals of some members; outside the bounds they are impossible.
    pub(super) fn evaluate(
        &mut self,
        space: &Space,
        objective: &dyn Evaluate,
        range: std::ops::Range<usize>,
        threads: usize,
    ) -> Result<(), Stop> {
        self.packed.clear();
        self.rows.clear();
        for member in range {
            let row = self.row(member);
            let coordinates = &self.proposal[row.clone()];
            if space.contains(coordinates) {
                space.parameters(coordinates, &mut self.proposed[row.clone()]);
                self.found_jacobian[member] = space.log_jacobian(coordinates);
                self.packed.extend_from_slice(&self.proposed[row]);
                self.rows.push(member);
            } else {
                self.found[member] = f64::NEG_INFINITY;
            }
        }
        if self.rows.is_empty() {
            return Ok(());
        }
        let values = &mut self.packed_values[..self.rows.len()];
        objective.evaluate(&self.packed, values, threads)?;
        self.n_invalid += replace_nan(&self.packed, values, Sense::Density)? as u64;
        self.n_evaluations += self.rows.len() as u64;
        for (member, value) in self.rows.iter().zip(values) {
            self.found[*member] = *value;
        }
        Ok(())
    }

    /// Log-ratio of the densities of proposal and state, the objective to the power `beta`.
    #[inline]
    pub(super) fn log_ratio(&self, member: usize, beta: f64) -> f64 {
        let found = self.found[member];
        if found == f64::NEG_INFINITY {
            return f64::NEG_INFINITY;
        }
        let jacobian = self.found_jacobian[member] - self.jacobian[member];
        beta * (found - self.values[member]) + jacobian
    }

    #[inline]
    pub(super) fn accept(&mut self, member: usize) {
        let row = self.row(member);
        self.x[row.clone()].copy_from_slice(&self.proposal[row.clone()]);
        self.parameters[row.clone()].copy_from_slice(&self.proposed[row]);
        self.values[member] = self.found[member];
        self.jacobian[member] = self.found_jacobian[member];
    }

    pub(super) fn swap(&mut self, a: usize, b: usize) {
        for index in 0..self.dimension {
            let (i, j) = (a * self.dimension + index, b * self.dimension + index);
            self.x.swap(i, j);
            self.parameters.swap(i, j);
        }
        self.values.swap(a, b);
        self.jacobian.swap(a, b);
    }
}
