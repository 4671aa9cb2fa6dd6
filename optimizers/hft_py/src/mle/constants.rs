//! The constants of CMA-ES: recombination weights, learning rates, damping.
//!
//! Names and equation numbers are those of Hansen, "The CMA Evolution Strategy: A Tutorial",
//! arXiv:1604.00772 (2016, second edition 2023). The separable variant multiplies both learning
//! rates of the covariance by `(n + 2) / 3`: Ros and Hansen, PPSN X (2008).

/// What a run of CMA-ES is governed by.
#[derive(Debug, Clone, PartialEq)]
pub struct Constants {
    /// Recombination weights of all points, best first; those of the worse half are negative, and
    /// zero without the active update.
    pub weights: Vec<f64>,
    /// Points with positive weight.
    pub mu: usize,
    /// Variance effective selection mass.
    pub mu_eff: f64,
    /// Rate of the step size.
    pub c_sigma: f64,
    /// Damping of the step size.
    pub d_sigma: f64,
    /// Rate of the evolution path.
    pub c_c: f64,
    /// Rate of the rank-one update.
    pub c_1: f64,
    /// Rate of the rank-mu update.
    pub c_mu: f64,
    /// Expected length of a standard normal vector.
    pub chi: f64,
}

impl Constants {
    /// The defaults for a dimension and a population size of 2 or more.
    ///
    /// `offset` is added to the numerator of `c_mu` (58): 0 in the tutorial of 2016, 1/4 in that
    /// of 2023.
    pub fn new(dimension: usize, size: usize, active: bool, separable: bool, offset: f64) -> Self {
        let n = dimension as f64;
        let mu = size / 2;
        let raw: Vec<f64> =
            (1..=size) // (49)
                .map(|i| ((size as f64 + 1.0) / 2.0).ln() - (i as f64).ln())
                .collect();
        let (positive, negative) = raw.split_at(mu);
        let sum = |numbers: &[f64]| numbers.iter().fold(0.0, |total, w| total + w);
        let squares = |numbers: &[f64]| numbers.iter().fold(0.0, |total, w| total + w * w);
        let mass = |numbers: &[f64]| sum(numbers) * sum(numbers) / squares(numbers);
        let mu_eff = mass(positive);
        let spread = squares(negative);
        let mu_eff_minus = if spread > 0.0 { mass(negative) } else { 0.0 };

        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0); // (55)
        let excess = ((mu_eff - 1.0) / (n + 1.0)).sqrt() - 1.0;
        let d_sigma = 1.0 + 2.0 * excess.max(0.0) + c_sigma;
        let c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n); // (56)
        let mut c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff); // (57)
        let mut c_mu =
            2.0 * (offset + mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0) * (n + 2.0) + mu_eff); // (58)
        if separable {
            c_1 = (c_1 * (n + 2.0) / 3.0).min(1.0);
            c_mu = c_mu * (n + 2.0) / 3.0;
        }
        c_mu = c_mu.min(1.0 - c_1);

        let mut scale = if c_mu > 0.0 { 1.0 + c_1 / c_mu } else { 1.0 }; // (50)
        scale = scale.min(1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0)); // (51)
        if c_mu > 0.0 {
            scale = scale.min((1.0 - c_1 - c_mu) / (n * c_mu)); // (52)
        }
        if !active {
            scale = 0.0;
        }
        let total = sum(positive);
        let lost = -negative
            .iter()
            .filter(|w| **w < 0.0)
            .fold(0.0, |t, w| t + w);
        let share = |w: &f64| {
            if *w < 0.0 && lost > 0.0 {
                w * scale / lost
            } else {
                0.0
            }
        };
        let weights = positive.iter().map(|w| w / total);
        let weights = weights.chain(negative.iter().map(share)).collect();
        let chi = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        Self {
            weights,
            mu,
            mu_eff,
            c_sigma,
            d_sigma,
            c_c,
            c_1,
            c_mu,
            chi,
        }
    }
}
