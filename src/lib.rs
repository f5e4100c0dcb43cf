//! THE MAP (being drawn)

pub mod adapters;
pub mod cli;
pub mod data;
pub mod engine;
pub mod pure;
pub mod roles;
pub mod workflows;
