//! Strategies behind the C interface of [`allocation_o2::ffi`]: opening, instances, rolling runs.

mod instance;
mod kind;
mod library;
mod prices;
mod rolling;
mod weights;

pub use instance::Instance;
pub use kind::{Kind, Parameter, Value};
pub use library::open;
pub use prices::first_bad_price;
pub(crate) use rolling::BLOCK;
pub use rolling::{Stopped, rolling};
pub use weights::check;

/// What goes wrong between the host and a strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file is no library of a strategy, or of another version.
    #[error("{0}")]
    Library(String),
    /// A parameter was refused.
    #[error("{0}")]
    Parameter(String),
    /// The strategy has no weights, or none that are a portfolio.
    #[error("{0}")]
    Strategy(String),
    /// The strategy panicked.
    #[error("{0}")]
    Panic(String),
}
