//! Hidden Markov models.
