//! The inventory of a cluster: a ConfigMap that lists what install put there, and what it needs but never renders.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::object::{Object, ObjectKey};
use crate::data::model::{ClusterId, ClusterRole, LEASE, REMOTES};
use crate::data::yaml;

/// The name of the ConfigMap.
pub const INVENTORY_NAME: &str = "meshctl-inventory";
/// Its key.
const DATA_KEY: &str = "inventory.yaml";
/// The key of an inventory that lists what was placed beside manifests of somebody else. A field of its own: whoever applies
/// those manifests, with their inventory, under another field manager meets no conflict.
const SECRETS_KEY: &str = "secrets.yaml";

/// Why a ConfigMap is no inventory of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
    /// It does not carry our label or our key.
    #[error("it is not an inventory that meshctl wrote")]
    Foreign,
    /// Its text does not parse.
    #[error("its {0} does not parse: {1}")]
    Unreadable(&'static str, yaml::YamlError),
}

/// Fields that this version does not know: they are another version's, and stand as long as the inventory does.
pub type Unknown = BTreeMap<String, Value>;

/// What stands in a cluster, or will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The cluster's id.
    pub cluster: String,
    /// The UID of its namespace `kube-system`, which tells a live cluster from every other; empty for a file cluster.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Primary or remote.
    pub role: String,
    /// The primary's id: once recorded it sticks.
    pub primary: String,
    /// The version of meshctl that installed it; empty where nothing but Secrets was placed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Whether it was installed with stub Services: they are kept until somebody says otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stubs: bool,
    /// Whether that is still open: the primary, with which a new cluster goes, could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stubs_undecided: bool,
    /// Every object but the inventory itself, in the order of [`ObjectKey`]; those that come while it runs, too.
    pub objects: Vec<ObjectKey>,
    /// Secrets that must stand beside them; their contents are never rendered.
    pub secrets: Vec<SecretKeys>,
    /// What another version says beside that.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// A Secret, by its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretKeys {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The names of its data.
    pub keys: Vec<String>,
    /// What another version says of it beside that.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// What pilot, or install for it, writes in a cluster of this role while it runs: of no template, and removed as what is.
pub fn run_time(role: ClusterRole, namespace: &str) -> Vec<ObjectKey> {
    let key = |group: &str, kind: &str, name: &str| ObjectKey {
        group: group.into(),
        kind: kind.into(),
        namespace: namespace.into(),
        name: name.into(),
    };
    match role {
        ClusterRole::Primary => vec![key("", "Secret", REMOTES), key("coordination.k8s.io", "Lease", LEASE)],
        ClusterRole::Remote => Vec::new(),
    }
}

impl Inventory {
    /// The inventory of a cluster with these objects.
    pub fn new(
        cluster: &ClusterId,
        role: ClusterRole,
        primary: &ClusterId,
        objects: &[Object],
        secrets: Vec<SecretKeys>,
    ) -> Self {
        let mut keys: Vec<ObjectKey> = objects.iter().map(|o| o.key.clone()).collect();
        keys.sort();
        Self {
            cluster: cluster.to_string(),
            uid: String::new(),
            role: role.to_string(),
            primary: primary.to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            stubs: false,
            stubs_undecided: false,
            objects: keys,
            secrets,
            unknown: Unknown::new(),
        }
    }

    /// This inventory with the objects of `old` too: what is written ahead, so that a broken run loses track of nothing.
    #[must_use]
    pub fn with(&self, old: &Inventory) -> Self {
        let mut out = self.clone();
        out.objects.extend(old.objects.iter().cloned());
        out.objects.sort();
        out.objects.dedup();
        out.keep_unknown(old);
        out
    }

    /// Keeps what another version says in `old`, as the kinds of objects stay listed that this one does not know.
    pub fn keep_unknown(&mut self, old: &Inventory) {
        for (field, value) in &old.unknown {
            self.unknown.entry(field.clone()).or_insert_with(|| value.clone());
        }
        for secret in &mut self.secrets {
            let same = |other: &&SecretKeys| (&other.namespace, &other.name) == (&secret.namespace, &secret.name);
            for (field, value) in old.secrets.iter().find(same).into_iter().flat_map(|other| &other.unknown) {
                secret.unknown.entry(field.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    /// What is written ahead of everything: what stands, and what shall. The version is the one that is installed until all of
    /// the new one stands.
    #[must_use]
    pub fn ahead(&self, old: &Inventory) -> Self {
        Self { version: old.installed().unwrap_or(&self.version).to_owned(), ..self.with(old) }
    }

    /// The version of meshctl that installed it; `None` where nothing but Secrets was placed.
    pub fn installed(&self) -> Option<&str> {
        Some(self.version.as_str()).filter(|version| !version.is_empty())
    }

    /// Every object, with what the cluster's role writes while it runs, which the inventory of another version does not list.
    pub fn listed(&self, namespace: &str) -> Vec<ObjectKey> {
        let mut all = self.objects.clone();
        if self.role == ClusterRole::Primary.to_string() {
            all.extend(run_time(ClusterRole::Primary, namespace));
        }
        all.sort();
        all.dedup();
        all
    }

    /// The key of the ConfigMap.
    pub fn key(namespace: &str) -> ObjectKey {
        ObjectKey {
            group: String::new(),
            kind: "ConfigMap".into(),
            namespace: namespace.into(),
            name: INVENTORY_NAME.into(),
        }
    }

    /// The ConfigMap.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn to_object(&self, namespace: &str) -> Result<Object, yaml::YamlError> {
        let data_key = if self.installed().is_some() { DATA_KEY } else { SECRETS_KEY };
        let value = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": INVENTORY_NAME, "namespace": namespace},
            "data": {data_key: yaml::to_string(self)?},
        });
        Ok(Object { key: Self::key(namespace), value }.owned())
    }

    /// Reads the ConfigMap. One that came with manifests of somebody else knows no UID: the Secrets' own does.
    ///
    /// # Errors
    /// [`InventoryError`].
    pub fn of_object(object: &Object) -> Result<Self, InventoryError> {
        if !object.is_owned() || object.key.name != INVENTORY_NAME {
            return Err(InventoryError::Foreign);
        }
        let read = |key: &'static str| {
            let text = object.value.get("data").and_then(|d| d.get(key)).and_then(serde_json::Value::as_str)?;
            Some(yaml::from_str::<Self>(text).map_err(|why| InventoryError::Unreadable(key, why)))
        };
        match (read(DATA_KEY).transpose()?, read(SECRETS_KEY).transpose()?) {
            (Some(whole), Some(secrets)) if whole.uid.is_empty() => Ok(Self { uid: secrets.uid, ..whole }),
            (Some(found), _) | (None, Some(found)) => Ok(found),
            (None, None) => Err(InventoryError::Foreign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ConfigMap of ours with this text.
    fn holding(text: &str) -> Option<Object> {
        let value = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": INVENTORY_NAME, "namespace": "a"}, "data": {DATA_KEY: text}});
        Object::of(value).map(Object::owned)
    }

    const NEWER: &str = "cluster: gke\nrole: primary\nprimary: gke\nversion: 99.0.0\nobjects: []\n\
        secrets:\n  - namespace: a\n    name: cacerts\n    keys: [k]\n    since: 7\n\
        gateways:\n  - name: east\n    ports: [15443]\n";

    /// Which version wrote it is told by whoever compares, and what that one needs of it is still there when it comes back.
    #[test]
    fn fields_of_a_newer_version_are_kept() -> Result<(), Box<dyn std::error::Error>> {
        let newer = Inventory::of_object(&holding(NEWER).ok_or("an object")?)?;
        assert_eq!(newer.installed(), Some("99.0.0"));
        let gateways = json!([{"name": "east", "ports": [15443]}]);
        assert_eq!(newer.unknown, Unknown::from([("gateways".into(), gateways.clone())]));
        assert_eq!(newer.secrets[0].unknown, Unknown::from([("since".into(), json!(7))]));
        assert_eq!(Inventory::of_object(&newer.to_object("a")?), Ok(newer.clone()), "it is written as it was read");

        let id = ClusterId::parse("gke")?;
        let ours = Inventory::new(&id, ClusterRole::Primary, &id, &[], Vec::new());
        assert_eq!(ours.ahead(&newer).unknown, newer.unknown);
        // of a Secret, too, whose keys are ours
        let mut secret = newer.secrets[0].clone();
        (secret.keys, secret.unknown) = (Vec::new(), Unknown::new());
        let with = Inventory { secrets: vec![secret], ..ours.clone() }.ahead(&newer);
        assert_eq!(with.secrets[0].unknown, newer.secrets[0].unknown);
        let mut last = ours.clone();
        last.keep_unknown(&newer);
        assert_eq!(Inventory::of_object(&last.to_object("a")?)?.unknown.get("gateways"), Some(&gateways));
        assert!(!ours.to_object("a")?.to_yaml()?.contains("unknown"), "a field of ours has its own name");
        Ok(())
    }

    #[test]
    fn what_is_broken_is_an_error_in_any_version() {
        for (broken, with) in [("objects: []", "objects: 7"), ("primary: gke\n", ""), ("role: primary", "role: [")] {
            let text = NEWER.replace(broken, with);
            assert_ne!(text, NEWER);
            let read = holding(&text).map(|object| Inventory::of_object(&object));
            assert!(matches!(read, Some(Err(InventoryError::Unreadable(DATA_KEY, _)))), "{with}: {read:?}");
        }
    }

    #[test]
    fn an_inventory_reads_what_it_writes() -> Result<(), Box<dyn std::error::Error>> {
        let id = ClusterId::parse("gke")?;
        let object =
            Object::of(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "no", "namespace": "a"}}));
        let secrets = vec![SecretKeys {
            namespace: "a".into(),
            name: "cacerts".into(),
            keys: vec!["ca-cert.pem".into()],
            unknown: Unknown::new(),
        }];
        let new = Inventory::new(&id, ClusterRole::Primary, &id, object.as_slice(), secrets);
        let written = new.to_object("istio-system")?;
        assert_eq!(Inventory::of_object(&written), Ok(new.clone()));
        let mut foreign = written;
        foreign.value["metadata"]["labels"] = serde_json::Value::Null;
        assert_eq!(Inventory::of_object(&foreign), Err(InventoryError::Foreign));
        let empty = Inventory { objects: Vec::new(), ..new.clone() };
        assert_eq!(empty.with(&new).objects, new.objects);
        assert_eq!(new.with(&new).objects.len(), 1);
        let older = Inventory { version: "0.0.1".into(), ..empty.clone() };
        assert_eq!((new.ahead(&older).version.as_str(), new.ahead(&older).objects), ("0.0.1", new.objects.clone()));
        let secrets = Inventory { version: String::new(), ..empty };
        assert_eq!(new.ahead(&secrets).version, new.version, "nothing is installed that it could be older than");
        Ok(())
    }

    #[test]
    fn one_of_secrets_alone_stands_beside_the_one_that_comes_with_manifests() -> Result<(), yaml::YamlError> {
        let id = ClusterId::parse("gke").unwrap_or_default();
        let whole = Inventory::new(&id, ClusterRole::Primary, &id, &[], Vec::new());
        let secrets = Inventory { uid: "7".into(), version: String::new(), ..whole.clone() };
        assert_eq!((whole.installed(), secrets.installed()), (Some(env!("CARGO_PKG_VERSION")), None));
        let (mut both, placed) = (whole.to_object("a")?, secrets.to_object("a")?);
        assert_eq!(Inventory::of_object(&placed), Ok(secrets));
        if let (Some(all), Some(more)) = (both.value["data"].as_object_mut(), placed.value["data"].as_object()) {
            assert!(more.keys().all(|key| !all.contains_key(key)), "no field is of both");
            all.extend(more.clone());
        }
        assert_eq!(Inventory::of_object(&both), Ok(Inventory { uid: "7".into(), ..whole }));
        Ok(())
    }
}
