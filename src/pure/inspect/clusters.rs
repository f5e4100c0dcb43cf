//! Clusters of a dump → rows.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::Deserialize;

use super::dump::{Element, Group};
use super::filter::{Filter, NameParts};
use super::view::{IstioMetadata, Rows, dash, origin};

/// Envoy's `ClustersConfigDump.DynamicCluster` and `StaticCluster`, and what is shown of a `Cluster`.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(default, borrow, alias = "versionInfo")]
    version_info: Cow<'a, str>,
    #[serde(borrow)]
    cluster: Cluster<'a>,
}

#[derive(Deserialize)]
struct Cluster<'a> {
    #[serde(default, borrow)]
    name: Cow<'a, str>,
    #[serde(default, borrow, rename = "type")]
    ty: Cow<'a, str>,
    #[serde(default, alias = "clusterType")]
    cluster_type: Option<CustomType>,
    #[serde(default, borrow, alias = "lbPolicy")]
    lb_policy: Cow<'a, str>,
    #[serde(default)]
    metadata: IstioMetadata,
}

#[derive(Deserialize)]
struct CustomType {
    #[serde(default)]
    name: String,
}

/// Adds the rows of an element.
pub(super) fn rows(element: &Element<'_>, filter: &Filter, rows: &mut Rows) -> Result<(), serde_json::Error> {
    let entry = match element.group {
        Group::Bare => Entry { version_info: Cow::default(), cluster: serde_json::from_slice(element.json)? },
        _ => serde_json::from_slice(element.json)?,
    };
    let cluster = &entry.cluster;
    let parts = NameParts::of(&cluster.name);
    if !filter.wants_cluster(&cluster.name) {
        return Ok(());
    }
    if element.group == Group::Warming && !rows.wide {
        rows.hidden += 1;
        return Ok(());
    }
    rows.add(&cluster.name, || {
        let state = match element.group {
            Group::Static => "static",
            Group::Dynamic => "active",
            Group::Warming => "warming",
            Group::Bare => "-",
        };
        [
            parts.host.to_owned(),
            dash(parts.port),
            dash(parts.subset),
            dash(parts.direction),
            discovery(cluster).to_owned(),
            origin(&cluster.metadata),
            state.to_owned(),
            if cluster.lb_policy.is_empty() { "ROUND_ROBIN".to_owned() } else { cluster.lb_policy.to_string() },
            dash(&entry.version_info),
        ]
    });
    Ok(())
}

/// How a cluster finds its endpoints. Envoy leaves the default, STATIC, out.
fn discovery<'a>(cluster: &'a Cluster<'_>) -> &'a str {
    match &cluster.cluster_type {
        Some(custom) => custom.name.rsplit('.').next().unwrap_or_default(),
        None if cluster.ty.is_empty() => "STATIC",
        None => &cluster.ty,
    }
}

/// By host, subset, port, direction, as istioctl sorts.
pub(super) fn order(a: &[String], b: &[String]) -> Ordering {
    let key = |row: &[String]| {
        let [host, port, subset, direction, ..] = row else { return None };
        Some((host.clone(), subset.clone(), port.parse::<u32>().unwrap_or_default(), direction.clone()))
    };
    key(a).cmp(&key(b))
}
