//! Portfolio construction: allocators that need no solver.
