//! The tests that need nothing but the binary; a real Envoy where one is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, clippy::print_stderr, missing_docs)]

mod ads;
mod answers;
mod bound;
mod ca;
mod calls;
mod cli;
mod cluster;
mod compare;
mod demo;
mod discovery;
mod discovery_ports;
mod envoy;
mod envoy_xds;
mod fence;
mod flags;
mod harness;
mod image;
mod inspect;
mod install;
mod mesh;
mod peak;
mod pods;
mod props;
mod readme;
mod registry;
mod release;
mod rest;
mod schemas;
mod serve;
mod session;
mod stubs;
mod talk;
mod tests_run;
mod world;
mod xds_build;
