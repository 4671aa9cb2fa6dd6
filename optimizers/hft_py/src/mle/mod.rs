//! Maximum likelihood and global optimisation.
