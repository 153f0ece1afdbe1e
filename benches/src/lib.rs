//! Benchmarks of the workspace; run them with `cargo bench`.
