//! The pure rooms: no IO, no clock, no randomness. Time, serials and key pairs are arguments.

pub mod ca;
pub mod inspect;
pub mod manifest;
pub mod mesh;
pub mod v1;
pub mod xds;
