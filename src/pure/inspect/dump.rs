//! What a dump consists of: sections, and elements of them.

use std::fmt;

/// What a dump has sections of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// How the proxy was started.
    Bootstrap,
    /// CDS.
    Clusters,
    /// LDS.
    Listeners,
    /// RDS.
    Routes,
    /// EDS, or the hosts of `/clusters`.
    Endpoints,
}

impl Section {
    /// All sections, in the order of `proxy-config all`.
    pub const ALL: [Section; 5] =
        [Section::Bootstrap, Section::Clusters, Section::Listeners, Section::Routes, Section::Endpoints];

    /// One of its elements, in words.
    pub(super) fn one(self) -> &'static str {
        match self {
            Section::Bootstrap => "the bootstrap",
            Section::Clusters => "a cluster",
            Section::Listeners => "a listener",
            Section::Routes => "a route configuration",
            Section::Endpoints => "a cluster's endpoints",
        }
    }

    /// The message of Envoy's admin API that holds it.
    pub fn message(self) -> &'static str {
        match self {
            Section::Bootstrap => "BootstrapConfigDump",
            Section::Clusters => "ClustersConfigDump",
            Section::Listeners => "ListenersConfigDump",
            Section::Routes => "RoutesConfigDump",
            Section::Endpoints => "EndpointsConfigDump",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Section::Bootstrap => "bootstrap",
            Section::Clusters => "clusters",
            Section::Listeners => "listeners",
            Section::Routes => "routes",
            Section::Endpoints => "endpoints",
        })
    }
}

/// Where in its section an element stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Of the bootstrap.
    Static,
    /// From a control plane; listeners carry their states inside.
    Dynamic,
    /// From a control plane, not in use yet.
    Warming,
    /// The resource itself, in a bare array or an answer of `/clusters`.
    Bare,
}

/// One element of a dump.
#[derive(Debug)]
pub struct Element<'a> {
    /// What it is.
    pub section: Section,
    /// Where it stood.
    pub group: Group,
    /// Its JSON, as it stood there.
    pub json: &'a [u8],
}

/// What became of an element.
#[derive(Debug)]
pub enum Visit {
    /// It was taken, or not wanted.
    Done,
    /// It cannot be decoded, for this reason.
    Bad(String),
    /// No more are wanted.
    Stop,
    /// No more can be held than this: `250000 resources`.
    Full(String),
}
