//! The pairs of clusters that the tests of a run share, and what makes a function a test.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed, Trial};
use tokio::runtime::{Builder, Runtime};

use crate::cluster::{Assets, Cluster, Settings};

/// `gke` and `on-prem`, as in the talk.
pub struct Pair {
    pub gke: Cluster,
    pub on_prem: Cluster,
}

const GKE: Settings = Settings {
    name: "gke",
    services: "10.96.0.0/16",
    advertised: "192.0.2.1",
    covered: "192.0.2.1",
    controllers: false,
};
pub const ON_PREM: Settings =
    Settings { name: "on-prem", services: "10.97.0.0/16", advertised: "192.0.2.2", covered: "192.0.2.2", ..GKE };
const THIRD: Settings =
    Settings { name: "third", services: "10.98.0.0/16", advertised: "192.0.2.3", covered: "192.0.2.3", ..GKE };

type Started = Result<Arc<Pair>, String>;

/// A pair, started by the first test that asks for it.
struct Slot {
    pair: RwLock<Option<Started>>,
    /// Held for reading by tests that share the pair, for writing by one that breaks it.
    used: RwLock<()>,
}

impl Slot {
    const fn new() -> Self {
        Self { pair: RwLock::new(None), used: RwLock::new(()) }
    }
}

/// Tests that share a pair share the first. One that needs a pair to itself takes the first that is free, from the end: three
/// of them go at once, and two go beside those that share.
static SLOTS: [Slot; 3] = [const { Slot::new() }; 3];

/// A runtime of a test, or of the set-up.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs `test` where the programs are there. Else the trial is skipped, with the reason, or fails where nothing may be.
fn where_there_is(programs: &[&str], test: impl FnOnce(&Assets) -> Result<(), Failed>) -> Result<Completion, Failed> {
    match Assets::find(programs) {
        Ok(assets) => test(&assets).map(|()| Completion::Completed),
        Err(why) if std::env::var("MESHCTL_TESTS").is_ok_and(|v| v == "require") => Err(Failed::from(why)),
        Err(why) => Ok(Completion::ignored_with(why)),
    }
}

/// The pair of a slot.
fn pair(slot: &Slot, assets: &Assets) -> Started {
    let mut pair = slot.pair.write().unwrap_or_else(PoisonError::into_inner);
    pair.get_or_insert_with(|| {
        let start = Instant::now();
        let (gke, on_prem) = runtime()
            .block_on(async { tokio::join!(Cluster::start_new(GKE, assets), Cluster::start_new(ON_PREM, assets)) });
        eprintln!("two API servers are ready after {:.1} s", start.elapsed().as_secs_f64());
        Ok(Arc::new(Pair { gke: gke?, on_prem: on_prem? }))
    })
    .clone()
}

/// Ends the clusters. Statics are not dropped at the end of a process; the supervisors would see to it, but later.
pub fn end() {
    for slot in &SLOTS {
        slot.pair.write().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// A test's hold on the pair it uses.
enum Turn {
    Shared(#[allow(dead_code)] RwLockReadGuard<'static, ()>),
    Alone(#[allow(dead_code)] RwLockWriteGuard<'static, ()>),
}

impl Turn {
    /// Beside the others that share the first pair.
    fn shared() -> (Self, &'static Slot) {
        let slot = &SLOTS[0];
        (Self::Shared(slot.used.read().unwrap_or_else(PoisonError::into_inner)), slot)
    }

    /// Waits for a pair that nobody uses.
    fn alone() -> (Self, &'static Slot) {
        loop {
            for slot in SLOTS.iter().rev() {
                match slot.used.try_write() {
                    Ok(guard) => return (Self::Alone(guard), slot),
                    Err(TryLockError::Poisoned(poisoned)) => return (Self::Alone(poisoned.into_inner()), slot),
                    Err(TryLockError::WouldBlock) => {}
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn trial<F, Fut>(name: &str, alone: bool, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    let named = name.to_owned();
    Trial::ignorable_test(name, move || {
        where_there_is(&["etcd", "kube-apiserver"], |assets| {
            let (_turn, slot) = if alone { Turn::alone() } else { Turn::shared() };
            let pair = pair(slot, assets)?;
            let start = Instant::now();
            runtime().block_on(test(pair));
            eprintln!("{named}: {:.1} s", start.elapsed().as_secs_f64());
            Ok(())
        })
    })
}

/// A test that shares the pair with others, in namespaces of its own.
pub fn shared<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    trial(name, false, test)
}

/// A test as of [`shared`] that has one more cluster.
pub fn shared_with_another<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>, Cluster) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    shared(name, async |pair| test(pair, another(THIRD).await).await)
}

/// A cluster of a test's own, besides a pair.
async fn another(settings: Settings) -> Cluster {
    let assets = Assets::find(&["etcd", "kube-apiserver"]).expect("the pair was started with them");
    Cluster::start_new(settings, &assets).await.unwrap()
}

/// The kind of the tests of [`alone`].
pub const ALONE: &str = "alone";

/// A test that has the pair to itself, because it breaks a cluster for a while.
pub fn alone<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    trial(name, true, test).with_kind(ALONE)
}

/// A test as of [`alone`] that has one more cluster.
pub fn alone_with_another<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>, Cluster) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    alone_with(THIRD, name, test)
}

/// The same, where the certificate of the other cluster's API server is not for the address that it advertises.
pub fn alone_with_an_uncovered<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>, Cluster) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    alone_with(Settings { covered: "192.0.2.33", ..THIRD }, name, test)
}

fn alone_with<F, Fut>(settings: Settings, name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>, Cluster) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    alone(name, async |pair| test(pair, another(settings).await).await)
}

/// A test as of [`alone`] that takes minutes: it runs where `MESHCTL_TESTS_ALL` is set, as `tests/run --all` does.
pub fn patient<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    match std::env::var_os("MESHCTL_TESTS_ALL") {
        Some(_) => alone(name, test),
        None => Trial::ignorable_test(name, || Ok(Completion::ignored_with("tests/run --all runs it"))),
    }
}

/// A test with a cluster of its own that has kube-controller-manager.
pub fn with_controllers<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Cluster) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    Trial::ignorable_test(name, move || {
        where_there_is(&["etcd", "kube-apiserver", "kube-controller-manager"], |assets| {
            let settings = Settings { name: "controlled", controllers: true, ..GKE };
            runtime().block_on(async {
                let cluster = Cluster::start_new(settings, assets).await?;
                test(cluster).await;
                Ok(())
            })
        })
    })
}
