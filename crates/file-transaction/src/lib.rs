//! Comes with its first function.
