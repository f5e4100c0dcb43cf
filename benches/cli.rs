//! What the command line costs: how long `meshctl --help` takes, how long and how much memory a filter on a dump of 50 MB
//! takes, and how large the binary is. `cargo bench --bench cli`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

mod figures;
#[path = "../tests/it/peak.rs"]
mod peak;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use figures::{at_most, built, ms, percentile, times};
use serde_json::Value;

const MEGABYTE: f64 = 1e6;

fn main() {
    println!("{}", built());
    help();
    dump();
    size();
}

/// The binary that was built with this, in a home where nothing is.
fn meshctl(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
    command.current_dir(home).env_clear().env("HOME", home).stdin(Stdio::null());
    command
}

fn run(home: &Path, args: &[&str]) {
    let done = meshctl(home).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(done.success(), "{args:?}: {done}");
}

fn help() {
    let home = tempfile::tempdir().unwrap();
    // the first ones bring the binary into memory
    times(10, || run(home.path(), &["--help"]));
    let mut all = times(201, || run(home.path(), &["--help"]));
    println!("{}", at_most("meshctl --help, p50", ms(percentile(&mut all, 50)), 10.0, "ms"));
    println!("  p99: {:.2} ms", ms(percentile(&mut all, 99)));
}

/// A dump of so many bytes, of clusters as a real Envoy shows them, each with a name of its own; returns their number.
fn write_dump(path: &Path, bytes: usize) -> usize {
    let real = include_bytes!("../tests/fixtures/dumps/envoy-1.40.json");
    let real: Value = serde_json::from_slice(real).unwrap();
    let clusters = real["configs"].as_array().unwrap().iter().find_map(|c| c["dynamic_active_clusters"].as_array());
    let cluster = clusters.and_then(|all| all.first()).expect("the dump holds clusters");
    let name = cluster["cluster"]["name"].as_str().unwrap();
    let text = serde_json::to_string_pretty(cluster).unwrap();
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let ty = "type.googleapis.com/envoy.admin.v3.ClustersConfigDump";
    let head = format!(r#"{{"configs":[{{"@type":"{ty}","dynamic_active_clusters":["#);
    file.write_all(head.as_bytes()).unwrap();
    let (mut written, mut count) = (head.len(), 0);
    while written < bytes {
        let comma = if count == 0 { "" } else { ",\n" };
        let one = text.replace(name, &format!("outbound|9080||svc-{count}.default.svc.cluster.local"));
        write!(file, "{comma}{one}").unwrap();
        (written, count) = (written + comma.len() + one.len(), count + 1);
    }
    file.write_all(b"]}]}").unwrap();
    file.flush().unwrap();
    count
}

fn dump() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("dump.json");
    let count = write_dump(&path, 50_000_000);
    println!("a dump of {:.1} MB with {count} clusters", std::fs::metadata(&path).unwrap().len() as f64 / MEGABYTE);
    let file = path.to_str().unwrap();
    let filter = ["--fqdn", "svc-7.default.svc.cluster.local"];
    for (what, more) in [("filtered", &filter[..]), ("whole", &[])] {
        let args = [&["proxy-config", "clusters", "-f", file][..], more].concat();
        let mut all = times(7, || run(home.path(), &args));
        let what = format!("proxy-config clusters -f, {what}");
        println!("{}", at_most(&format!("{what}, p50"), percentile(&mut all, 50).as_secs_f64(), 0.4, "s"));
        let args = [&["proxy-config", "clusters"][..], more].concat();
        let (kib, text) = peak::peak(meshctl(home.path()), &path, &args);
        assert!(text.contains("svc-7.default.svc.cluster.local"), "{args:?}");
        println!("{}", at_most(&format!("{what}, peak memory"), kib as f64 * 1024.0 / MEGABYTE, 60.0, "MB"));
    }
}

fn size() {
    let bytes = std::fs::metadata(env!("CARGO_BIN_EXE_meshctl")).unwrap().len();
    println!("{}", at_most("the binary", bytes as f64 / MEGABYTE, 30.0, "MB"));
}
