//! `lint`: silent where nothing contradicts itself, and each contradiction found.

mod files;
mod homes;
mod patterns;
