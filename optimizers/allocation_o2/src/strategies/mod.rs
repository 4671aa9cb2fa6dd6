//! The strategies that are built in, written as a user would write them.
//!
//! But two loops are compiled for several instruction sets, and sums over slices that several
//! strategies need are in modules of their own.

mod active_set;
mod covariance;
mod equal_weight;
mod factor;
mod hierarchical_risk_parity;
mod inverse_volatility;
mod maximum_sharpe;
mod mean_variance;
mod minimum_variance;
mod momentum;
mod random_weights;
mod risk_parity;
pub(crate) mod vectors;

use allocation_o2::ffi::{Interface, interface};
use allocation_o2::{Parameters, Strategy};

/// Names and interfaces of all, in the order of the documentation.
#[must_use]
pub fn all() -> Vec<(&'static str, &'static Interface)> {
    vec![
        one::<equal_weight::EqualWeight>(),
        one::<random_weights::RandomWeights>(),
        one::<inverse_volatility::InverseVolatility>(),
        one::<momentum::Momentum>(),
        one::<minimum_variance::MinimumVariance>(),
        one::<maximum_sharpe::MaximumSharpe>(),
        one::<risk_parity::RiskParity>(),
        one::<hierarchical_risk_parity::HierarchicalRiskParity>(),
        one::<mean_variance::MeanVariance>(),
    ]
}

fn one<S: Strategy>() -> (&'static str, &'static Interface) {
    (<S as Parameters>::NAME, interface::<S>())
}
