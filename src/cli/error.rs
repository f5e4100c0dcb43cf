//! The one page that decides how every error looks: a sentence, a hint, an exit code.

use super::output::Output;

/// An error as the user reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    message: String,
    hints: Vec<String>,
    code: u8,
}

impl CliError {
    /// An action that is not, or not fully, done: exit 1. The sentence says what was being done to what, and why it failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), code: 1 }
    }

    /// Usage, unreadable input, or somebody who could not be asked: exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), code: 2 }
    }

    /// All that is wrong with a registry, as one error: exit 2.
    pub fn registry_problems(registry: &crate::adapters::registry::Registry) -> Self {
        let lines: Vec<String> = registry.problems.iter().map(|p| format!("\n  {p}")).collect();
        let dir = registry.dir.display();
        Self::usage(format!("reading the registry {dir} found what it cannot use:{}", lines.concat()))
            .hint("mend these files, or move them out of the directory")
    }

    /// Adds the next command to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Prints it, and returns the exit code.
    pub fn show(&self, out: &Output) -> u8 {
        out.error(&self.message);
        for hint in &self.hints {
            out.hint(hint);
        }
        self.code
    }
}

/// Shows what clap has to say: help and version on stdout with 0, usage errors on stderr with 2.
pub(super) fn usage(error: &clap::Error) -> u8 {
    let _ = error.print();
    if error.use_stderr() { 2 } else { 0 }
}

impl From<crate::data::yaml::YamlError> for CliError {
    fn from(e: crate::data::yaml::YamlError) -> Self {
        CliError::failed(format!("writing YAML failed: {e}"))
    }
}

impl From<crate::workflows::install::InstallError> for CliError {
    fn from(e: crate::workflows::install::InstallError) -> Self {
        use crate::pure::manifest::ImageError;
        use crate::workflows::install::InstallError as E;
        let out = CliError::usage(e.to_string());
        match e {
            E::Registry { .. } => out.hint("meshctl cluster list shows every entry"),
            E::NoClusters(_) => out.hint("put a kubeconfig or a folder of manifests into it"),
            E::PrimaryMoves { recorded, .. } => {
                out.hint(format!("keep it with --primary {recorded}, or move it with --move-primary"))
            }
            E::Image(ImageError::Unknown) => out
                .hint("name one: --hub registry.example.com/mesh --tag TAG, or image in mesh.yaml")
                .hint("or build one and load it: docker build -t meshctl:dev . && kind load docker-image meshctl:dev")
                .hint("then --tag dev"),
            E::Image(ImageError::NoTag(_)) => out.hint("add --tag TAG or --digest sha256:…"),
            E::Trust { .. } => out.hint("meshctl ca init makes what is missing; --ca DIR names another folder"),
            E::ForeignFolder { .. } => out.hint("name an empty folder, or one that this command wrote"),
            E::Directory(e) => e.into(),
            E::Yaml(_) => CliError::failed(out.message),
            E::UnknownCluster { .. } | E::Values(_) | E::Image(_) | E::Render { .. } | E::Read { .. } => out,
        }
    }
}

impl From<crate::adapters::registry::RegistryError> for CliError {
    fn from(e: crate::adapters::registry::RegistryError) -> Self {
        CliError::usage(e.to_string()).hint("name the directory of kubeconfigs with --registry DIR or MESHCTL_REGISTRY")
    }
}

impl From<crate::adapters::registry::AddError> for CliError {
    fn from(e: crate::adapters::registry::AddError) -> Self {
        use crate::adapters::registry::AddError as E;
        let error = CliError::usage(format!("adding the cluster failed: {e}"));
        match e {
            E::Context { known, .. } if known.is_empty() => error.hint("name another file with --kubeconfig FILE"),
            E::Context { known, .. } => known.into_iter().fold(error, |e, name| e.hint(format!("--context {name}"))),
            E::Taken { .. } => error.hint("choose another id, or take that entry out of the directory"),
            E::SameServer { .. } => error.hint("a cluster is in a registry once: name another --context"),
            E::File { .. } | E::Unusable { .. } => {
                error.hint("kubectl config get-contexts shows what kubectl makes of it")
            }
            E::Registry(e) => e.into(),
            E::Files(e) => e.into(),
        }
    }
}

impl From<crate::roles::discovery::DiscoveryError> for CliError {
    fn from(e: crate::roles::discovery::DiscoveryError) -> Self {
        use crate::roles::discovery::DiscoveryError;
        match e {
            DiscoveryError::Registry(e) => e.into(),
            DiscoveryError::Serve(e) => e.into(),
            DiscoveryError::Thread(_) => CliError::failed(e.to_string()),
        }
    }
}

impl From<crate::adapters::files::FilesError> for CliError {
    fn from(e: crate::adapters::files::FilesError) -> Self {
        if e.is_write() { CliError::failed(e.to_string()) } else { CliError::usage(e.to_string()) }
    }
}

impl From<crate::workflows::ca::CaFolderError> for CliError {
    fn from(e: crate::workflows::ca::CaFolderError) -> Self {
        use crate::pure::ca::PlanError;
        use crate::workflows::ca::CaFolderError;
        let message = e.to_string();
        match e {
            CaFolderError::Foreign(_) => CliError::usage(message).hint("name a new folder with --dir"),
            CaFolderError::Files(e) => e.into(),
            CaFolderError::Refused(dir, errors) => {
                let usage = errors.iter().any(PlanError::is_usage);
                let error = if usage { CliError::usage(message) } else { CliError::failed(message) };
                let mut hints: Vec<_> = errors.iter().filter_map(|e| e.hint(&dir.display().to_string())).collect();
                hints.dedup();
                hints.into_iter().fold(error, CliError::hint)
            }
        }
    }
}

impl From<crate::workflows::proxies::TargetError> for CliError {
    fn from(e: crate::workflows::proxies::TargetError) -> Self {
        use crate::workflows::proxies::TargetError;
        let error = CliError::usage(format!("finding the proxy failed: {e}"));
        let hints = match e {
            TargetError::NotFound { near, .. } => near.into_iter().map(|n| format!("perhaps {n}")).collect(),
            TargetError::Ambiguous { candidates, .. } => candidates,
            TargetError::NoCluster { known, .. } => vec![format!("the clusters are {}", known.join(", "))],
            TargetError::Kind(_) => vec!["pod, svc, deploy, sts, ds, rs, job or app, then /NAME".to_owned()],
            TargetError::Empty => vec!["name a pod, an app label, a workload or a service".to_owned()],
        };
        hints.into_iter().fold(error, CliError::hint)
    }
}

impl From<crate::workflows::proxies::EndpointError> for CliError {
    fn from(e: crate::workflows::proxies::EndpointError) -> Self {
        use crate::workflows::proxies::EndpointError;
        let error = CliError::usage(format!("finding the endpoints failed: {e}"));
        let hints = match e {
            EndpointError::NotFound { near, .. } => near.into_iter().map(|n| format!("perhaps {n}")).collect(),
            EndpointError::Ambiguous { candidates, .. } => candidates,
            EndpointError::NoPort { known, .. } => known,
            EndpointError::NoCluster { known, .. } => vec![format!("the clusters are {}", known.join(", "))],
            EndpointError::Empty => vec!["NAME, NAME.NS or HOST, each with :PORT; or HOST|PORTNAME".to_owned()],
            EndpointError::Json(_) => Vec::new(),
        };
        hints.into_iter().fold(error, CliError::hint)
    }
}

impl From<crate::workflows::proxies::SourceError> for CliError {
    fn from(e: crate::workflows::proxies::SourceError) -> Self {
        use crate::adapters::k8s::K8sError;
        use crate::workflows::proxies::{Origin, SourceError};
        let error = CliError::usage(e.to_string());
        match e {
            SourceError::Unreachable { origin: Origin::Pilot(_), .. } => {
                error.hint("is it there? kubectl -n istio-system port-forward deploy/istio-pilot 8080, or --from registry to compute it here")
            }
            SourceError::Forward { ref origin, ref why, .. } => match (why, origin) {
                (K8sError::Forbidden(_), _) => error.hint("it takes get and create of pods/portforward in that namespace"),
                (K8sError::Peer { .. }, Origin::EnvoyPod(_)) => {
                    error.hint("has the pod a sidecar? --from registry computes what its proxy would get")
                }
                (K8sError::NotFound, _) => error.hint("is the pod still there? kubectl get pods -A"),
                _ => error.hint("look at the cluster: meshctl cluster list"),
            },
            SourceError::NoWay { .. } => error.hint("--from registry computes here what its proxy would get"),
            SourceError::NoPilot(_) => {
                error.hint("name one: PILOT_URL=127.0.0.1:8080; or --from registry to compute it here")
            }
            SourceError::Unreachable { .. } => error.hint("is it there? kubectl port-forward POD 15000"),
            SourceError::Url { .. } => error.hint("HOST:PORT, with or without http://"),
            SourceError::Status { .. } | SourceError::Answer { .. } => error.hint("is that the right port?"),
            SourceError::NoAddress { .. } => error.hint("wait until it has one, or name another pod"),
}
    }
}

impl From<crate::adapters::serve::ServeError> for CliError {
    fn from(e: crate::adapters::serve::ServeError) -> Self {
        use crate::adapters::serve::ServeError;
        match e {
            ServeError::Bind { .. } => {
                CliError::failed(e.to_string()).hint("choose another address, or port 0 for a free one")
            }
            ServeError::Files(_)
            | ServeError::NotPem { .. }
            | ServeError::Root { .. }
            | ServeError::Key { .. }
            | ServeError::Chain { .. } => CliError::usage(e.to_string())
                .hint("name a certificate with its chain, its key, and the mesh's root, all in PEM"),
            ServeError::Serve { .. } | ServeError::Signals(_) => CliError::failed(e.to_string()),
        }
    }
}

impl From<crate::workflows::demo::DemoError> for CliError {
    fn from(e: crate::workflows::demo::DemoError) -> Self {
        use crate::workflows::demo::DemoError;
        let failed = CliError::failed(e.to_string());
        match e {
            DemoError::Foreign(_) => {
                CliError::usage(e.to_string()).hint("name a new folder: meshctl demo --dir ./demo")
            }
            DemoError::Files(e) => e.into(),
            DemoError::Late { .. } => failed.hint("look into it while it stays: meshctl demo --dir ./demo"),
            DemoError::Proxy(_) => failed.hint("keep its log: meshctl demo --dir ./demo"),
            _ => failed,
        }
    }
}
