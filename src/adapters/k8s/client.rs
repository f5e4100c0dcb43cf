//! From a kubeconfig to a client, without letting kube run anything: it executes plugins three times, blocking, and
//! prints their output.

#![expect(clippy::disallowed_methods, reason = "it times its own waits")]

use std::sync::Arc;
use std::time::Duration;

use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::K8sError;
use super::spacing::Spacing;
use super::{credentials, plugin};
use crate::data::model::Secret;

/// How long a TCP and TLS connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// A failure to make a client is everybody's answer for so long: a plugin runs once, not once per kind.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether credential plugins of a kubeconfig may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plugins {
    /// They may: the file is the user's own.
    Run,
    /// They may not: the file came from somewhere else.
    Refuse,
}

/// Makes clients of one cluster, and shares the one that works.
#[derive(Debug)]
pub struct Connector {
    kubeconfig: Arc<Secret<Kubeconfig>>,
    plugins: Plugins,
    since: Instant,
    current: Mutex<Current>,
}

#[derive(Default)]
struct Current {
    epoch: u64,
    client: Option<kube::Client>,
    /// The kubeconfig with the credentials that its plugin gave; they outlive a client whose server does not answer.
    prepared: Option<Kubeconfig>,
    failed: Option<(Instant, K8sError)>,
    spacing: Spacing,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Connector {
    /// A connector for the kubeconfig's current context. Nothing is contacted or executed yet.
    pub fn new(kubeconfig: Arc<Secret<Kubeconfig>>, plugins: Plugins) -> Self {
        Self { kubeconfig, plugins, since: Instant::now(), current: Mutex::new(Current::default()) }
    }

    /// The shared client and its epoch; it is made where there is none. A plugin that was run a moment ago is not run again: the
    /// error of then is the answer.
    ///
    /// # Errors
    /// [`K8sError::Config`], [`K8sError::Plugin`], or why the credentials were discarded.
    pub async fn client(&self) -> Result<(u64, kube::Client), K8sError> {
        let mut current = self.current.lock().await;
        if let Some(client) = &current.client {
            return Ok((current.epoch, client.clone()));
        }
        let kubeconfig = match current.prepared.clone() {
            Some(prepared) => prepared,
            None => self.prepared(&mut current).await?,
        };
        match connect(kubeconfig.clone()).await {
            Ok(client) => {
                (current.epoch, current.failed) = (current.epoch + 1, None);
                (current.prepared, current.client) = (Some(kubeconfig), Some(client.clone()));
                Ok((current.epoch, client))
            }
            Err(error) => {
                (current.prepared, current.failed) = (None, Some((Instant::now(), error.clone())));
                Err(error)
            }
        }
    }

    /// The kubeconfig with credentials in the place of a plugin.
    async fn prepared(&self, current: &mut Current) -> Result<Kubeconfig, K8sError> {
        let mut kubeconfig = self.kubeconfig.expose().clone();
        let plugin = asks_for_a_plugin(&kubeconfig);
        if let Some((at, error)) = &current.failed {
            let pause = if plugin { !current.spacing.may_run(self.since.elapsed()) } else { at.elapsed() < PAUSE };
            if pause {
                return Err(error.clone());
            }
        }
        let result = prepare(&mut kubeconfig, self.plugins).await;
        if plugin {
            current.spacing.ran(self.since.elapsed(), result.is_ok());
        }
        match result {
            Ok(()) => Ok(kubeconfig),
            Err(error) => {
                current.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Forgets the client of this epoch: its connections hang, or its credentials are used up. The next one to ask gets
    /// a new one; a plugin runs for it only where the server did not accept what the plugin gave.
    pub async fn discard(&self, epoch: u64, why: &K8sError) {
        let mut current = self.current.lock().await;
        if current.epoch != epoch || current.client.is_none() {
            return;
        }
        current.client = None;
        if *why == K8sError::Unauthorized {
            current.prepared = None;
            if asks_for_a_plugin(self.kubeconfig.expose()) {
                current.failed = Some((Instant::now(), why.clone()));
            }
        }
    }
}

/// Whether the kubeconfig names a plugin that is run.
fn asks_for_a_plugin(kubeconfig: &Kubeconfig) -> bool {
    kubeconfig.auth_infos.iter().filter_map(|named| named.auth_info.as_ref()).any(|auth| auth.exec.is_some())
}

/// Makes a client for the current context.
async fn connect(kubeconfig: Kubeconfig) -> Result<kube::Client, K8sError> {
    // CA and key files are read, and certificates parsed: not on the runtime's threads
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let kubeconfig = inlined(kubeconfig)?;
        let options = KubeConfigOptions::default();
        // the error's own words may quote the file
        let mut config = runtime
            .block_on(kube::Config::from_custom_kubeconfig(kubeconfig, &options))
            .map_err(|_| K8sError::Config("its server, CA, certificate, key or proxy cannot be used".into()))?;
        config.connect_timeout = Some(CONNECT);
        config.read_timeout = None;
        config.default_retry = false;
        if config.auth_info.exec.is_some() || config.auth_info.auth_provider.is_some() {
            return Err(K8sError::Config("its plugin was not replaced by credentials".into()));
        }
        kube::Client::try_from(config).map_err(K8sError::from)
    })
    .await
    .map_err(|_| K8sError::Config("making the client failed".into()))?
}

/// Checks the cluster and the user of the current context, and reads the certificates and keys that they name into it: at each
/// new client anew, as kube would.
fn inlined(mut kubeconfig: Kubeconfig) -> Result<Kubeconfig, K8sError> {
    let current = kubeconfig.current_context.as_ref();
    let context = kubeconfig.contexts.iter().find(|c| Some(&c.name) == current).and_then(|c| c.context.clone());
    let Some(context) = context else { return Ok(kubeconfig) };
    let cluster = kubeconfig.clusters.iter_mut().find(|c| c.name == context.cluster).and_then(|c| c.cluster.as_mut());
    let user = kubeconfig.auth_infos.iter_mut().find(|u| Some(&u.name) == context.user.as_ref());
    if let Some(cluster) = cluster {
        let auth = user.and_then(|u| u.auth_info.as_mut());
        credentials::inline(cluster, auth.unwrap_or(&mut AuthInfo::default())).map_err(K8sError::Config)?;
    }
    Ok(kubeconfig)
}

/// Replaces plugins by the credentials that they give.
async fn prepare(kubeconfig: &mut Kubeconfig, plugins: Plugins) -> Result<(), K8sError> {
    let context = kubeconfig.current_context.clone();
    let context =
        kubeconfig.contexts.iter().find(|c| Some(&c.name) == context.as_ref()).and_then(|c| c.context.clone());
    let Some(context) = context else { return Err(K8sError::Config("it has no current context".into())) };
    let cluster = kubeconfig
        .clusters
        .iter()
        .find(|c| c.name == context.cluster)
        .and_then(|c| c.cluster.clone())
        .unwrap_or_default();
    for named in &mut kubeconfig.auth_infos {
        let used = Some(&named.name) == context.user.as_ref();
        let Some(auth) = &mut named.auth_info else { continue };
        let (exec, provider) = (auth.exec.take(), auth.auth_provider.take());
        if !used {
            continue;
        }
        if plugins == Plugins::Refuse && (exec.is_some() || provider.is_some()) {
            return Err(K8sError::Config("it asks for a plugin, which is refused".into()));
        }
        if let Some(provider) = provider {
            legacy(auth, &provider)?;
        }
        if let Some(exec) = exec.filter(|_| !has_own_credentials(auth)) {
            plugin::run(&exec, &cluster, auth).await?;
        }
    }
    Ok(())
}

/// As client-go: what stands in the file wins over the plugin.
fn has_own_credentials(auth: &AuthInfo) -> bool {
    auth.token.is_some() || auth.token_file.is_some() || auth.username.is_some()
}

/// `auth-provider`: Kubernetes 1.26 removed all of them but `oidc`, and kube would execute the command of `gcp`.
fn legacy(auth: &mut AuthInfo, provider: &kube::config::AuthProviderConfig) -> Result<(), K8sError> {
    match (provider.name.as_str(), provider.config.get("id-token")) {
        ("oidc", Some(token)) => {
            auth.token = Some(token.clone().into());
            Ok(())
        }
        _ => Err(K8sError::Config("its auth-provider is not supported; Kubernetes replaced it by exec plugins".into())),
    }
}
