//! What keeps an installation from being planned, and what to do about it.

use super::CliError;
use crate::cli::context::EMPTY;
use crate::pure::manifest::{ImageError, ValuesError};
use crate::workflows::install::InstallError;

impl From<InstallError> for CliError {
    fn from(e: InstallError) -> Self {
        use InstallError as E;
        let out = CliError::usage(e.to_string());
        match e {
            E::Registry { .. } => out.hint("meshctl cluster list shows every entry"),
            E::NoClusters(_) => out.hint(EMPTY),
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
fn values_hints(error: &ValuesError) -> Vec<String> {
    use ValuesError as E;
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
