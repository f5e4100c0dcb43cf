//! The ground floor: plain data. Nothing here does IO, and nothing here knows a room above it.

pub mod kinds;
pub mod model;
pub mod yaml;
