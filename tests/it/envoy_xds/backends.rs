//! The applications behind the services, and those who call them.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::eventually;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    // every call on a connection of its own: a listener that is gone is noticed
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(Duration::from_secs(20));
    client.build().unwrap()
});

/// A port that nobody listens on, below those that the kernel gives to clients.
pub(super) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + (std::process::id() % 400) as u16 * 50;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % 1_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A server that answers every HTTP/1.1 and HTTP/2 request with its name.
pub(super) fn http(name: &'static str) -> SocketAddr {
    let listener = RUNTIME.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().fallback(move || async move { name });
    RUNTIME.spawn(async move { axum::serve(listener, app).await });
    address
}

/// A server that says its name to whoever connects, and closes.
pub(super) fn tcp(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(name.as_bytes());
        }
    });
    address
}

/// An API server that accepts and never answers.
pub(super) fn black_hole() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    address
}

/// A status and a body.
pub(super) type Answer = (u16, String);

/// Asks a page of a server.
pub(super) fn page(server: SocketAddr, path: &str) -> Result<Answer, String> {
    ask(&format!("http://{server}{path}"), None)
}

/// Calls `host` by the proxy's listener on a port.
pub(super) fn call(port: u16, host: &str) -> Result<Answer, String> {
    ask(&format!("http://127.0.0.1:{port}/"), Some(host))
}

fn ask(url: &str, host: Option<&str>) -> Result<Answer, String> {
    RUNTIME.block_on(async {
        let mut request = CLIENT.get(url);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let response = request.send().await.map_err(|e| format!("{e:?}"))?;
        let status = response.status().as_u16();
        Ok((status, response.text().await.map_err(|e| format!("{e:?}"))?))
    })
}

/// What a server says first to whoever connects to a port.
pub(super) fn greeting(port: u16) -> Result<String, String> {
    let failed = |e: std::io::Error| e.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).map_err(failed)?;
    let mut got = String::new();
    stream.read_to_string(&mut got).map_err(failed)?;
    Ok(got)
}

/// Who answers calls of a host: so many that nobody who may answer is likely to be missed.
pub(super) fn answering(port: u16, host: &str) -> Result<BTreeSet<String>, String> {
    (0..24)
        .map(|_| match call(port, host)? {
            (200, name) => Ok(name),
            other => Err(format!("{host}: {other:?}")),
        })
        .collect()
}

/// Calls that go on in the background.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
    calls: Option<JoinHandle<Vec<Result<Answer, String>>>>,
}

impl Load {
    /// The most calls that are made.
    const MOST: usize = 50_000;
    /// Fewer say nothing.
    const FEWEST: usize = 10;

    /// Starts to call a host, one call after the other.
    pub(super) fn start(port: u16, host: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let made = Arc::new(AtomicUsize::new(0));
        let (host, until, count) = (host.to_owned(), stop.clone(), made.clone());
        let calls = std::thread::spawn(move || {
            let mut answers = Vec::new();
            while answers.len() < Self::MOST && !until.load(Ordering::Relaxed) {
                answers.push(call(port, &host));
                count.store(answers.len(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
            answers
        });
        Self { stop, made, calls: Some(calls) }
    }

    /// Ends the calls: what was answered, in order.
    pub(super) fn end(mut self) -> Vec<Result<Answer, String>> {
        self.stop.store(true, Ordering::Relaxed);
        let answers = self.calls.take().unwrap().join().unwrap();
        assert!(answers.len() < Self::MOST, "the calls ended by themselves");
        answers
    }

    /// Ends the calls, of which none may have failed; how many there were of each answer.
    #[track_caller]
    pub(super) fn all_well(self) -> BTreeSet<String> {
        // on a busy machine they may be slow to come
        eventually("calls are made", || match self.made.load(Ordering::Relaxed) {
            made if made > Self::FEWEST => Ok(()),
            made => Err(format!("only {made}")),
        });
        let answers = self.end();
        let name = |(at, answer): (usize, Result<Answer, String>)| match answer {
            Ok((200, name)) => name,
            other => panic!("call {at}: {other:?}"),
        };
        answers.into_iter().enumerate().map(name).collect()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
