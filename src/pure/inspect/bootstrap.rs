//! The bootstrap of a dump → one row.

use serde::Deserialize;
use serde_json::Value;

use super::dump::Element;
use super::filter::Filter;
use super::rows::Rows;
use super::view::dash;

#[derive(Deserialize)]
struct Bootstrap {
    #[serde(default)]
    node: Node,
}

#[derive(Deserialize, Default)]
struct Node {
    #[serde(default)]
    id: String,
    #[serde(default)]
    cluster: String,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    locality: super::endpoints::Place,
    #[serde(default, alias = "userAgentBuildVersion")]
    user_agent_build_version: Value,
}

/// Adds the row of the bootstrap.
pub(super) fn rows(element: &Element<'_>, _filter: &Filter, rows: &mut Rows) -> Result<(), serde_json::Error> {
    let Bootstrap { node } = serde_json::from_slice(element.json)?;
    let text = |key: &str| dash(node.metadata.get(key).and_then(Value::as_str).unwrap_or_default());
    rows.add(&node.id, || {
        [
            dash(&node.id),
            dash(&node.cluster),
            text("CLUSTER_ID"),
            dash(&node.locality.to_string()),
            text("ISTIO_VERSION"),
            envoy_version(&node.user_agent_build_version),
        ]
    });
    Ok(())
}

/// `1.40.0` of Envoy's build version.
fn envoy_version(build: &Value) -> String {
    let Some(version) = build.get("version") else { return "-".to_owned() };
    let number = |snake: &str, camel: &str| {
        version.get(snake).or_else(|| version.get(camel)).and_then(Value::as_u64).unwrap_or(0)
    };
    format!(
        "{}.{}.{}",
        number("major_number", "majorNumber"),
        number("minor_number", "minorNumber"),
        number("patch", "patch")
    )
}
