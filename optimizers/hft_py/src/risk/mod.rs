//! Risk models: cross-sectional regressions of returns on exposures, and weighted mean squares.

pub mod cross_section;
mod date;
mod ewma;
mod gram;
mod normal;
mod panel;
mod universe;

pub use cross_section::{Regressions, cross_section};
pub use ewma::ewma_squares;
pub use panel::{Column, Options, Panel, Sectors};
