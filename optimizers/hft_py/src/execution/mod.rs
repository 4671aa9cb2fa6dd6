//! Execution: schedules of child orders, transaction costs.

pub mod children;
mod expected;
pub mod fills;
mod one_parent;
pub mod resampling;
pub mod resting;
pub mod rounding;
pub mod styles;
pub mod texts;
pub mod trading_time;
mod written;
