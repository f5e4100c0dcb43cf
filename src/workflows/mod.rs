//! What commands do, without words: plans in, results out.

pub mod ca;
pub mod demo;
pub mod install;
pub mod proxies;
