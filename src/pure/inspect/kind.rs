//! What an element of a bare array is: such an array does not say it, its elements do.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::dump::Section;
use super::scan::MAX_KEY;
use crate::data::model::plain;

/// What an element is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A resource of this section.
    Of(Section),
    /// A section of a dump, which stands in `configs` there.
    DumpSection,
    /// Something of this type, which no view shows.
    Type(String),
    /// Things of other types than those that are told apart.
    Other,
}

impl Kind {
    /// Some of them, in words.
    pub fn some(&self, count: u64) -> String {
        let many = if count == 1 { "" } else { "s" };
        match self {
            Kind::Of(Section::Bootstrap) => format!("{count} bootstrap{many}"),
            Kind::Of(Section::Clusters) => format!("{count} cluster{many}"),
            Kind::Of(Section::Listeners) => format!("{count} listener{many}"),
            Kind::Of(Section::Routes) => format!("{count} route configuration{many}"),
            Kind::Of(Section::Endpoints) => format!("{count} set{many} of endpoints"),
            Kind::DumpSection => format!("{count} section{many} of a config dump"),
            Kind::Type(ty) => format!("{count} of the type {}", plain(ty)),
            Kind::Other => format!("{count} of other types"),
        }
    }
}

/// The resources by their messages (`envoy.config.*.v3`, and `envoy.api.v2` before it).
const MESSAGES: [(&str, Section); 5] = [
    ("Bootstrap", Section::Bootstrap),
    ("Cluster", Section::Clusters),
    ("Listener", Section::Listeners),
    ("RouteConfiguration", Section::Routes),
    ("ClusterLoadAssignment", Section::Endpoints),
];

/// Fields that only one kind of resource has at its top; istioctl prints no types.
const FIELDS: [(&str, Section); 18] = [
    ("connect_timeout", Section::Clusters),
    ("connectTimeout", Section::Clusters),
    ("eds_cluster_config", Section::Clusters),
    ("edsClusterConfig", Section::Clusters),
    ("load_assignment", Section::Clusters),
    ("loadAssignment", Section::Clusters),
    ("filter_chains", Section::Listeners),
    ("filterChains", Section::Listeners),
    ("default_filter_chain", Section::Listeners),
    ("defaultFilterChain", Section::Listeners),
    ("listener_filters", Section::Listeners),
    ("listenerFilters", Section::Listeners),
    ("virtual_hosts", Section::Routes),
    ("virtualHosts", Section::Routes),
    ("cluster_name", Section::Endpoints),
    ("clusterName", Section::Endpoints),
    ("host_statuses", Section::Endpoints),
    ("hostStatuses", Section::Endpoints),
];

/// What an element is, as far as it says: by its type, else by its fields.
pub(super) fn judge(json: &[u8]) -> Option<Kind> {
    let mut found = None;
    // the answer stands once it is found: what follows is not read, which the parser calls an error
    let _ = serde_json::Deserializer::from_slice(json).deserialize_map(Look { found: &mut found });
    found
}

fn of_type(url: &str) -> Kind {
    let name = url.rsplit('.').next().unwrap_or_default();
    if let Some((_, section)) = MESSAGES.iter().find(|(message, _)| *message == name) {
        return Kind::Of(*section);
    }
    match () {
        () if url.split('.').any(|part| part.ends_with("ConfigDump")) => Kind::DumpSection,
        // no type of anybody's is so long: it would only be kept
        () if url.len() > MAX_KEY => Kind::Other,
        () => Kind::Type(url.to_owned()),
    }
}

struct Look<'f> {
    found: &'f mut Option<Kind>,
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "@type" {
                *self.found = Some(of_type(&map.next_value::<Cow<'de, str>>()?));
                return Ok(());
            }
            if self.found.is_none() {
                *self.found = FIELDS.iter().find(|(field, _)| *field == key).map(|(_, section)| Kind::Of(*section));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_say_what_they_are() {
        let of = |text: &str| judge(text.as_bytes());
        let cluster = r#"{"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster","name":"a"}"#;
        assert_eq!(of(cluster), Some(Kind::Of(Section::Clusters)));
        assert_eq!(of(r#"{"name":"a","filterChains":[{}],"x":1}"#), Some(Kind::Of(Section::Listeners)));
        assert_eq!(of(r#"{"virtual_hosts":[],"@type":"x/envoy.api.v2.Listener"}"#), Some(Kind::Of(Section::Listeners)));
        assert_eq!(of(r#"{"name":"a","host_statuses":[]}"#), Some(Kind::Of(Section::Endpoints)));
        assert_eq!(of(r#"{"@type":"x/envoy.admin.v3.RoutesConfigDump"}"#), Some(Kind::DumpSection));
        assert_eq!(of(r#"{"@type":"x/envoy.admin.v3.ClustersConfigDump.DynamicCluster"}"#), Some(Kind::DumpSection));
        assert_eq!(of(r#"{"@type":"x/acme.Thing"}"#), Some(Kind::Type("x/acme.Thing".to_owned())));
        for text in ["7", "[]", "{}", r#"{"name":"a"}"#, r#"{"@type":7}"#, r#"{"name"#] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
