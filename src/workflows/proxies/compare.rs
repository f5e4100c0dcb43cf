//! What a pilot sent a proxy, against what the proxy's Envoy holds.

use std::time::Duration;

use serde::Serialize;

use super::admin::Envoy;
use super::pilot::Pilot;
use super::source::{Dump, Holds, Origin, SourceError};
use super::status::{kept, shown};
use super::target::Target;
use crate::data::model::{Report, Table};
use crate::pure::inspect::{Difference, Filter, Resources, Section, Unsaid, differences};

/// A response that is on its way when somebody is asked is no difference: all are asked again after this time.
pub const AGAIN: Duration = Duration::from_millis(700);

/// What was compared, and what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The proxy, `CLUSTER/NAMESPACE/POD`.
    pub proxy: String,
    /// Who sent.
    pub pilot: String,
    /// Who holds.
    pub envoy: String,
    /// How many resources of each section were sent.
    pub sent: Vec<(Section, usize)>,
    /// What differs.
    pub differences: Vec<(Section, String, Difference)>,
    /// What the pilot does not know of the proxy and was left out, in words.
    pub withheld: Option<String>,
    /// Why the pilot keeps something newer from the proxy, in words.
    pub kept: Option<String>,
}

/// Why a pilot's answer is not all of what its proxy has; `None`: it is.
pub fn withheld(pilot: &Origin, unsaid: &Unsaid) -> Option<String> {
    (!unsaid.is_empty()).then(|| {
        format!(
            "{pilot} does not know what the proxy holds of {}: the proxy has it from before the pilot started, which sends \
             nothing in its place until it has heard every cluster",
            unsaid.in_words()
        )
    })
}

/// Asks both, and compares.
///
/// # Errors
/// Where one of them does not answer, or answers no dump.
pub async fn compare(pilot: &Pilot, envoy: &Envoy, target: &Target) -> Result<Comparison, SourceError> {
    let mut first = once(pilot, envoy, target).await?;
    if !first.differences.is_empty() {
        tokio::time::sleep(AGAIN).await;
        first = once(pilot, envoy, target).await?;
    }
    Ok(first)
}

async fn once(pilot: &Pilot, envoy: &Envoy, target: &Target) -> Result<Comparison, SourceError> {
    // before what was sent is asked for: where the hold ends in between, what it kept is a difference
    let kept = kept(pilot, target).await?;
    let sent = sent(pilot, target).await?;
    let held = resources(envoy.dump(&Section::ALL, &Filter::default(), false).await?).await?;
    let sections = [Section::Clusters, Section::Endpoints, Section::Listeners, Section::Routes];
    Ok(Comparison {
        proxy: target.to_string(),
        pilot: pilot.origin().to_string(),
        envoy: envoy.origin().to_string(),
        sent: sections.map(|s| (s, sent.count(s))).into(),
        differences: differences(&sent, &held),
        withheld: withheld(pilot.origin(), sent.unsaid()),
        kept,
    })
}

/// What a pilot sent a proxy. What it computes for a pod whose proxy is not connected was never sent.
pub(super) async fn sent(pilot: &Pilot, target: &Target) -> Result<Resources, SourceError> {
    let sent = resources(pilot.config_dump(target).await?).await?;
    if sent.is_computed() {
        let why = format!("the proxy of {target} is not connected to it, so that it sent nothing");
        return Err(SourceError::Answer { origin: pilot.origin().clone(), path: "/debug/config_dump".to_owned(), why });
    }
    Ok(sent)
}

/// The resources of a dump, all of which must be readable: what is missing would look like a difference.
pub(super) async fn resources(dump: Dump) -> Result<Resources, SourceError> {
    let Dump { parts, origin } = dump;
    let refused = {
        let origin = origin.clone();
        move |why: String| SourceError::Answer { origin: origin.clone(), path: "/config_dump".to_owned(), why }
    };
    let read = tokio::task::spawn_blocking(move || {
        let mut found = Resources::default();
        for mut part in parts.into_iter().filter(|p| p.holds == Holds::Dump) {
            let (resources, summary) = Resources::read(&mut part.bytes).map_err(|e| e.to_string())?;
            if let Some(problem) = summary.problems.iter().find(|p| p.loses()) {
                return Err(problem.to_string());
            }
            found = resources;
        }
        Ok(found)
    });
    read.await.unwrap_or_else(|_| Err("the reader was stopped".to_owned())).map_err(refused)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    proxy: &'a str,
    pilot: &'a str,
    envoy: &'a str,
    in_sync: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<&'a str>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(rename = "type")]
    ty: String,
    name: &'a str,
    difference: &'static str,
    at: Option<&'a str>,
}

impl Comparison {
    /// Whether the proxy has all that it is to have: nothing differs, everything could be compared, and nothing is kept from it.
    pub fn is_in_sync(&self) -> bool {
        self.differences.is_empty() && self.withheld.is_none() && self.kept.is_none()
    }

    /// As a report of kind `ProxyDiff`; a wide table has every reason whole.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self, wide: bool) -> Result<Report, serde_json::Error> {
        let mut table = Table::new(&["TYPE", "NAME", "DIFFERENCE"], &[]);
        let mut items = Vec::new();
        for (section, name, difference) in &self.differences {
            let (word, text, at) = match difference {
                Difference::OnlySent => ("onlySent", "sent, not held".to_owned(), None),
                Difference::Warming => ("warming", "sent, not in use yet (warming)".to_owned(), None),
                Difference::Rejected(why) => {
                    ("rejected", format!("sent, rejected: {}", shown(why, wide)), Some(why.as_str()))
                }
                Difference::OnlyHeld => ("onlyHeld", "held, not sent".to_owned(), None),
                Difference::Differs(at) if *section == Section::Endpoints => ("differs", at.clone(), Some(at.as_str())),
                Difference::Differs(at) => ("differs", format!("differs at {at}"), Some(at.as_str())),
            };
            table.row([section.to_string(), name.clone(), text]);
            items.push(Item { ty: section.to_string(), name, difference: word, at });
        }
        let Self { proxy, pilot, envoy, withheld, kept, .. } = self;
        let (withheld, kept) = (withheld.as_deref(), kept.as_deref());
        let data = Data { proxy, pilot, envoy, in_sync: self.is_in_sync(), withheld, kept, items };
        let mut report = Report::of_kind("ProxyDiff", &data, table)?;
        report.names = self.differences.iter().map(|(section, name, _)| format!("{section}/{name}")).collect();
        Ok(report)
    }
}
