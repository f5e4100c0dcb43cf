//! `meshctl discovery`, a process over file clusters, feeding real Envoys: what they take, where calls go, and what happens
//! when the mesh, the proxy or discovery itself changes.

mod backends;
mod bound;
mod mesh;
mod nack;
mod order;
mod pilot;
mod proxy;
mod restart;
mod slow;
mod status;
mod takes;
mod traffic;
mod warming;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use crate::envoy::envoys;

/// Which variant of xDS a proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Delta,
    Sotw,
}

/// So many tests of this file at a time, which mostly wait: few Envoys, and threads are left for the others.
static TURNS: [Mutex<()>; 3] = [const { Mutex::new(()) }; 3];

/// Waits for a turn.
fn turn() -> MutexGuard<'static, ()> {
    loop {
        for turn in &TURNS {
            match turn.try_lock() {
                Ok(guard) => return guard,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a test on every Envoy, with either variant.
fn on_every_envoy(test: impl Fn(&Path, Mode)) {
    run(&envoys(), test);
}

/// Runs a test on the newest Envoy, with either variant: for what does not depend on its version.
fn on_newest_envoy(test: impl Fn(&Path, Mode)) {
    let envoys = envoys();
    run(&envoys[..envoys.len().min(1)], test);
}

fn run(envoys: &[std::path::PathBuf], test: impl Fn(&Path, Mode)) {
    let _turn = turn();
    for envoy in envoys {
        for mode in [Mode::Delta, Mode::Sotw] {
            eprintln!("{mode:?} on {}", envoy.display());
            test(envoy, mode);
        }
    }
}

/// How long anything may take that must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// Asks until there is an answer; what was last in its way, where there is none in time.
#[track_caller]
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(last) => assert!(Instant::now() < deadline, "{what}: not within {DEADLINE:?}; at last: {last}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Asks until the answer is this one.
#[track_caller]
fn becomes<T: PartialEq + std::fmt::Debug>(what: &str, want: T, mut ask: impl FnMut() -> T) {
    eventually(what, || match ask() {
        got if got == want => Ok(()),
        got => Err(format!("{got:?}, where {want:?} is wanted")),
    });
}
