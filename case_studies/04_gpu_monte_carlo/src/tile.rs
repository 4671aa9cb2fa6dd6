//! The sizes of the arrays in which paths are simulated side by side.

/// Steps whose normals one call of the generator gives.
pub(crate) const GROUP: usize = 4;

/// Paths simulated side by side: long enough to hide latencies, small enough for the first cache.
pub(crate) const TILE: usize = 256;
