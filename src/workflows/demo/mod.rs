//! The guided tour through the talk's mesh, on two embedded clusters.

mod fixtures;

pub use fixtures::{File, FixtureSet, files};
