//! The mesh, as one proxy sees it, as Envoy's resources; and the protocol that carries them, as a value.

pub mod build;
