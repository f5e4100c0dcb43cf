//! `metadata`, as far as anybody reads it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::data::model::Name;

/// An object's `metadata`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// `name`
    pub name: Name,
    /// `namespace`
    pub namespace: Name,
    /// `uid`
    pub uid: Name,
    /// `resourceVersion`
    pub resource_version: Name,
    /// `labels`
    #[serde(deserialize_with = "null_is_empty")]
    pub labels: BTreeMap<Name, Name>,
    /// `annotations`
    #[serde(deserialize_with = "null_is_empty")]
    pub annotations: BTreeMap<Name, Name>,
    /// `creationTimestamp`, RFC 3339
    pub creation_timestamp: Option<Name>,
    /// `deletionTimestamp`, RFC 3339
    pub deletion_timestamp: Option<Name>,
    /// `ownerReferences`
    #[serde(deserialize_with = "null_is_empty")]
    pub owner_references: Vec<OwnerReference>,
}

/// An entry of `ownerReferences`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    /// `kind`
    pub kind: Name,
    /// `name`
    pub name: Name,
    /// `controller`
    pub controller: Option<bool>,
}

/// Kubernetes writes an empty list or map as `null` as easily as it leaves it out.
pub(super) fn null_is_empty<'de, D, T>(d: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}
