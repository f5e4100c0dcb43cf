//! What `kubectl get services` shows of a file cluster.

use std::path::Path;

use super::error::DemoError;
use crate::adapters::registry::load_folder;
use crate::data::kinds::{Object, Service};
use crate::data::model::{Kind, Table};

/// The Services of a namespace, by name.
pub(super) fn table(folder: &Path, namespace: &str) -> Result<Table, DemoError> {
    let failed = |why: String| DemoError::Folder { folder: folder.to_owned(), why };
    let read = load_folder(folder).map_err(|e| failed(e.reason()))?;
    if let Some(bad) = read.bad.first() {
        return Err(failed(format!("{}: {}", bad.file.display(), bad.reason)));
    }
    let mut table = Table::new(&["NAME", "TYPE", "CLUSTER-IP", "PORT(S)"], &[]);
    for object in read.of_kind(Kind::Service) {
        let Object::Service(service) = object else { continue };
        if service.metadata.namespace == *namespace {
            table.row(row(service));
        }
    }
    Ok(table)
}

fn row(service: &Service) -> [String; 4] {
    let spec = &service.spec;
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    let ports = spec.ports.iter().map(|p| format!("{}/{}", p.port, or(&p.protocol, "TCP")));
    [
        service.metadata.name.to_string(),
        or(&spec.kind, "ClusterIP"),
        // an API server would have chosen one
        or(&spec.cluster_ip, "<pending>"),
        ports.collect::<Vec<_>>().join(","),
    ]
}
