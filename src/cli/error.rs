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

    /// Files of file clusters that cannot be read, as one error: exit 2.
    pub fn broken_files(dir: &std::path::Path, broken: &[String]) -> Self {
        let lines: Vec<String> = broken.iter().map(|p| format!("\n  {p}")).collect();
        let why = "so that nobody knows what these clusters hold; nothing was written anywhere";
        Self::usage(format!("reading the file clusters of {} failed, {why}:{}", dir.display(), lines.concat()))
            .hint("mend these files, or move them out of the cluster's folder")
    }

    /// The same of an action, which is then not, or not fully, done: exit 1.
    #[must_use]
    pub fn of_action(mut self) -> Self {
        self.code = 1;
        self
    }

    /// The same with another sentence.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
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

/// Shows what clap has to say: help and version on stdout with 0, usage errors on stderr with 2, in our own form.
/// `command` is the one that was called, as its words.
pub(super) fn usage(error: &clap::Error, command: &str, out: &Output) -> u8 {
    use clap::error::ErrorKind;
    if !error.use_stderr() {
        let _ = error.print();
        return 0;
    }
    // somebody who said nothing wants to know what there is
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return 2;
    }
    sentence(&error.to_string(), command).show(out)
}

/// clap's report as one sentence and hints: its first paragraph, its tips, and the command whose help says more. The usage line is
/// left to that help.
fn sentence(report: &str, command: &str) -> CliError {
    let (mut message, mut tips) = (String::new(), Vec::new());
    for line in report.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("Usage: ") {
            break;
        }
        match line.strip_prefix("tip: ") {
            Some(tip) => tips.push(tip.to_owned()),
            None if line.starts_with("For more information") => {}
            None => {
                message.push_str(if message.is_empty() { "" } else { " " });
                message.push_str(line.strip_prefix("error: ").unwrap_or(line));
            }
        }
    }
    let said = CliError::usage(format!("reading the command line failed: {message}"));
    tips.into_iter().fold(said, CliError::hint).hint(format!("{command} --help shows what it takes"))
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
            E::NoClusters(_) => out.hint(super::context::EMPTY),
            E::RemovesPrimary(_) => out
                .hint("move it first: meshctl install --primary OTHER --move-primary")
                .hint("or take the whole mesh away: meshctl uninstall"),
            E::PrimaryMoves { recorded, chosen, .. } => out.hint(format!(
                "keep it with --primary {recorded}, or move it: meshctl install --primary {chosen} --move-primary"
            )),
            E::Image(ImageError::Unknown) => out
                .hint("name one: --hub registry.example.com/mesh --tag TAG, or image in mesh.yaml")
                .hint("or build one and load it: docker build -t meshctl:dev . && kind load docker-image meshctl:dev")
                .hint("then --tag dev"),
            E::Image(ImageError::NoTag(_)) => out.hint("add --tag TAG or --digest sha256:…"),
            E::Trust { dir, .. } => out
                .hint("meshctl ca init makes what is missing; --ca DIR names another folder")
                .hint(format!("meshctl ca verify {dir} shows all that is wrong with it")),
            E::NoCa { held, unasked, .. } => match (held.as_slice(), unasked.as_slice()) {
                ([], []) => out
                    .hint("meshctl ca init makes one; --create-ca does both")
                    .hint("--ca DIR names the folder of one that there is"),
                ([], [first, ..]) => out
                    .hint("meshctl ca init makes one; --ca DIR names the folder of one that there is")
                    .hint(format!("--create-ca makes none: cluster {first} could not be asked whether it holds one")),
                ([first, ..], _) => out
                    .hint(format!("name the folder of the CA that cluster {first} holds: --ca DIR"))
                    .hint("meshctl ca init, with --dir DIR, adds there what a cluster lacks"),
            },
            E::Roots { .. } => out
                .hint("name the folder of the CA that the clusters hold: --ca DIR")
                .hint("or remove the Secret istio-system/cacerts of a cluster where nothing trusts its root any more"),
            E::ForeignFolder { .. } => out.hint("name an empty folder, or one that this command wrote"),
            E::Directory(e) => e.into(),
            E::Yaml(_) => CliError::failed(out.message),
            E::UnknownCluster { .. } | E::UnknownPrimary { .. } => out.hint("meshctl cluster list shows every entry"),
            E::NotAFolder(_) => out.hint("name a new or an empty folder, or one that this command wrote"),
            E::Values(e) => values_hints(&e).into_iter().fold(out, CliError::hint),
            E::Image(ImageError::BadPart { .. }) => out.hint(
                "mend --hub, --tag or --digest, or image in mesh.yaml; meshctl manifest images shows the outcome",
            ),
            E::Render { .. } => {
                out.hint("mend it in mesh.yaml or in the values; meshctl manifest generate shows the outcome")
            }
            E::Read { .. } => {
                out.hint("name a file that can be read; meshctl manifest generate shows what it leads to")
            }
        }
    }
}

/// How values are mended.
fn values_hints(error: &crate::pure::manifest::ValuesError) -> Vec<String> {
    use crate::pure::manifest::ValuesError as E;
    let outcome = "meshctl manifest generate shows the outcome, and writes nothing".to_owned();
    match error {
        E::BadSet { .. } => vec!["--set discovery.replicas=3, or a file of values: --values FILE".to_owned()],
        E::UnknownKey { origin, .. } | E::WrongType { origin, .. } | E::Unfit { origin, .. } => {
            vec![
                format!("mend {}", origin.split(' ').next().filter(|w| w.starts_with("--")).unwrap_or(origin)),
                outcome,
            ]
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
            E::File { .. } => error.hint("name a kubeconfig that can be read with --kubeconfig FILE"),
            E::Unusable { .. } => error.hint("kubectl config get-contexts shows what kubectl makes of it"),
            E::Registry(e) => e.into(),
            E::Files(e) => CliError::from(e).hint("name a directory that you may write to: --registry DIR"),
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

/// A file where a folder was named, or no folder to make it in, is a slip of the command line, and not a disk that fails.
fn folder_in_the_way(e: crate::adapters::files::FilesError, what: &str, hint: &str) -> CliError {
    use crate::adapters::files::{self, FilesError as E};
    use std::io::ErrorKind as K;
    match &e {
        E::Write { path, source } | E::Read { path, source }
            if matches!(source.kind(), K::AlreadyExists | K::NotADirectory) =>
        {
            CliError::usage(format!("{what} {} failed: it is a file, not a folder", path.display())).hint(hint)
        }
        E::Write { path, source } if source.kind() == K::NotFound => match path.parent() {
            Some(above) if !above.as_os_str().is_empty() && !files::is_dir(above) => {
                CliError::usage(format!("{what} {} failed: there is no folder {}", path.display(), above.display()))
                    .hint(format!("make it: mkdir -p {}", above.display()))
            }
            _ => CliError::from(e).hint(hint),
        },
        E::Write { .. } => CliError::from(e).hint(hint),
        _ => e.into(),
    }
}

impl From<crate::workflows::ca::CaFolderError> for CliError {
    fn from(e: crate::workflows::ca::CaFolderError) -> Self {
        use crate::pure::ca::PlanError;
        use crate::workflows::ca::{CaFolderError, Place, place};
        let message = e.to_string();
        match e {
            CaFolderError::Foreign(dir) => match place(&dir) {
                Place::Above(below) => below
                    .iter()
                    .map(|ca| format!("there is a CA below it: meshctl ca init --dir {}", ca.display()))
                    .fold(CliError::usage(message), CliError::hint),
                _ => CliError::usage(message).hint("name a new folder with --dir"),
            },
            CaFolderError::Part(dir) => match place(&dir) {
                Place::Part(Some(ca)) => CliError::usage(message)
                    .hint(format!("the CA folder is the one above: meshctl ca init --dir {}", ca.display())),
                _ => CliError::usage(message).hint("name a new folder with --dir"),
            },
            CaFolderError::Files(e) => folder_in_the_way(e, "making the CA in", "name a new folder with --dir"),
            CaFolderError::Refused(dir, errors) => {
                let usage = errors.iter().any(PlanError::is_usage);
                let error = if usage { CliError::usage(message) } else { CliError::failed(message) };
                let mut hints: Vec<_> = errors.iter().flat_map(|e| e.hints(&dir.display().to_string())).collect();
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
            TargetError::NotFound { near, .. } => near.hints(),
            TargetError::Ambiguous { candidates, .. } => candidates,
            TargetError::NoCluster { known, .. } => vec![clusters_hint(&known)],
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
            EndpointError::NotFound { unread, .. } if !unread.is_empty() => {
                vec!["look at each cluster: meshctl cluster list".to_owned()]
            }
            EndpointError::NotFound { near, .. } => near.hints(),
            EndpointError::Ambiguous { candidates, .. } => candidates,
            EndpointError::NoPort { known, .. } => known.into_iter().map(|n| format!("perhaps {n}")).collect(),
            EndpointError::NoCluster { known, .. } => vec![clusters_hint(&known)],
            EndpointError::Empty => vec!["NAME, NAME.NS or HOST, each with :PORT; or HOST|PORTNAME".to_owned()],
            EndpointError::Labels(_) => vec!["HOST|PORTNAME without labels; without --compare they select".to_owned()],
            EndpointError::NotCarried(_) => vec!["without --compare they are shown".to_owned()],
            EndpointError::Json(_) => Vec::new(),
        };
        hints.into_iter().fold(error, CliError::hint)
    }
}

/// Where pilot's pages are.
const PILOT_PORTS: &str = "pilot serves that on 8080 of its pod: PILOT_URL=127.0.0.1:8080; 15014 and 9093 are for metrics, \
                           15010 and 15012 for proxies";

/// The clusters that there are.
fn clusters_hint(known: &[String]) -> String {
    match known {
        [] => "look at the clusters: meshctl cluster list".to_owned(),
        _ => format!("the clusters are {}", known.join(", ")),
    }
}

impl From<crate::workflows::proxies::SourceError> for CliError {
    fn from(e: crate::workflows::proxies::SourceError) -> Self {
        use crate::adapters::k8s::K8sError;
        use crate::workflows::proxies::{NO_HTTP, Origin, SourceError};
        let error = CliError::usage(e.to_string());
        match e {
            SourceError::Unreachable { origin: Origin::Pilot(_), ref why, .. } if why == NO_HTTP => error.hint(PILOT_PORTS),
            SourceError::Unreachable { origin: Origin::Pilot(_), .. } => {
                error.hint("is it there? kubectl -n istio-system port-forward deploy/istio-pilot 8080; proxy-config --from registry needs no pilot")
            }
            SourceError::Forward { ref origin, ref why, .. } => match (why, origin) {
                (K8sError::Forbidden(_), _) => error.hint("it takes get and create of pods/portforward in that namespace"),
                (K8sError::Peer { .. }, Origin::EnvoyPod(_)) => {
                    error.hint("has the pod a sidecar? --from registry computes what its proxy would get")
                }
                (K8sError::NotFound, _) => error.hint("is the pod still there? kubectl get pods -A"),
                _ => error.hint("look at the cluster: meshctl cluster list"),
            },
            SourceError::NoWay { .. } => error.hint("proxy-config --from registry computes here what its proxy would get"),
            SourceError::NoPilot(_) => {
                error
                    .hint("name one: PILOT_URL=127.0.0.1:8080; proxy-config --from registry needs none")
                    .hint("meshctl discovery serves one here, over the same registry")
            }
            SourceError::Unreachable { .. } => error.hint("is it there? kubectl port-forward POD 15000"),
            SourceError::Url { .. } => error.hint("HOST:PORT, with or without http://"),
            SourceError::Status { status: 404, ref path, ref body, .. }
                if path.starts_with("/v1/") && body.contains("service-node") =>
            {
                error.hint("meshctl proxy-status lists the proxies that pilot knows")
            }
            // 503 is a route that is none; of a node that is none it is 404
            SourceError::Status { status: 503, ref path, .. } if path.starts_with("/v1/routes/") => {
                error.hint("the talk's routes are ports: meshctl proxy-config routes s 9080 productpage -o v1")
            }
            SourceError::Status { origin: Origin::Pilot(_) | Origin::PilotPod(_), status: 404, ref path, .. }
                if path.starts_with("/debug/") || path.starts_with("/v1/") =>
            {
                error.hint(PILOT_PORTS)
            }
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
            ServeError::Root { why, .. } | ServeError::Key { why, .. } | ServeError::Chain { why, .. } => {
                CliError::usage(e.to_string()).hint(why.hint())
            }
            ServeError::Files(_) | ServeError::NotPem { .. } => CliError::usage(e.to_string())
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
            DemoError::Edited { ref dir, .. } => {
                let registry = dir.join("registry");
                CliError::usage(e.to_string())
                    .hint("--force discards the edits; another --dir keeps them")
                    .hint(format!("to use the files as they are: meshctl discovery --registry {}", registry.display()))
            }
            DemoError::Files(e) => {
                folder_in_the_way(e, "setting the demo up in", "name a new folder: meshctl demo --dir ./demo")
            }
            DemoError::Late { .. } => failed.hint("look into it while it stays: meshctl demo --dir ./demo"),
            DemoError::Proxy(_) => failed.hint("keep its log: meshctl demo --dir ./demo"),
            _ => failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claps_reports_become_a_sentence_and_hints() {
        let missing = "error: the following required arguments were not provided:\n  <DIR>\n  --tag <TAG>\n\nUsage: meshctl a \
                       b --tag <TAG> <DIR>\n\nFor more information, try '--help'.\n";
        let said = sentence(missing, "meshctl a b");
        assert_eq!(
            said.message,
            "reading the command line failed: the following required arguments were not provided: <DIR> --tag <TAG>"
        );
        assert_eq!((said.hints.as_slice(), said.code), (&["meshctl a b --help shows what it takes".to_owned()][..], 2));
        let tip = "error: unexpected argument '--x' found\n\n  tip: a similar argument exists: '--y'\n\nUsage: meshctl a [OPTIONS]\n";
        assert_eq!(
            sentence(tip, "meshctl a").hints,
            ["a similar argument exists: '--y'", "meshctl a --help shows what it takes"]
        );
    }
}
