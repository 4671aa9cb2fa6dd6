//! Markov chain Monte Carlo.
