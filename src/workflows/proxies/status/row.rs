//! What a row of `/debug/syncz` says, ours or that of an istiod.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ProxyState, State, TYPES, TypeState, in_sync};

/// A row of `/debug/syncz`: ours, or that of an istiod before 1.22, `{"cluster_sent":…,"cluster_acked":…}`.
pub(super) fn proxy_state(row: &Value, pilot: &str) -> Option<ProxyState> {
    let text = |keys: &[&str]| keys.iter().find_map(|k| row.get(*k)).and_then(Value::as_str).unwrap_or_default();
    let proxy = text(&["proxy", "proxyID"]);
    if proxy.is_empty() || row.get("types").is_some_and(|types| !types.is_object()) {
        return None;
    }
    let keeps = Keeps::of(row);
    let state = |ty| match keeps.state(row, ty) {
        Some(kept) => type_state(row, ty).or_kept(kept),
        None => type_state(row, ty),
    };
    let types: BTreeMap<_, _> = TYPES.into_iter().map(|ty| (ty, state(ty))).collect();
    let cluster = text(&["cluster_id", "clusterID"]);
    Some(ProxyState {
        proxy: proxy.to_owned(),
        cluster: cluster.to_owned(),
        pilot: pilot.to_owned(),
        version: text(&["version", "istio_version"]).to_owned(),
        // also where it has asked for no type that pilot serves
        in_sync: in_sync(&types) && matches!(keeps, Keeps::Nothing),
        kept: keeps.reason(cluster),
        waits_for: match keeps {
            Keeps::Until(names) => names,
            Keeps::Nothing | Keeps::All => Vec::new(),
        },
        types,
    })
}

/// What a pilot keeps from a proxy.
enum Keeps {
    Nothing,
    /// Some of it, until these have been read; a pilot of an older version does not name them.
    Until(Vec<String>),
    /// Everything.
    All,
}

impl Keeps {
    fn of(row: &Value) -> Self {
        let says = |key: &str| row.get(key).and_then(Value::as_bool).unwrap_or_default();
        let names = row.get("waitsFor").and_then(Value::as_array).into_iter().flatten();
        match (says("frozen"), says("heldBack")) {
            (true, _) => Self::All,
            (false, true) => Self::Until(names.filter_map(Value::as_str).map(str::to_owned).collect()),
            (false, false) => Self::Nothing,
        }
    }

    /// The state of a type from which it keeps something. A pilot of an older version does not say which types these are.
    fn state(&self, row: &Value, ty: &str) -> Option<State> {
        let held = || row.pointer(&format!("/types/{ty}/heldBack")).and_then(Value::as_bool).unwrap_or(true);
        match self {
            Self::All => Some(State::Frozen),
            Self::Until(_) => held().then_some(State::Held),
            Self::Nothing => None,
        }
    }

    fn reason(&self, cluster: &str) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Until(names) if names.is_empty() => Some("pilot has not read every cluster yet".to_owned()),
            Self::Until(names) => Some(format!("pilot has not read {} yet", names.join(", "))),
            Self::All if cluster.is_empty() => Some("its cluster is not in pilot's registry".to_owned()),
            Self::All => Some(format!("its cluster {cluster} is not in pilot's registry")),
        }
    }
}

impl TypeState {
    /// Its state where something is kept from the proxy. What the proxy itself does wrong counts before that, and what is on
    /// its way does not.
    fn or_kept(self, kept: State) -> Self {
        match self.state {
            State::Nack | State::NotAsked => self,
            State::Stale if !self.may_pass() => self,
            _ => Self { state: kept, seconds: None, reason: None },
        }
    }
}

fn type_state(row: &Value, ty: &str) -> TypeState {
    let bare = |state| TypeState { state, seconds: None, reason: None };
    let Some(types) = row.get("types") else {
        let name = match ty {
            "CDS" => "cluster",
            "LDS" => "listener",
            "EDS" => "endpoint",
            _ => "route",
        };
        let nonce = |what: &str| row.get(format!("{name}_{what}")).and_then(Value::as_str).unwrap_or_default();
        return match (nonce("sent"), nonce("acked")) {
            ("", _) => bare(State::NotSent),
            (sent, acked) if sent == acked => bare(State::Synced),
            _ => bare(State::Stale),
        };
    };
    let Some(status) = types.get(ty) else { return bare(State::NotAsked) };
    let seconds = |pointer: &str| status.pointer(pointer).and_then(Value::as_u64);
    match status.get("state").and_then(Value::as_str) {
        Some("SYNCED") => bare(State::Synced),
        Some("NACK") => TypeState {
            state: State::Nack,
            seconds: seconds("/nack/secondsAgo"),
            reason: status.pointer("/nack/reason").and_then(Value::as_str).map(str::to_owned),
        },
        Some("STALE") => TypeState { state: State::Stale, seconds: seconds("/unansweredSeconds"), reason: None },
        _ => bare(State::NotSent),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::status_report;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_foreign_pilots_nonces_are_compared() {
        let row = json!({"proxy": "a.b", "cluster_sent": "x", "cluster_acked": "x", "listener_sent": "y",
            "listener_acked": "x", "endpoint_sent": "", "route_sent": "z", "route_acked": "z"});
        let states = proxy_state(&row, "p").map(|s| s.types.into_values().map(|t| t.state).collect::<Vec<_>>());
        assert_eq!(states, Some(vec![State::Synced, State::NotSent, State::Stale, State::Synced]));
        for bad in [json!({}), json!(7), json!({"proxy": "a.b", "types": 7})] {
            assert_eq!(proxy_state(&bad, "p"), None, "{bad}");
        }
    }

    #[test]
    fn what_is_kept_from_a_proxy_is_not_called_synced() {
        let states = |row: &Value| proxy_state(row, "p").unwrap();
        let cells = |row: &Value| {
            let report = status_report(&[states(row)], &[], false).unwrap();
            report.table.rows.iter().next().unwrap().iter().skip(4).collect::<Vec<_>>().join("|")
        };
        // a stale answer that is on its way is none; one that is late, a rejection and what was not asked for stand
        let mut row = json!({"proxy": "web-1.default", "cluster_id": "gke", "heldBack": true, "frozen": false,
            "waitsFor": ["mesh.yaml", "on-prem"], "types": {
                "CDS": {"state": "SYNCED", "heldBack": true},
                "LDS": {"state": "SYNCED", "heldBack": false},
                "EDS": {"state": "STALE", "unansweredSeconds": 0, "heldBack": true},
                "RDS": {"state": "NOT SENT", "heldBack": true}}});
        assert_eq!(cells(&row), "HELD|SYNCED|HELD|HELD|pilot has not read mesh.yaml, on-prem yet");
        let state = states(&row);
        assert!(!state.in_sync && !state.types.values().any(TypeState::may_pass));
        assert_eq!(state.waits_for, ["mesh.yaml", "on-prem"]);
        row["types"]["EDS"]["unansweredSeconds"] = 9.into();
        row["types"]["CDS"] = json!({"state": "NACK", "heldBack": true, "nack": {"reason": "bad", "secondsAgo": 3}});
        row["types"].as_object_mut().unwrap().remove("RDS");
        assert_eq!(cells(&row), "NACK (3s)|SYNCED|STALE (9s)|-|pilot has not read mesh.yaml, on-prem yet; CDS: bad");

        // its cluster has left the registry: everything is kept from it
        row["frozen"] = true.into();
        row["waitsFor"] = json!([]);
        row["types"] = json!({"CDS": {"state": "SYNCED", "heldBack": false}});
        assert_eq!(cells(&row), "FROZEN|-|-|-|its cluster gke is not in pilot's registry");
        assert!(!states(&row).in_sync && states(&row).waits_for.is_empty());
        // it is back, and everything is known
        row["frozen"] = false.into();
        row["heldBack"] = false.into();
        assert_eq!((cells(&row).as_str(), states(&row).in_sync), ("SYNCED|-|-|-|", true));
    }

    #[test]
    fn a_pilot_of_an_older_version_names_neither_types_nor_clusters() {
        let mut row = json!({"proxy": "a.b", "types": {"CDS": {"state": "SYNCED"}, "LDS": {"state": "SYNCED"}}});
        for (key, state, why) in [
            ("heldBack", State::Held, "pilot has not read every cluster yet"),
            ("frozen", State::Frozen, "its cluster is not in pilot's registry"),
        ] {
            row[key] = true.into();
            let read = proxy_state(&row, "p").unwrap();
            let states: Vec<_> = read.types.values().map(|t| t.state).collect();
            assert_eq!(states, [state, State::NotAsked, state, State::NotAsked]);
            assert_eq!((read.kept.as_deref(), read.waits_for.len(), read.in_sync), (Some(why), 0, false));
        }
        // and one that says nothing of it keeps nothing
        let read = proxy_state(&json!({"proxy": "a.b", "types": {"CDS": {"state": "SYNCED"}}}), "p").unwrap();
        assert_eq!((read.kept, read.in_sync), (None, true));
    }
}
