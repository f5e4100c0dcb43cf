//! Servers; they never import each other.

pub mod discovery;
