//! A process that has no file descriptor left to accept with.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use meshctl::adapters::serve::{bind, plain_incoming};
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;

use super::wire::DEADLINE;

const FOLDER: &str = "MESHCTL_TEST_DESCRIPTORS";

/// The server that runs out: echoes on every connection; nothing at all where no folder is named to it.
#[test]
fn in_a_process_of_its_own() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        // complete when it has its name
        std::fs::write(Path::new(&folder).join("part"), address).unwrap();
        std::fs::rename(Path::new(&folder).join("part"), Path::new(&folder).join("address")).unwrap();
        let mut incoming = std::pin::pin!(plain_incoming(listener, CancellationToken::new()));
        while let Some(stream) = incoming.next().await {
            let mut stream = stream.unwrap();
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
}

#[test]
fn a_listener_without_descriptors_waits_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 32 && exec \"$0\" --exact serve::descriptors::in_a_process_of_its_own"])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let address = loop {
        if let Ok(address) = std::fs::read_to_string(folder.path().join("address")) {
            break address;
        }
        assert!(start.elapsed() < DEADLINE && child.try_wait().unwrap().is_none(), "no server");
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut first = TcpStream::connect(&address).unwrap();
    echoes(&mut first, DEADLINE).expect("an answer on the first connection");
    let mut crowd: Vec<_> = (0..60).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let starved = crowd.last_mut().unwrap();
    assert!(echoes(starved, Duration::from_millis(300)).is_err(), "the server has descriptors to spare");

    let before = ticks(child.id());
    std::thread::sleep(Duration::from_secs(1));
    let spent = ticks(child.id()) - before;
    // a loop that spins takes the hundred that a second has
    assert!(spent <= 20, "{spent} hundredths of a second");
    echoes(&mut first, DEADLINE).expect("an answer while there are no descriptors");

    drop(crowd);
    let mut late = TcpStream::connect(&address).unwrap();
    echoes(&mut late, DEADLINE).expect("an answer once there are descriptors again");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn echoes(stream: &mut TcpStream, within: Duration) -> std::io::Result<()> {
    stream.set_read_timeout(Some(within))?;
    stream.write_all(b"x")?;
    stream.read_exact(&mut [0])
}

/// Processor time so far, in hundredths of a second.
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
