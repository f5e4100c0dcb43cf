//! The plan: what every cluster of the registry shall hold. Pure.

use serde_json::Value;

use super::error::InstallError;
use super::input::{Place, PlanCluster, PlanInput};
use super::settings::settings;
use super::verify::Verify;
use crate::data::kinds::MeshFile;
use crate::data::model::{ClusterId, ClusterRole, Timestamp};
use crate::pure::manifest::{
    ClusterManifests, Inventory, Layer, ObjectKey, PullPolicy, Target, Values, reference, render,
};

/// The control plane's namespace.
pub(super) const NAMESPACE: &str = "istio-system";

/// What a user says to a plan.
#[derive(Debug, Clone)]
pub struct Options {
    /// Values over those of `mesh.yaml`: `-f` files, then `--set`, then `--hub`, `--tag` and `--digest`.
    pub layers: Vec<Layer>,
    /// Only these clusters; empty: all.
    pub only: Vec<String>,
    /// Only Secrets, and the namespaces that they need: the rest comes from somewhere else.
    pub only_secrets: bool,
    /// Whether something may be written after the plan: a comparison writes and removes nothing.
    pub writes: bool,
    /// Whether there shall be stub Services; `None`: as `mesh.yaml` says, else as it was installed.
    pub stub_services: Option<bool>,
    /// Whether it is waited for.
    pub waits: bool,
    /// What is verified.
    pub verify: Verify,
    /// When it is: credentials that have ended are minted anew, and pods that an earlier run left are told from young ones.
    pub now: Timestamp,
}

/// A cluster and what it shall hold.
#[derive(Debug, Clone)]
pub struct PlannedCluster {
    /// Its id.
    pub id: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// Where its objects stand.
    pub place: Place,
    /// Its objects.
    pub manifests: ClusterManifests,
}

/// What every cluster shall hold.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The primary.
    pub primary: ClusterId,
    /// Why it is the primary.
    pub primary_reason: String,
    /// The control plane's image.
    pub image: String,
    /// Pilot listens to no proxy: its mTLS ports need a certificate, and plain text was not opened.
    pub serves_no_proxy: bool,
    /// The Secrets with which it is pulled.
    pub pull_secrets: Vec<String>,
    /// When it is pulled.
    pub pull_policy: PullPolicy,
    /// The clusters that were asked for: the primary first, then by id.
    pub clusters: Vec<PlannedCluster>,
}

impl PlannedCluster {
    /// The same with Secrets alone: the namespace that they need, and an inventory that lists what an earlier run left and what is
    /// placed now. The rest comes from somewhere else, and with it its own inventory: until then no version is installed.
    pub(super) fn secrets_only(&self, old: Option<&Inventory>) -> Self {
        let mut out = self.clone();
        let planned = &self.manifests.inventory;
        let is_placed = |k: &&ObjectKey| matches!(k.kind.as_str(), "Namespace" | "Secret");
        out.manifests.objects.retain(|o| is_placed(&&o.key));
        let objects = planned.objects.iter().filter(is_placed).cloned().collect();
        let placed = Inventory { objects, version: String::new(), stubs: false, ..planned.clone() };
        out.manifests.inventory = match old {
            Some(old) => Inventory { secrets: placed.secrets.clone(), ..old.with(&placed) },
            None => placed,
        };
        out
    }
}

impl Plan {
    /// Makes the plan.
    ///
    /// # Errors
    /// [`InstallError`]: a registry with problems, values, image, a template.
    pub fn of(input: &PlanInput, options: &Options) -> Result<Self, InstallError> {
        let input = &input.clone().sound()?;
        let selected = selected(input, &options.only)?;
        let values = values(&input.mesh, &options.layers)?;
        let image = resolve(&values)?;
        let mut clusters = selected
            .into_iter()
            .map(|cluster| {
                let manifests = render(&target(input, cluster), &values, &image)
                    .map_err(|why| InstallError::Render { cluster: cluster.id.clone(), why: Box::new(why) })?;
                Ok(PlannedCluster {
                    id: cluster.id.clone(),
                    role: cluster.role,
                    place: cluster.place.clone(),
                    manifests,
                })
            })
            .collect::<Result<Vec<_>, InstallError>>()?;
        clusters.sort_by(|a, b| (a.role, &a.id).cmp(&(b.role, &b.id)));
        Ok(Self {
            primary: input.primary.clone(),
            primary_reason: input.primary_reason.clone(),
            serves_no_proxy: !values.discovery.open_ports.xds && !values.discovery.has_certificate(),
            image,
            pull_secrets: values.image.pull_secrets.clone(),
            pull_policy: values.image.pull_policy,
            clusters,
        })
    }
}

/// The control plane's image as these settings give it.
///
/// # Errors
/// Values that do not fit, or no image.
pub fn image(mesh: &MeshFile, layers: &[Layer]) -> Result<String, InstallError> {
    resolve(&values(mesh, layers)?)
}

fn resolve(values: &Values) -> Result<String, InstallError> {
    Ok(reference(&values.image, option_env!("MESHCTL_IMAGE"))?)
}

fn values(mesh: &MeshFile, layers: &[Layer]) -> Result<Values, InstallError> {
    let mut all =
        vec![Layer::of_image(&mesh.image), Layer::of_file("values in mesh.yaml", Value::Object(mesh.values.clone()))];
    all.extend_from_slice(layers);
    Ok(Values::layered(&all)?)
}

pub(super) fn selected<'a>(input: &'a PlanInput, only: &[String]) -> Result<Vec<&'a PlanCluster>, InstallError> {
    if input.clusters.is_empty() {
        return Err(InstallError::NoClusters(input.dir.display().to_string()));
    }
    if let Some(name) = only.iter().find(|name| !input.clusters.iter().any(|c| c.id.as_str() == name.as_str())) {
        let known: Vec<&str> = input.clusters.iter().map(|c| c.id.as_str()).collect();
        return Err(InstallError::UnknownCluster { name: name.clone(), known: known.join(", ") });
    }
    Ok(input.clusters.iter().filter(|c| only.is_empty() || only.iter().any(|name| name == c.id.as_str())).collect())
}

fn target(input: &PlanInput, cluster: &PlanCluster) -> Target {
    Target {
        cluster: cluster.id.clone(),
        role: cluster.role,
        primary: input.primary.clone(),
        network: cluster.overrides.network.clone(),
        pilot_address: cluster.overrides.pilot_address.clone(),
        trust_domain: input.mesh.trust_domain.clone().unwrap_or_else(|| "cluster.local".to_owned()),
        namespace: NAMESPACE.to_owned(),
        settings: settings(input),
    }
}
