//! `mesh.yaml`: settings of the whole mesh. All that is wrong with it is said at once; what is in order of a broken one still
//! counts where the clusters are judged: whether it names a primary, and whom it speaks of.

use std::net::IpAddr;

use super::pilot::overrides;
use super::read::text;
use super::shape::{MESH, check, without_nulls};
use crate::data::kinds::MeshFile;
use crate::data::model::{ClusterId, shown};
use crate::data::yaml;
use crate::pure::manifest::mesh_file_problems;

/// Its name in the registry.
pub(super) const NAME: &str = "mesh.yaml";

/// A file that cannot be used.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// Everything that is wrong with it, each as the end of a sentence that names the file.
    pub(super) reasons: Vec<String>,
    /// What is in order.
    pub(super) rest: MeshFile,
    /// Whether `rest` says who the primary is, or that nobody does.
    pub(super) primary_is_said: bool,
    /// Whether `rest` is in force all the same: what is wrong matters to nobody but an installation, which it stops.
    pub(super) in_force: bool,
}

impl Broken {
    /// Nothing is wrong with it.
    pub(super) fn of_sound(mesh: &MeshFile) -> Box<Self> {
        Box::new(Self { reasons: Vec::new(), rest: mesh.clone(), primary_is_said: true, in_force: true })
    }

    /// Nothing of it can be read.
    pub(super) fn wholly(reason: String) -> Box<Self> {
        Box::new(Self { reasons: vec![reason], ..Self::default() })
    }
}

/// Reads it.
///
/// # Errors
/// [`Broken`], with everything that is wrong.
pub(super) fn parse(bytes: &[u8]) -> Result<MeshFile, Box<Broken>> {
    let text = text(bytes).map_err(Broken::wholly)?;
    let mut documents = yaml::documents(text).map_err(|e| Broken::wholly(e.redacted()))?;
    let value = match (documents.pop(), documents.is_empty()) {
        (Some(value), true) => value,
        (Some(_), false) => return Err(Broken::wholly("it holds more than one document".into())),
        (None, _) => return Err(Broken::wholly("it is empty".into())),
    };
    let mut reasons = Vec::new();
    let value = without_nulls(check(value, &MESH, "", &mut reasons));
    let primary_is_wrong = reasons.iter().any(|r| r.starts_with("primary "));
    let rest: MeshFile = match serde_json::from_value(value) {
        Ok(mesh) => mesh,
        Err(_) => {
            reasons.push("one of its keys is missing or has the wrong type".into());
            return Err(Box::new(Broken { reasons, ..Broken::default() }));
        }
    };
    values(&rest, &mut reasons);
    let ours = rest.kind == "Mesh" && rest.api_version == "meshctl/v1";
    if !ours {
        reasons.push("it is not apiVersion meshctl/v1, kind Mesh".into());
    }
    let in_force = reasons.iter().all(|reason| is_of_installation(reason));
    reasons.extend(mesh_file_problems(&rest));
    if reasons.is_empty() {
        return Ok(rest);
    }
    let primary_is_said = ours && !primary_is_wrong && rest.primary.as_deref().is_none_or(is_id);
    Err(Box::new(Broken { reasons, rest, primary_is_said, in_force }))
}

/// Whether something is wrong with a setting that only an installation reads: the path that begins a reason says so.
pub(super) fn is_of_installation(reason: &str) -> bool {
    let path = reason.split(' ').next().unwrap_or_default();
    let of_cluster = path.starts_with("clusters.") && path.ends_with(".pilotAddress");
    of_cluster || ["image", "values"].contains(&path.split(['.', '[']).next().unwrap_or_default())
}

fn is_id(text: &str) -> bool {
    ClusterId::parse(text).is_ok()
}

/// What the types do not say.
fn values(mesh: &MeshFile, found: &mut Vec<String>) {
    if let Some(domain) = mesh.trust_domain.as_deref().filter(|d| !is_trust_domain(d)) {
        found.push(format!(
            "trustDomain is \"{}\"; want a SPIFFE trust domain: 1 to 255 lower-case letters, digits, '.', '-' and '_'",
            shown(domain)
        ));
    }
    for (name, network) in &mesh.networks {
        for (i, gateway) in network.gateways.iter().enumerate() {
            if gateway.address.parse::<IpAddr>().is_err() {
                found.push(format!("networks.{}.gateways[{i}].address is no IP address", shown(name)));
            }
        }
    }
    for (i, namespace) in mesh.open_namespaces.iter().enumerate().filter(|(_, n)| !is_id(n)) {
        found.push(format!("openNamespaces[{i}] is \"{}\", which is no namespace's name", shown(namespace)));
    }
    for (id, of) in &mesh.clusters {
        if !is_id(id) {
            found.push(format!("clusters.{} is no cluster's id", shown(id)));
        }
        overrides(&format!("clusters.{}", shown(id)), of, found);
    }
    if mesh.primary.as_deref().is_some_and(|id| !is_id(id)) {
        found.push("primary is no cluster's id".into());
    }
}

/// The grammar of SPIFFE (SPIFFE-ID §2.1).
fn is_trust_domain(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b);
    (1..=255).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Box<Broken> {
        let Err(broken) = parse(format!("apiVersion: meshctl/v1\nkind: Mesh\n{text}").as_bytes()) else {
            panic!("it is refused: {text}")
        };
        broken
    }

    #[test]
    fn everything_is_said_at_once_and_the_primary_still_counts() {
        let found = broken(
            "primary: b\nimage: {hbu: x}\ntrustDomain: 'bad domain!'\nnetworks: {n: {gateways: [{address: x}]}}\n\
             openNamespaces: [Bad NS]\nclusters: {a: {server: 'ftp://x'}, b: {network: 3}}\n",
        );
        assert_eq!(
            found.reasons,
            [
                "image.hbu is no known key; image takes hub, tag, digest, pullSecrets",
                "clusters.b.network is no text; put it in quotes",
                "trustDomain is \"bad domain!\"; want a SPIFFE trust domain: 1 to 255 lower-case letters, digits, '.', '-' and '_'",
                "networks.n.gateways[0].address is no IP address",
                "openNamespaces[0] is \"Bad NS\", which is no namespace's name",
                "clusters.a.server is no https URL",
            ]
        );
        assert!(found.primary_is_said && !found.in_force);
        assert_eq!(found.rest.primary.as_deref(), Some("b"));
    }

    #[test]
    fn a_mistake_that_only_an_installation_reads_leaves_the_rest_in_force() {
        for wrong in ["image: {hbu: x}", "image: [x]", "values: 3", "clusters: {a: {pilotAddress: 3}}"] {
            let found = broken(&format!("trustDomain: good.example\n{wrong}\n"));
            assert!(found.in_force, "{wrong}: {:?}", found.reasons);
            assert_eq!(found.rest.trust_domain.as_deref(), Some("good.example"));
        }
        for wrong in ["imago: x", "clusters: {a: {network: 3}}", "image: [x]\ntrustDomain: '!'"] {
            assert!(!broken(&format!("{wrong}\n")).in_force, "{wrong}");
        }
    }

    #[test]
    fn who_the_primary_is_may_be_unknown() {
        assert!(broken("trustDomain: ''\n").primary_is_said, "that nobody is named is said");
        for text in ["primary: [b]\n", "primary: 'no id'\n", "primary: [\n"] {
            assert!(!broken(text).primary_is_said, "{text}");
        }
        let Err(other) = parse(b"kind: Mush\nprimary: b\n") else { panic!("it is refused") };
        assert!(!other.primary_is_said);
    }
}
