//! Whether proxies have what they were sent: every pilot's streams, type by type.

mod row;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use serde::Serialize;

use row::proxy_state;

use super::agreement::PilotAsked;
use super::pilot::Pilot;
use super::pilots::Pilots;
use super::source::{Origin, SourceError};
use super::target::Target;
use crate::data::model::{Report, Table};

/// The types, in the order of their columns.
pub const TYPES: [&str; 4] = ["CDS", "LDS", "EDS", "RDS"];
/// How long a response may be on its way before its proxy lags behind.
const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// The longest reason in a table, in characters; JSON has it whole.
const MAX_REASON: usize = 160;

/// How a type of a proxy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum State {
    /// It has accepted all that it was sent.
    #[serde(rename = "SYNCED")]
    Synced,
    /// It has not answered the last response yet.
    #[serde(rename = "STALE")]
    Stale,
    /// It has rejected the last response.
    #[serde(rename = "NACK")]
    Nack,
    /// It has asked, and nothing was sent.
    #[serde(rename = "NOT SENT")]
    NotSent,
    /// It has not asked.
    #[serde(rename = "NOT ASKED")]
    NotAsked,
    /// It has accepted all that it was sent, and something newer is held back until what it waits for has been read.
    #[serde(rename = "HELD")]
    Held,
    /// It is told nothing, since its cluster is not in pilot's registry.
    #[serde(rename = "FROZEN")]
    Frozen,
}

/// A type of a proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeState {
    /// How it stands.
    pub state: State,
    /// How many seconds ago that began, where pilot says so.
    pub seconds: Option<u64>,
    /// Why it was rejected, in the proxy's words.
    pub reason: Option<String>,
}

/// A proxy's stream to a pilot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyState {
    /// `POD.NAMESPACE`
    pub proxy: String,
    /// The cluster it says it runs in; empty where it says none.
    pub cluster: String,
    /// The pilot it is connected to.
    pub pilot: String,
    /// Its build.
    pub version: String,
    /// Whether every type that it asked for is synced.
    pub in_sync: bool,
    /// Why something is kept from it, in words; none where nothing is.
    pub kept: Option<String>,
    /// The clusters and files of the registry that must be read before it is told the rest.
    pub waits_for: Vec<String>,
    /// By type.
    pub types: BTreeMap<&'static str, TypeState>,
}

/// The streams of the pilots that answer, sorted; and which were asked. Where a response may just be on its way, all are asked
/// again before that counts.
///
/// # Errors
/// Where no pilot answers.
pub async fn proxy_states(pilots: &Pilots) -> Result<(Vec<ProxyState>, Vec<PilotAsked>), SourceError> {
    let first = ask(pilots).await?;
    if !first.0.iter().flat_map(|s| s.types.values()).any(TypeState::may_pass) {
        return Ok(first);
    }
    tokio::time::sleep(ON_ITS_WAY).await;
    let (mut states, pilots) = ask(pilots).await?;
    states.iter_mut().for_each(ProxyState::settle);
    Ok((states, pilots))
}

async fn ask(pilots: &Pilots) -> Result<(Vec<ProxyState>, Vec<PilotAsked>), SourceError> {
    let asked = pilots.iter().map(|pilot| async move { (pilot.origin(), pilot.streams().await) });
    let (mut states, mut pilots, mut silent, mut answered) = (Vec::new(), Vec::new(), None, false);
    for (origin, answer) in join_all(asked).await {
        let pilot = place(origin);
        let reason = match answer {
            Ok(rows) => {
                answered = true;
                let known = states.len();
                states.extend(rows.iter().filter_map(|row| proxy_state(row, &pilot)));
                let lost = rows.len() - (states.len() - known);
                // what cannot be read of it may be a proxy that is not in sync
                (lost > 0)
                    .then(|| format!("{lost} of the proxies that {origin} names cannot be read, and were left out"))
            }
            Err(error) => {
                let reason = error.to_string();
                silent = Some(error);
                Some(reason)
            }
        };
        pilots.push(PilotAsked { pilot, reason });
    }
    if !answered {
        return Err(silent.unwrap_or_else(|| SourceError::NoPilot("there is none".to_owned())));
    }
    states.sort_by(|a, b| (&a.cluster, &a.proxy, &a.pilot).cmp(&(&b.cluster, &b.proxy, &b.pilot)));
    Ok((states, pilots))
}

impl TypeState {
    /// Whether what is missing may be on its way: the proxy was just sent it, or has just asked. Only ours says for how long.
    fn may_pass(&self) -> bool {
        match self.state {
            State::Stale => self.seconds.unwrap_or_default() < ON_ITS_WAY.as_secs(),
            State::NotSent => true,
            State::Synced | State::Nack | State::NotAsked | State::Held | State::Frozen => false,
        }
    }
}

impl ProxyState {
    /// What went out a moment ago, after all that went before was answered, is no proxy that lags behind.
    fn settle(&mut self) {
        for state in self.types.values_mut() {
            if state.state == State::Stale && state.seconds.is_some_and(|s| s < ON_ITS_WAY.as_secs()) {
                *state = TypeState { state: State::Synced, seconds: None, reason: None };
            }
        }
        self.in_sync = in_sync(&self.types) && self.kept.is_none();
    }
}

fn in_sync(types: &BTreeMap<&'static str, TypeState>) -> bool {
    types.values().all(|t| matches!(t.state, State::Synced | State::NotAsked))
}

/// A pilot's place, short enough for a column.
pub(super) fn place(origin: &Origin) -> String {
    match origin {
        Origin::Pilot(url) => url.trim_start_matches("http://").to_owned(),
        Origin::PilotPod(pod) => pod.rsplit('/').next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}

/// Why a pilot keeps something from a proxy that is connected to it; `None`: it keeps nothing.
pub(super) async fn kept(pilot: &Pilot, target: &Target) -> Result<Option<String>, SourceError> {
    let (name, cluster) = (format!("{}.{}", target.id.name, target.id.namespace), target.id.cluster.as_str());
    let meant =
        |s: &ProxyState| s.proxy == name && (s.cluster == cluster || s.cluster.is_empty() || cluster.is_empty());
    let rows = pilot.streams().await?;
    // after a cut the dead stream is there too, before the new one
    let its = rows.iter().filter_map(|row| proxy_state(row, "")).rfind(meant);
    Ok(its.and_then(|state| state.kept))
}

/// The states as a report of kind `ProxyStatusList`; a wide table has every reason whole.
///
/// # Errors
/// Where it does not serialise.
pub fn status_report(states: &[ProxyState], pilots: &[PilotAsked], wide: bool) -> Result<Report, serde_json::Error> {
    let mut table = Table::new(&["PROXY", "CLUSTER", "PILOT", "VERSION", "CDS", "LDS", "EDS", "RDS", "REASON"], &[]);
    let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    for state in states {
        let cells = TYPES.map(|ty| state.types.get(ty).map(cell).unwrap_or_default());
        let reasons = TYPES.iter().filter_map(|ty| Some((ty, state.types.get(ty)?.reason.as_ref()?)));
        let reasons = reasons.map(|(ty, why)| format!("{ty}: {}", shown(why, wide)));
        let reasons: Vec<_> = state.kept.iter().map(|why| shown(why, wide)).chain(reasons).collect();
        let place = [dash(&state.proxy), dash(&state.cluster), dash(&state.pilot), dash(&state.version)];
        table.row(place.into_iter().chain(cells).chain([reasons.join("; ")]));
    }
    let mut report = Report::of_kind("ProxyStatusList", &States { pilots, items: states }, table)?;
    report.names = states.iter().map(|s| s.proxy.clone()).collect();
    Ok(report)
}

#[derive(Serialize)]
struct States<'a> {
    pilots: &'a [PilotAsked],
    items: &'a [ProxyState],
}

fn cell(state: &TypeState) -> String {
    let age = state.seconds.map(|s| format!(" ({s}s)")).unwrap_or_default();
    match state.state {
        State::Synced => "SYNCED".to_owned(),
        State::Stale => format!("STALE{age}"),
        State::Nack => format!("NACK{age}"),
        State::NotSent => "NOT SENT".to_owned(),
        State::NotAsked => "-".to_owned(),
        State::Held => "HELD".to_owned(),
        State::Frozen => "FROZEN".to_owned(),
    }
}

/// A reason as a table has it: cut, or whole where there is room.
pub(super) fn shown(reason: &str, whole: bool) -> String {
    if whole { reason.to_owned() } else { cut(reason) }
}

/// A reason as a table has it: its first line, of bounded length.
fn cut(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    let short: String = line.chars().take(MAX_REASON).collect();
    if short.len() < reason.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn cells(report: &Report) -> String {
        report.table.rows.iter().map(|row| row.join("|")).collect()
    }

    #[test]
    fn what_pilot_says_of_a_stream_becomes_a_row() {
        let row = json!({"proxy": "web-1.default", "cluster_id": "gke", "version": "1.40.0", "types": {
            "CDS": {"state": "SYNCED", "unansweredSeconds": 9},
            "LDS": {"state": "NACK", "nack": {"reason": "bad\nworse", "secondsAgo": 3}},
            "EDS": {"state": "STALE", "unansweredSeconds": 12},
        }});
        let state = proxy_state(&row, "p:1").into_iter().collect::<Vec<_>>();
        assert!(!state.iter().any(|s| s.in_sync));
        let report = status_report(&state, &[], false).map(|r| cells(&r));
        let want = "web-1.default|gke|p:1|1.40.0|SYNCED|NACK (3s)|STALE (12s)|-|LDS: bad…";
        assert_eq!(report.ok().as_deref(), Some(want));
        let wide = status_report(&state, &[], true).map(|r| cells(&r));
        assert_eq!(wide.ok(), Some(want.replace("bad…", "bad\nworse")));
    }

    #[test]
    fn what_is_on_its_way_is_looked_at_again_and_then_settled() {
        let state = |ty: Value| {
            let row = json!({"proxy": "a.b", "types": {"CDS": ty}});
            proxy_state(&row, "p").unwrap()
        };
        for (ty, passes, settled) in [
            (json!({"state": "STALE", "unansweredSeconds": 0}), true, State::Synced),
            (json!({"state": "STALE", "unansweredSeconds": 1}), false, State::Stale),
            // nobody says since when
            (json!({"state": "STALE"}), true, State::Stale),
            (json!({"state": "NOT SENT"}), true, State::NotSent),
            (json!({"state": "NACK", "nack": {"secondsAgo": 0}}), false, State::Nack),
        ] {
            let mut state = state(ty.clone());
            assert_eq!(state.types["CDS"].may_pass(), passes, "{ty}");
            state.settle();
            assert_eq!((state.types["CDS"].state, state.in_sync), (settled, settled == State::Synced), "{ty}");
        }
    }
}
