//! The filters of a view: what they may say, and what is said where nothing matches them.

use crate::cli::CliError;
use crate::pure::inspect::{ClusterPattern, Glob, Section};

/// The directions of clusters, `inbound-vip` being that of Istio's waypoints.
pub(super) const DIRECTIONS: [&str; 3] = ["outbound", "inbound", "inbound-vip"];
/// What a listener may carry.
pub(super) const TYPES: [&str; 4] = ["HTTP", "TCP", "HTTP+TCP", "UNKNOWN"];
/// The health of an endpoint.
pub(super) const STATUSES: [&str; 5] = ["healthy", "unhealthy", "draining", "degraded", "timeout"];

/// The filters of a command line, as they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked(Vec<(&'static str, String)>);

impl Asked {
    /// Any text.
    pub(super) fn text(&mut self, flag: &'static str, value: Option<String>) -> Option<Glob> {
        let value = value?;
        let glob = Glob::new(&value);
        self.0.push((flag, value));
        Some(glob)
    }

    /// The name of an xDS cluster, or its host.
    pub(super) fn cluster(&mut self, flag: &'static str, value: Option<String>) -> Option<ClusterPattern> {
        let value = value?;
        let pattern = ClusterPattern::new(&value);
        self.0.push((flag, value));
        Some(pattern)
    }

    /// A port: a number, or digits and `*`.
    pub(super) fn port(&mut self, value: Option<String>) -> Result<Option<Glob>, CliError> {
        if let Some(text) = &value {
            let glob = text.contains('*') && text.bytes().all(|b| b.is_ascii_digit() || b == b'*');
            if !glob && !text.parse::<u16>().is_ok_and(|port| port > 0) {
                return Err(CliError::usage(format!("--port \"{text}\" is no port"))
                    .hint("a number from 1 to 65535; * stands for any digits: --port '90*'"));
            }
        }
        Ok(self.text("--port", value))
    }

    /// One of a few words, letter case aside.
    pub(super) fn word(
        &mut self,
        flag: &'static str,
        value: Option<String>,
        words: &[&str],
    ) -> Result<Option<Glob>, CliError> {
        if let Some(text) = &value {
            let glob = Glob::new(text);
            if !words.iter().any(|word| glob.matches(word)) {
                return Err(CliError::usage(format!("{flag} \"{text}\" can match nothing"))
                    .hint(format!("it is one of {}", words.join(", "))));
            }
        }
        Ok(self.text(flag, value))
    }

    /// What to say where nothing of a section matches; nothing where nothing was asked.
    pub(super) fn unmatched(&self, section: Section) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let typed: Vec<String> =
            self.0.iter().map(|(flag, value)| format!("{flag} {value}").trim().to_owned()).collect();
        let of_mesh =
            section == Section::Endpoints && self.0.iter().any(|(flag, v)| *flag == "--cluster" && !v.contains('|'));
        let why = if of_mesh {
            "--cluster is an xDS cluster (outbound|9080||HOST, HOST, or the talk's out.HOST|http); --in-cluster is a cluster of the mesh"
        } else {
            "a filter means the whole field, and * stands for any text"
        };
        Some(format!("no {section} match {}: {why}", typed.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_values_are_refused_and_globs_are_not() {
        let port = |text: &str| Asked::default().port(Some(text.to_owned())).is_ok();
        for (text, good) in
            [("9080", true), ("90*", true), ("*", true), ("abc", false), ("99999", false), ("0", false), ("", false)]
        {
            assert_eq!(port(text), good, "{text}");
        }
        let direction = |text: &str| Asked::default().word("--direction", Some(text.to_owned()), &DIRECTIONS).is_ok();
        for (text, good) in [("outbound", true), ("IN*", true), ("up", false), ("", false)] {
            assert_eq!(direction(text), good, "{text}");
        }
    }

    #[test]
    fn what_matches_nothing_is_said_with_what_a_filter_means() {
        let mut asked = Asked::default();
        assert_eq!(asked.unmatched(Section::Clusters), None);
        asked.text("--fqdn", Some("reviews".into()));
        assert_eq!(
            asked.unmatched(Section::Clusters).as_deref(),
            Some("no clusters match --fqdn reviews: a filter means the whole field, and * stands for any text")
        );
        let mut asked = Asked::default();
        asked.cluster("--cluster", Some("on-prem".into()));
        assert!(asked.unmatched(Section::Endpoints).is_some_and(|said| said.contains("--in-cluster")));
    }
}
