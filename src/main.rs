//! Parse, run, exit code: nothing else.
#![expect(clippy::disallowed_methods, reason = "the arguments enter here")]

use std::process::ExitCode;

fn main() -> ExitCode {
    // the one TLS provider of the process, before anything can ask for one
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(_) => return ExitCode::FAILURE,
    };
    ExitCode::from(runtime.block_on(meshctl::cli::run(std::env::args_os())))
}
