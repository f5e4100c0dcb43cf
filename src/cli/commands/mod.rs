//! One file per command: an args struct whose rustdoc is the help, and `async fn run(ctx, args)`.

pub(super) mod ca;
pub(super) mod cluster;
pub(super) mod completion;
pub(super) mod demo;
pub(super) mod diff;
pub(super) mod discovery;
pub(super) mod endpoints;
pub(super) mod install;
pub(super) mod man;
pub(super) mod manifest;
pub(super) mod proxy_config;
pub(super) mod proxy_status;
pub(super) mod uninstall;
pub(super) mod version;
