//! A TCP proxy inside the test: what it forwards can be cut, silenced and restored. It is how tests partition a cluster.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the proxy does with connections, old and new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Forward,
    /// Accepts and forwards nothing; what was read waits for better times, as on a line that drops every packet.
    Silent,
    /// Ends every connection at once.
    Cut,
    /// The proxy itself is gone.
    Gone,
}

struct State {
    mode: Mode,
    live: Vec<TcpStream>,
    /// How many connections there have been.
    accepted: usize,
    /// Connections before this number hear nothing any more.
    stranded: usize,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, mode: Mode) {
        let mut state = self.lock();
        state.mode = mode;
        if matches!(mode, Mode::Cut | Mode::Gone) {
            for stream in state.live.drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        self.changed.notify_all();
    }

    /// Waits while the line of a connection is silent, and says whether it may go on.
    fn may_forward(&self, connection: usize) -> bool {
        let mut state = self.lock();
        while state.mode == Mode::Silent || (state.mode == Mode::Forward && connection < state.stranded) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.mode == Mode::Forward
    }
}

/// A proxy to one address; it ends, with all its connections, when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Forwards a free port of loopback to `target`.
    pub fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Mutex::new(State { mode: Mode::Forward, live: Vec::new(), accepted: 0, stranded: 0 });
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        let ours = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, target, &ours));
        Self { address, shared }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all connections, and every new one.
    pub fn cut(&self) {
        self.shared.set(Mode::Cut);
    }

    /// Keeps all connections and forwards nothing; new ones are accepted and hear nothing.
    pub fn silence(&self) {
        self.shared.set(Mode::Silent);
    }

    /// Connections that stand hear nothing any more, for ever; new ones are forwarded. So a firewall forgets connections.
    pub fn strand(&self) {
        let mut state = self.shared.lock();
        state.stranded = state.accepted;
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> usize {
        self.shared.lock().accepted
    }

    /// Forwards again, first what waited.
    pub fn restore(&self) {
        self.shared.set(Mode::Forward);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.set(Mode::Gone);
        // wakes the thread that accepts, so that it sees that it is over
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn accept(listener: &TcpListener, target: SocketAddr, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        let connection = {
            let mut state = shared.lock();
            match state.mode {
                Mode::Gone => return,
                Mode::Cut => continue,
                Mode::Forward | Mode::Silent => {}
            }
            state.accepted += 1;
            state.accepted - 1
        };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // a connection that comes while the line is silent reaches nobody until it is restored
            shared.lock().live.extend(client.try_clone());
            if !shared.may_forward(connection) {
                return;
            }
            let Ok(server) = TcpStream::connect_timeout(&target, Duration::from_secs(5)) else { return };
            shared.lock().live.extend(server.try_clone());
            let (Ok(client2), Ok(server2)) = (client.try_clone(), server.try_clone()) else { return };
            let back = Arc::clone(&shared);
            std::thread::spawn(move || copy(server2, client2, &back, connection));
            copy(client, server, &shared, connection);
        });
    }
}

/// Copies one direction until an end closes; both ends are closed then.
fn copy(mut from: TcpStream, mut to: TcpStream, shared: &Shared, connection: usize) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        if !shared.may_forward(connection) || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

/// An address that accepts connections and never says a word: a cluster that is a black hole.
pub struct BlackHole {
    listener: TcpListener,
}

impl BlackHole {
    /// Listens on a free port of loopback.
    pub fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    /// Where nobody answers.
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Whether anybody has connected.
    pub fn was_called(&self) -> bool {
        self.listener.set_nonblocking(true).unwrap();
        self.listener.accept().is_ok()
    }
}
