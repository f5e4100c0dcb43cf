//! What an earlier installation left in a cluster, as far as other commands ask for it: the inventory, the image, and in the
//! primary the names of the remotes whose credentials it holds.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::plan::NAMESPACE;
use super::standing;
use crate::adapters::k8s::{K8sError, get};
use crate::data::model::{ClusterId, REMOTES};
use crate::pure::manifest::{INVENTORY_NAME, Inventory, Object, ObjectKey};

/// What stands in a cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Installed {
    /// Its inventory; `None` where nothing is installed.
    pub inventory: Option<Inventory>,
    /// The control plane's image, where it runs here.
    pub image: Option<String>,
    /// The remotes whose credentials the cluster holds, where it is a live primary.
    pub remotes: Vec<ClusterId>,
}

impl Installed {
    /// The version of meshctl that installed there; `None` where nothing is installed, or nothing but Secrets was placed.
    pub fn version(&self) -> Option<&str> {
        self.inventory.as_ref().and_then(Inventory::installed)
    }
}

/// The account in a remote whose tokens pilot holds.
pub(super) const READER: &str = "istio-reader-service-account";

/// The path of an object of the control plane's namespace.
pub(super) fn path(api: &str, plural: &str, name: &str) -> String {
    format!("{api}/namespaces/{NAMESPACE}/{plural}/{name}")
}

/// Reads a file cluster.
///
/// # Errors
/// Why it cannot be read, as a sentence.
pub fn installed_in_folder(folder: &Path) -> Result<Installed, String> {
    let dir = folder.join("meshctl");
    let inventory = standing::inventory(&dir, NAMESPACE)?;
    let workload = ObjectKey {
        group: "apps".into(),
        kind: "Deployment".into(),
        namespace: NAMESPACE.into(),
        name: "istio-pilot".into(),
    };
    let file = standing::read(&dir, NAMESPACE, [&workload].into_iter())?.files.remove(&workload.file_name());
    let image = file.and_then(|f| f.object).and_then(|o| image(&o.value));
    Ok(Installed { inventory, image, remotes: Vec::new() })
}

/// Asks a live cluster. What may not be read there counts as not there.
///
/// # Errors
/// [`K8sError`], at the deadline at the latest.
pub async fn installed_live(client: &kube::Client, deadline: Duration) -> Result<Installed, K8sError> {
    let read = async |path: String| match get(client, &path, deadline).await {
        Err(K8sError::Forbidden(_)) => Ok(None),
        answer => answer,
    };
    let (inventory, workload, remotes) = futures::try_join!(
        read(path("/api/v1", "configmaps", INVENTORY_NAME)),
        read(path("/apis/apps/v1", "deployments", "istio-pilot")),
        read(path("/api/v1", "secrets", REMOTES)),
    )?;
    // one that is not ours, or of a later version, tells us nothing
    let inventory = inventory.and_then(typed).and_then(|object| Inventory::of_object(&object).ok());
    let keys = remotes.as_ref().and_then(|s| s.get("data")).and_then(Value::as_object);
    let remotes = keys.into_iter().flatten().filter_map(|(id, _)| ClusterId::parse(id).ok()).collect();
    Ok(Installed { inventory, image: workload.as_ref().and_then(image), remotes })
}

/// An object as the API server gives it.
pub(super) fn typed(value: Value) -> Option<Object> {
    Object::of(value)
}

/// The image of a Deployment of ours.
fn image(workload: &Value) -> Option<String> {
    let ours = Object::of(workload.clone()).is_some_and(|o| o.is_owned());
    let image = workload.pointer("/spec/template/spec/containers/0/image").and_then(Value::as_str);
    image.filter(|_| ours).map(str::to_owned)
}
