//! Who has which endpoint, as `endpoints --compare` tells it.

use serde::Serialize;

use super::unread::Unread;
use crate::data::model::{Report, Table};

/// An endpoint of a service's port, and who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// `ADDRESS:PORT`
    pub endpoint: String,
    /// The cluster of the mesh that it runs in; empty where the registry does not know it.
    pub cluster: String,
    /// The xDS cluster.
    pub xds_cluster: String,
    /// The cluster of the mesh whose proxies alone see the service; none: those of all clusters do.
    pub scope: Option<String>,
    /// The proxy that was asked, `CLUSTER/NAMESPACE/POD`; none: pilot's merged mesh alone was.
    pub proxy: Option<String>,
    /// The registry's clusters give it.
    pub expected: bool,
    /// Every pilot that was asked pushes it; of its merged mesh: to the proxies of its own network.
    pub pushed: bool,
    /// The pilots that push it.
    pub pushed_by: Vec<String>,
    /// The pilots that do not.
    pub not_pushed_by: Vec<String>,
    /// Its network; empty: the default one.
    pub network: String,
    /// What proxies of other networks are given in its place: the gateways of its network. None where the mesh has one network,
    /// or where a proxy was asked.
    pub elsewhere: Option<Vec<String>>,
    /// The proxy holds it; none where no proxy was asked.
    pub held: Option<bool>,
}

impl Agreement {
    /// What differs; nothing where all agree.
    fn difference(&self) -> String {
        let by_some = !self.pushed_by.is_empty();
        match (self.expected, by_some, self.held) {
            (true, false, _) => "not pushed".to_owned(),
            (true, true, _) if !self.pushed => format!("not pushed by {}", self.not_pushed_by.join(", ")),
            (false, true, _) => "pushed, not expected".to_owned(),
            (true, true, Some(false)) => "pushed, not held".to_owned(),
            (false, false, _) => "held, not pushed".to_owned(),
            (true, true, _) => String::new(),
        }
    }

    /// Whether and to whom it is pushed.
    fn pushed_cell(&self) -> String {
        let pushed = match (self.pushed, self.pushed_by.is_empty()) {
            (true, _) => "yes",
            (false, true) => return "no".to_owned(),
            (false, false) => "by some",
        };
        match self.elsewhere.as_deref() {
            None => pushed.to_owned(),
            Some([]) => format!("{pushed}, in its network alone"),
            Some(gateways) => format!("{pushed}, elsewhere {}", gateways.join(" ")),
        }
    }
}

/// A pilot that was to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PilotAsked {
    /// Where it is.
    pub pilot: String,
    /// Why it did not answer; none where it did.
    pub reason: Option<String>,
}

/// A comparison, and by whose word it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EndpointComparison {
    /// The pilots that were to be asked.
    pub pilots: Vec<PilotAsked>,
    /// What the registry's mesh was read without: what it has looks pushed and not expected.
    #[serde(flatten)]
    pub unread: Unread,
    /// The endpoints that anybody has, by xDS cluster and proxy.
    pub items: Vec<Agreement>,
}

impl EndpointComparison {
    /// Takes in another comparison of the same mesh.
    pub fn extend(&mut self, other: Self) {
        let Self { pilots, unread: _, items } = other;
        self.pilots.extend(pilots.into_iter().filter(|p| !self.pilots.contains(p)).collect::<Vec<_>>());
        self.items.extend(items);
    }

    /// Whether everybody agrees.
    pub fn agrees(&self) -> bool {
        self.items.iter().all(|row| row.difference().is_empty())
    }

    /// Whether everybody who has a say could be asked.
    pub fn is_whole(&self) -> bool {
        self.unread.is_empty() && self.pilots.iter().all(|p| p.reason.is_none())
    }

    /// The comparison as a report of kind `EndpointComparison`.
    ///
    /// # Errors
    /// Where it does not serialise.
    pub fn report(&self) -> Result<Report, serde_json::Error> {
        let columns = ["ENDPOINT", "CLUSTER", "XDS CLUSTER", "PROXY", "EXPECTED", "PUSHED", "HELD", "DIFFERENCE"];
        let mut table = Table::new(&columns, &["NETWORK", "SCOPE"]);
        let yes = |is: bool| if is { "yes" } else { "no" };
        let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        for row in &self.items {
            table.row([
                row.endpoint.clone(),
                dash(&row.cluster),
                row.xds_cluster.clone(),
                dash(row.proxy.as_deref().unwrap_or_default()),
                yes(row.expected).to_owned(),
                row.pushed_cell(),
                row.held.map_or("-", yes).to_owned(),
                row.difference(),
                dash(&row.network),
                dash(row.scope.as_deref().unwrap_or_default()),
            ]);
        }
        let mut report = Report::of_kind("EndpointComparison", self, table)?;
        let differing = self.items.iter().filter(|r| !r.difference().is_empty());
        report.names = differing.map(|r| r.endpoint.clone()).collect();
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(expected: bool, by: (&[&str], &[&str]), held: Option<bool>) -> Agreement {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Agreement {
            endpoint: "10.0.0.1:80".into(),
            cluster: String::new(),
            xds_cluster: "outbound|80||a.b.svc.cluster.local".into(),
            scope: None,
            proxy: None,
            expected,
            pushed: by.1.is_empty() && !by.0.is_empty(),
            pushed_by: names(by.0),
            not_pushed_by: names(by.1),
            network: String::new(),
            elsewhere: None,
            held,
        }
    }

    #[test]
    fn each_way_to_disagree_has_its_word() {
        let (all, none, some): (_, _, (&[&str], &[&str])) =
            ((&["p"][..], &[][..]), (&[][..], &["p"][..]), (&["p"], &["q"]));
        for (row, word) in [
            (row(true, all, None), ""),
            (row(true, all, Some(true)), ""),
            (row(true, none, None), "not pushed"),
            (row(true, some, None), "not pushed by q"),
            (row(false, some, None), "pushed, not expected"),
            (row(false, all, Some(true)), "pushed, not expected"),
            (row(true, all, Some(false)), "pushed, not held"),
            (row(false, none, Some(true)), "held, not pushed"),
        ] {
            assert_eq!(row.difference(), word);
            let comparison = EndpointComparison { items: vec![row], ..EndpointComparison::default() };
            assert_eq!(comparison.agrees(), word.is_empty());
        }
    }

    #[test]
    fn to_whom_it_is_pushed_is_said() {
        let of = |elsewhere: Option<&[&str]>| {
            let elsewhere = elsewhere.map(|all| all.iter().map(|g| (*g).to_owned()).collect());
            Agreement { elsewhere, ..row(true, (&["p"], &[]), None) }.pushed_cell()
        };
        assert_eq!(of(None), "yes");
        assert_eq!(of(Some(&[])), "yes, in its network alone");
        assert_eq!(of(Some(&["1.2.3.4:15443"])), "yes, elsewhere 1.2.3.4:15443");
    }
}
