//! Allocation rules in Rust, built in or compiled by the user.
//!
//! [`host`] opens libraries and runs their strategies; [`strategies`] are those built in, which are
//! run through the same interface. Only the module `python`, behind the feature of that name, uses
//! Python.

pub mod host;
#[cfg(feature = "python")]
mod python;
pub mod strategies;
