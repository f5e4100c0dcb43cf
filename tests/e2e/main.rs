//! Tests against two complete clusters, a node each: what needs a kubelet.
//!
//! The whole run stands in namespaces of its own (network, mounts, processes): see `world`. One pair of clusters serves
//! all tests, each of which has a Kubernetes namespace of its own. Where a part is missing every test is an ignored one
//! with the reason; with `MESHCTL_TESTS=require` it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, clippy::print_stderr, missing_docs)]
#![allow(unreachable_pub, dead_code)]

mod app;
#[path = "../kube/assets.rs"]
mod assets;
mod bookinfo;
mod cluster;
#[path = "../it/envoy.rs"]
mod envoy;
mod files;
#[path = "../it/harness.rs"]
mod harness;
mod howto;
mod image;
mod inspection;
mod killed;
#[path = "../kube/kubeconfig.rs"]
mod kubeconfig;
mod logs;
mod mesh;
mod namespaces;
mod neighbour;
mod nodes;
mod objects;
mod pair;
#[path = "../kube/pki.rs"]
mod pki;
mod removal;
mod renewal;
mod succession;
mod talk;
mod unmoved;
#[path = "../kube/wait.rs"]
mod wait;
mod world;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if let Some(role) = std::env::var_os(app::ROLE) {
        return app::play(&role);
    }
    let args = Arguments::from_args();
    if !args.list && !world::inside() && world::needs().is_ok() {
        return world::enter();
    }
    if world::inside() {
        world::prepare();
    }
    if std::env::var_os(killed::VICTIM).is_some() {
        killed::be_the_victim();
    }
    let trials = [nodes::trials(), killed::trials(), image::trials(), talk::trials()].into_iter().flatten().collect();
    let conclusion = libtest_mimic::run(&args, trials);
    pair::end();
    conclusion.exit_code()
}
