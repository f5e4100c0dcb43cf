//! The tests that need nothing but the binary; a real Envoy where one is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, clippy::print_stderr, missing_docs)]

mod ca;
mod cli;
mod demo;
mod envoy;
mod fence;
mod harness;
mod inspect;
mod install;
mod registry;
mod rest;
mod talk;
mod xds_build;
