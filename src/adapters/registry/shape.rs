//! The shape of `mesh.yaml` as a table, so that a wrong or unknown key is named by its path, and no value is shown.

use serde_json::Value;

use crate::data::model::shown;

/// What may stand at a place.
pub(super) enum Shape {
    /// A string.
    Text,
    /// A port number.
    Port,
    /// `true` or `false`.
    Flag,
    /// Anything that is a map.
    Any,
    /// A list of these.
    List(&'static Shape),
    /// A map of free names to these.
    Named(&'static Shape),
    /// A map of these keys only.
    Map(&'static [(&'static str, Shape)]),
}

use Shape::{Any, Flag, List, Map, Named, Port, Text};

/// The keys of `mesh.yaml`.
pub(super) static MESH: Shape = Map(&[
    ("apiVersion", Text),
    ("kind", Text),
    ("primary", Text),
    ("trustDomain", Text),
    ("caDir", Text),
    ("image", Map(&[("hub", Text), ("tag", Text), ("digest", Text), ("pullSecrets", List(&Text))])),
    ("openNamespaces", List(&Text)),
    ("clusterLocal", List(&Text)),
    ("networks", Named(&Map(&[("gateways", List(&Map(&[("address", Text), ("port", Port)])))]))),
    (
        "clusters",
        Named(&Map(&[
            ("network", Text),
            ("server", Text),
            ("tlsServerName", Text),
            ("caFile", Text),
            ("pilotAddress", Text),
        ])),
    ),
    ("stubServices", Flag),
    ("values", Any),
]);

/// Gives what fits, with null in the place of what does not, which `found` tells. Null fits everywhere: a key without a value
/// is as good as none.
pub(super) fn check(value: Value, shape: &Shape, path: &str, found: &mut Vec<String>) -> Value {
    let below = |key: &str| if path.is_empty() { shown(key) } else { format!("{path}.{}", shown(key)) };
    let here = if path.is_empty() { "it" } else { path };
    let why = match (shape, value) {
        (_, Value::Null) => return Value::Null,
        (Text, good @ Value::String(_)) | (Any, good @ Value::Object(_)) => return good,
        (Flag, good @ Value::Bool(_)) => return good,
        (Flag, _) => "is neither true nor false".to_owned(),
        (Port, Value::Number(n)) if n.as_u64().is_some_and(|n| (1..=65_535).contains(&n)) => return Value::Number(n),
        (List(of), Value::Array(items)) => {
            let items = items.into_iter().enumerate();
            return items.map(|(i, item)| check(item, of, &format!("{path}[{i}]"), found)).collect();
        }
        (Named(of), Value::Object(map)) => {
            let each = |(key, item): (String, Value)| {
                let item = check(item, of, &below(&key), found);
                (key, item)
            };
            return Value::Object(map.into_iter().map(each).collect());
        }
        (Map(keys), Value::Object(map)) => {
            let mut good = serde_json::Map::new();
            for (key, item) in map {
                match keys.iter().find(|(name, _)| *name == key) {
                    Some((_, shape)) => drop(good.insert(key.clone(), check(item, shape, &below(&key), found))),
                    None => found.push(format!("{} is no known key; {here} takes {}", below(&key), names(keys))),
                }
            }
            return Value::Object(good);
        }
        (Text, _) => "is no text; put it in quotes".to_owned(),
        (Port, Value::Number(n)) => format!("is {n}; want a port number, 1 to 65535"),
        (Port, _) => "is no port number, 1 to 65535".to_owned(),
        (List(_), _) => "is no list".to_owned(),
        (Any | Named(_) | Map(_), _) => "is no map".to_owned(),
    };
    found.push(format!("{here} {why}"));
    Value::Null
}

fn names(keys: &[(&str, Shape)]) -> String {
    keys.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Takes nulls out, so that the typed form sees absent keys.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().filter(|v| !v.is_null()).map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_named_and_values_are_not() {
        let value = serde_json::json!({
            "primary": 3, "image": {"hubb": "canary"}, "clusters": {"a": {"network": ["canary"]}},
            "networks": {"n": {"gateways": [{"address": "1.1.1.1", "port": 0}]}}, "values": {"x": {"y": 1}}, "caDir": null});
        let mut found = Vec::new();
        let good = without_nulls(check(value, &MESH, "", &mut found));
        assert_eq!(
            good,
            serde_json::json!({"image": {}, "clusters": {"a": {}}, "networks": {"n": {"gateways": [{"address": "1.1.1.1"}]}},
                "values": {"x": {"y": 1}}})
        );
        assert_eq!(
            found,
            [
                "primary is no text; put it in quotes",
                "image.hubb is no known key; image takes hub, tag, digest, pullSecrets",
                "clusters.a.network is no text; put it in quotes",
                "networks.n.gateways[0].port is 0; want a port number, 1 to 65535",
            ]
        );
    }
}
