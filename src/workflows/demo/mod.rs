//! The guided tour through the talk's mesh, on two embedded clusters.
//!
//! [`story`] is what is told, as a table; [`run`] makes it happen with the real code; [`proxy`] is productpage's proxy. Who
//! shows it is a [`Stage`]: nothing here prints.

mod error;
mod excerpt;
mod fixtures;
mod folder;
mod proxy;
mod run;
mod scene;
mod services;
mod story;

pub use error::DemoError;
pub use fixtures::{File, FixtureSet, files};
pub use proxy::ProxyError;
pub use run::{Piece, Request, Stage, run};
