//! What `mesh.yaml` says for an installation, judged where the file is read: every command names the same mistake, before somebody
//! installs. Each problem begins with the path of its key.

use serde_json::{Map, Value, json};

use super::image::{ImageError, reference};
use super::overlay::{Layer, ValuesError};
use super::render::{LABEL_VALUE, PILOT_ADDRESS, is_label_value, is_pilot_address};
use super::values::Values;
use crate::data::kinds::{ImageSettings, MeshFile};
use crate::data::model::{hostname, parse_hostname};

impl Layer {
    /// What `image` in `mesh.yaml` says; what it leaves out it does not say.
    pub fn of_image(image: &ImageSettings) -> Self {
        let ImageSettings { hub, tag, digest, pull_secrets } = image;
        let mut said = Map::new();
        for (key, text) in [("hub", hub), ("tag", tag), ("digest", digest)] {
            if !text.is_empty() {
                said.insert(key.to_owned(), text.as_str().into());
            }
        }
        if !pull_secrets.is_empty() {
            said.insert("pullSecrets".to_owned(), json!(pull_secrets));
        }
        Layer::of_file("image in mesh.yaml", json!({"image": said}))
    }
}

/// What is wrong with the settings of an installation in a `mesh.yaml`: each the end of a sentence that names the file.
pub fn problems(mesh: &MeshFile) -> Vec<String> {
    let mut found = Vec::new();
    for (i, host) in mesh.cluster_local.iter().enumerate() {
        // what a service's host is compared with, letter by letter
        if parse_hostname(host).is_none_or(|(name, namespace)| hostname(name, namespace) != **host) {
            found.push(format!(
                "clusterLocal[{i}] is \"{host}\"; want NAME.NAMESPACE.svc.cluster.local, or *.NAMESPACE.svc.cluster.local"
            ));
        }
    }
    for (id, of) in &mesh.clusters {
        if !is_pilot_address(&of.pilot_address) {
            found.push(format!("clusters.{id}.pilotAddress is \"{}\"; want {PILOT_ADDRESS}", of.pilot_address));
        }
        if !is_label_value(&of.network) {
            found.push(format!("clusters.{id}.network is \"{}\"; want {LABEL_VALUE}", of.network));
        }
    }
    layer(&Layer::of_image(&mesh.image), "", &mut found);
    for part in parts(&mesh.values) {
        layer(&Layer::of_file("values", part), "values.", &mut found);
    }
    found
}

/// The values in pieces, each of which is judged by itself: one that is wrong hides no other.
fn parts(values: &Map<String, Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for (room, inner) in values {
        match inner.as_object() {
            Some(keys) if !keys.is_empty() => all.extend(keys.iter().map(|(key, value)| json!({room: {key: value}}))),
            _ => all.push(json!({room: inner})),
        }
    }
    all
}

/// Adds what is wrong with one layer, whose keys stand below `prefix`.
fn layer(layer: &Layer, prefix: &str, found: &mut Vec<String>) {
    match Values::layered(std::slice::from_ref(layer)) {
        Ok(values) => {
            if let Err(ImageError::BadPart { part, value, want }) = reference(&values.image, None) {
                found.push(format!("{prefix}image.{part} is \"{value}\"; want {want}"));
            }
        }
        Err(ValuesError::UnknownKey { path, known, .. }) => {
            let takes = if known.is_empty() { "it takes no keys".to_owned() } else { known.join(", ") };
            found.push(format!("{prefix}{path} is no known key; these exist: {takes}"));
        }
        Err(ValuesError::WrongType { path, got, want, .. }) => {
            found.push(format!("{prefix}{path} is {got}; want {want}"));
        }
        Err(other) => found.push(format!("{}: {other}", prefix.trim_end_matches('.'))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_named_by_its_path() {
        let mesh: MeshFile = serde_json::from_value(json!({
            "clusterLocal": ["reviews.default", "*.default.svc.cluster.local", "web.default.svc.cluster.local"],
            "clusters": {"a": {"pilotAddress": "1.2.3.4:15012", "network": "a b"}, "b": {"pilotAddress": "pilot.example.com"}},
            "image": {"tag": "a b", "pullSecrets": ["Not A Name"]},
            "values": {"discovery": {"repicas": 1, "replicas": "two"}, "images": {}, "mesh": 3, "image": {"digest": "x"}},
        }))
        .unwrap_or_default();
        let found = problems(&mesh);
        let begin: Vec<String> = found.iter().map(|f| f.split(';').next().unwrap_or_default().to_owned()).collect();
        assert_eq!(
            begin,
            [
                "clusterLocal[0] is \"reviews.default\"",
                "clusters.a.pilotAddress is \"1.2.3.4:15012\"",
                "clusters.a.network is \"a b\"",
                "image.pullSecrets[0] is \"Not A Name\"",
                "values.discovery.repicas is no known key",
                "values.discovery.replicas is a text (\"two\")",
                "values.images is no known key",
                "values.mesh is a number (3)",
                "values.image.digest is \"x\"",
            ],
            "{found:#?}"
        );
        assert_eq!(problems(&MeshFile::default()), [] as [String; 0]);
    }
}
