//! The pair of clusters that all tests of a run share, and what makes a function a test.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use libtest_mimic::{Completion, Failed, Trial};
use tokio::runtime::{Builder, Runtime};

use crate::assets::Assets;
use crate::cluster::Cluster;
use crate::files::Settings;
use crate::image::Archive;
use crate::logs::told_on_panic;
use crate::world;

/// `gke` and `on-prem`, as in the talk; pods of both reach each other.
pub struct Pair {
    pub gke: Cluster,
    pub on_prem: Cluster,
}

impl Pair {
    pub fn both(&self) -> [&Cluster; 2] {
        [&self.gke, &self.on_prem]
    }

    /// A namespace of the same name in both.
    pub async fn namespace(&self, name: &str) {
        tokio::join!(self.gke.namespace(name), self.on_prem.namespace(name));
    }
}

pub const GKE: Settings = Settings { name: "gke", number: 1 };
const ON_PREM: Settings = Settings { name: "on-prem", number: 2 };

type Started = Result<Arc<Pair>, String>;

static PAIR: RwLock<Option<Started>> = RwLock::new(None);

/// A runtime of a test, or of the set-up.
pub fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The pair, started by the first test that asks.
fn pair(assets: &Assets) -> Started {
    let mut slot = PAIR.write().unwrap_or_else(PoisonError::into_inner);
    slot.get_or_insert_with(|| {
        let (start, images) = (Instant::now(), Archive::default());
        let (gke, on_prem) = runtime().block_on(async {
            tokio::join!(Cluster::start(GKE, assets, images.clone()), Cluster::start(ON_PREM, assets, images.clone()))
        });
        eprintln!("two clusters with nodes are ready after {:.1} s", start.elapsed().as_secs_f64());
        Ok(Arc::new(Pair { gke: gke?, on_prem: on_prem? }))
    })
    .clone()
}

/// Ends the clusters. Statics are not dropped at the end of a process; the world's end would see to it, too.
pub fn end() {
    PAIR.write().unwrap_or_else(PoisonError::into_inner).take();
}

/// Runs `test` where everything is there. Else the trial is skipped, with the reason, or fails where nothing may be.
pub fn where_possible(test: impl FnOnce(&Assets) -> Result<(), Failed>) -> Result<Completion, Failed> {
    match world::needs() {
        Ok(assets) => test(&assets).map(|()| Completion::Completed),
        Err(why) if std::env::var("MESHCTL_TESTS").is_ok_and(|v| v == "require") => Err(Failed::from(why)),
        Err(why) => Ok(Completion::ignored_with(why)),
    }
}

/// A test that shares the pair with others, in namespaces of its own.
pub fn shared<F, Fut>(name: &str, test: F) -> Trial
where
    F: FnOnce(Arc<Pair>) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    Trial::ignorable_test(name, move || {
        where_possible(|assets| {
            let pair = pair(assets)?;
            told_on_panic(|| runtime().block_on(test(pair)));
            Ok(())
        })
    })
}
