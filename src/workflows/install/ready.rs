//! From the registry to the ground of the preflight: which live clusters of a plan are looked at, and how pilot reaches them.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::backend::{Backend, Consent};
use super::input::PlanInput;
use super::plan::{Options, PlannedCluster};
use super::preflight::{Asked, Finding, Ground, Own, Reach, Subject, gather, reach};
use super::rights::Work;
use super::skew::VERSION;
use super::steps::Way;
use super::verify::Verify;
use crate::adapters::registry::Source;
use crate::data::model::{ClusterId, ClusterRole};
use crate::pure::manifest::{ClusterManifests, Inventory};

/// What the preflight says of the clusters of a plan.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// What it found, by cluster.
    pub(super) findings: BTreeMap<ClusterId, Vec<Finding>>,
    /// How pilot reaches each remote that it can reach.
    pub(super) reaches: BTreeMap<ClusterId, Reach>,
}

impl Look {
    /// Why nothing must be written in a cluster.
    pub(super) fn stops(&self, id: &ClusterId) -> Option<String> {
        let all = self.findings.get(id).into_iter().flatten().filter(|f| f.stops);
        let sentences: Vec<&str> = all.map(|f| f.sentence.as_str()).collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }

    /// Tells a cluster's way what stops nothing, and what helps where something does: all of that is one hint.
    pub(super) fn tell(&self, way: &Way) {
        let mut helps: Vec<&str> = Vec::new();
        for finding in self.findings.get(&way.planned.id).into_iter().flatten() {
            match (finding.stops, finding.hint.as_deref()) {
                (true, Some(hint)) if !helps.contains(&hint) => helps.push(hint),
                (true, _) => {}
                (false, hint) => {
                    way.note(finding.sentence.clone());
                    hint.iter().for_each(|hint| way.note(format!("hint: {hint}")));
                }
            }
        }
        if !helps.is_empty() {
            way.hint(&helps.join("; "));
        }
    }
}

/// A cluster that was asked.
pub(super) struct Reached<'a> {
    pub(super) id: &'a ClusterId,
    pub(super) backend: &'a Result<Backend, String>,
    /// What an earlier run left there.
    pub(super) inventory: Option<&'a Inventory>,
    /// Why it did not answer when that was read.
    pub(super) silence: Option<&'a str>,
}

/// What a cluster's kubeconfig says of the way to it.
fn own(server: &str, source: &Source) -> Own {
    Own {
        server: server.to_owned(),
        tls_server_name: source.tls_server_name(),
        ca_bundle: source.ca_bundle(),
        skips_verification: source.skips_verification(),
    }
}

/// What is about to be done in a cluster.
fn work(planned: &ClusterManifests, stubs: bool, options: &Options) -> Work {
    Work {
        deploys: planned.objects.iter().any(|o| o.key.kind == "Deployment") && !options.only_secrets,
        waits: options.waits,
        verifies: options.verify != Verify::No,
        stubs,
        only_secrets: options.only_secrets,
        writes: options.writes,
        remote: planned.role == ClusterRole::Remote,
        loopback: false,
    }
}

/// Looks at every cluster that is asked for, the live ones side by side. Of a folder there is nothing to ask but its version.
pub(super) async fn look(
    input: &PlanInput,
    planned: &[PlannedCluster],
    reached: &[Reached<'_>],
    consent: Consent,
    options: &Options,
) -> Look {
    // for the stubs of one the services of all are read
    let stubs = planned.iter().any(|c| c.manifests.inventory.stubs);
    let asked = planned.iter().map(|planned| async move {
        let server = planned.place.server()?;
        let cluster = input.clusters.iter().find(|c| c.id == planned.id)?;
        let (said, own) = (cluster.pilot.clone(), own(server, &cluster.source));
        let reached = reached.iter().find(|r| *r.id == planned.id)?;
        let facts = match reached.backend {
            // it would say the same again, and take its time once more
            Ok(_) if reached.silence.is_some() => Err(reached.silence.unwrap_or_default().to_owned()),
            Ok(Backend::Live(live)) => {
                let (source, planned) = (&cluster.source, &planned.manifests);
                let work = work(planned, stubs, options);
                let asked = Asked { live, source, planned, inventory: reached.inventory, own: &own, said: &said, work };
                gather(&asked).await
            }
            Ok(Backend::Folder(_)) => return None,
            Err(why) => Err(why.clone()),
        };
        Some(Subject { id: planned.id.clone(), role: planned.role, said, own, facts })
    });
    let subjects: Vec<Subject> = join_all(asked).await.into_iter().flatten().collect();
    let reaches = subjects.iter().filter_map(|s| {
        let inside = s.facts.as_ref().ok().and_then(|f| f.inside.as_ref());
        Some((s.id.clone(), reach(&s.said, &s.own, inside).ok()?))
    });
    let reaches = reaches.collect();
    let folders = planned.iter().filter(|p| p.place.folder().is_some()).filter_map(|p| {
        let reached = reached.iter().find(|r| *r.id == p.id)?;
        Some((p.id.clone(), reached.inventory?.clone()))
    });
    let ground = Ground {
        subjects,
        folders: folders.collect(),
        version: VERSION.to_owned(),
        allow_downgrade: consent.allow_downgrade,
    };
    let mut findings: BTreeMap<ClusterId, Vec<Finding>> = BTreeMap::new();
    for finding in ground.findings() {
        findings.entry(finding.cluster.clone()).or_default().push(finding);
    }
    Look { findings, reaches }
}
