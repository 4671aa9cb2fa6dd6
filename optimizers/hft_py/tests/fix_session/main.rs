//! The FIX session against a model, and against what a peer does to break it.
#![cfg(feature = "fix")]

mod bounds;
mod fault;
mod faulty_store;
mod model;
