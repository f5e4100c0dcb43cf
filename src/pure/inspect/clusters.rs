//! Clusters of a dump → rows.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::Deserialize;

use super::dump::{Element, Group};
use super::filter::{Filter, NameParts};
use super::rows::Rows;
use super::view::{IstioMetadata, or_dash, origin};
use crate::data::model::Row;

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
    if element.group == Group::Warming && !rows.wide() {
        rows.hidden += 1;
        return Ok(());
    }
    let origin = origin(&cluster.metadata);
    rows.add(&cluster.name, || {
        let state = match element.group {
            Group::Static => "static",
            Group::Dynamic => "active",
            Group::Warming => "warming",
            Group::Bare => "-",
        };
        [
            parts.host,
            or_dash(parts.port),
            or_dash(parts.subset),
            or_dash(parts.direction),
            discovery(cluster),
            origin.as_str(),
            state,
            if cluster.lb_policy.is_empty() { "ROUND_ROBIN" } else { cluster.lb_policy.as_ref() },
            or_dash(&entry.version_info),
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
pub(super) fn order(a: Row<'_>, b: Row<'_>) -> Ordering {
    let port = |row: Row<'_>| row.cell(1).parse::<u32>().unwrap_or_default();
    let by_host = a.cell(0).cmp(b.cell(0)).then_with(|| a.cell(2).cmp(b.cell(2)));
    by_host.then_with(|| port(a).cmp(&port(b))).then_with(|| a.cell(3).cmp(b.cell(3)))
}
