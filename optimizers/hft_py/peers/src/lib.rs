//! Nothing: the comparison is in `benches/fix.rs`.
