//! Tests against two real API servers: etcd and kube-apiserver twice, on loopback, without root.
//!
//! Three pairs of clusters serve the whole run. On the first, every test has a namespace of its own; a test that breaks a
//! cluster for others (restarts it, freezes it), or installs in the one namespace of the control plane, takes a pair to itself.
//! Where the programs are missing every test is an ignored one with the reason; with `MESHCTL_TESTS=require` it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, clippy::print_stderr, missing_docs)]
#![allow(unreachable_pub, dead_code)]

#[path = "../kube/assets.rs"]
mod assets;
mod cluster;
mod cluster_list;
mod credentials;
#[path = "../it/envoy.rs"]
mod envoy;
mod folder;
#[path = "../it/harness.rs"]
mod harness;
mod in_cluster;
mod install;
#[path = "../kube/kubeconfig.rs"]
mod kubeconfig;
mod live;
mod lost;
mod objects;
mod pair;
mod pilot;
#[path = "../kube/pki.rs"]
mod pki;
mod preflight;
mod proxy;
mod removal;
mod reviews;
mod rights;
mod servers;
mod sidecar;
mod source;
mod stretched;
mod stubs;
mod supervision;
mod supervisor;
mod upkeep;
#[path = "../kube/wait.rs"]
mod wait;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if let Some(folder) = std::env::var_os(supervision::VICTIM) {
        supervision::be_the_victim(folder.as_ref());
    }
    let mut args = Arguments::from_args();
    // half of what they do is to wait
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let told = std::env::var("RUST_TEST_THREADS").ok().and_then(|threads| threads.parse().ok());
    args.test_threads = args.test_threads.or(told).or(Some(2 * cores));
    let trials = [
        // the longest first
        rights::trials(),
        in_cluster::trials(),
        upkeep::trials(),
        supervision::trials(),
        servers::trials(),
        cluster_list::trials(),
        live::trials(),
        lost::trials(),
        folder::trials(),
        source::trials(),
        preflight::trials(),
        reviews::trials(),
        credentials::trials(),
        removal::trials(),
        stubs::trials(),
        install::trials(),
    ];
    let mut trials: Vec<_> = trials.into_iter().flatten().collect();
    // those that want the pair to themselves last: one of them in the midst would stop the others again and again
    trials.sort_by_key(|trial| trial.kind() == pair::ALONE);
    let conclusion = libtest_mimic::run(&args, trials);
    pair::end();
    conclusion.exit_code()
}
