//! The words after a view: a target, and before it what the talk's `istio-proxy-cfg` took: `s productpage`, `s 9080 productpage`.

use crate::cli::CliError;
use crate::pure::inspect::Section;

/// The talk's words for a sidecar.
const SIDECAR: [&str; 3] = ["s", "side", "sidecar"];
/// The talk's words for an ingress.
const INGRESS: [&str; 3] = ["i", "ing", "ingress"];
/// The pods that the talk takes for the ingress, by the start of their names.
const INGRESS_PODS: &str = "istio-ingress";

/// The words, sorted by what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Which proxy.
    pub(super) target: Option<String>,
    /// Which route.
    pub(super) route: Option<String>,
    /// Which xDS cluster: a word with a bar.
    pub(super) cluster: Option<String>,
}

impl Words {
    /// Sorts the words of a view. A role counts only where something follows it, or where it is the ingress.
    pub(super) fn read(sections: &[Section], words: &[String]) -> Result<Self, CliError> {
        let mut found = Self::default();
        let (keys, mut rest): (Vec<&String>, Vec<&String>) =
            words.iter().partition(|w| w.contains('|') || w.starts_with("out."));
        let takes_keys = matches!(sections, [] | [Section::Clusters | Section::Endpoints]);
        match keys[..] {
            [] => {}
            [key] if takes_keys => found.cluster = Some(key.clone()),
            [key, ..] => return Err(CliError::usage(format!("\"{key}\" names a cluster, which does not belong here"))),
        }
        let role = rest.first().map(|w| w.as_str()).filter(|w| SIDECAR.contains(w) || INGRESS.contains(w));
        let ingress = role.is_some_and(|w| INGRESS.contains(&w));
        if role.is_some() {
            rest.remove(0);
        }
        if role.is_some() && sections == [Section::Routes] && !rest.is_empty() {
            let route = rest.remove(0);
            found.route = Some(route.clone());
        }
        match rest[..] {
            [] if ingress => found.target = Some(INGRESS_PODS.to_owned()),
            [] => {
                if let Some(role) = role {
                    let (sentence, line) = match &found.route {
                        Some(route) => (
                            format!("the route \"{route}\" is named, and no pod follows it"),
                            format!("r {role} {route}"),
                        ),
                        None => (
                            format!("\"{role}\" is the talk's word for a role, and no pod follows it"),
                            format!("c {role}"),
                        ),
                    };
                    let hint = format!("name the proxy after it: meshctl proxy-config {line} productpage");
                    return Err(CliError::usage(sentence).hint(hint));
                }
            }
            [target] => found.target = Some(target.clone()),
            [_, extra, ..] => {
                let hint = "one proxy a call; filters are options: --fqdn, --port, --name, see --help";
                return Err(CliError::usage(format!("\"{extra}\" is one word too many")).hint(hint));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(section: Section, text: &str) -> Result<Words, CliError> {
        Words::read(&[section], &text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_talks_lines_are_understood() {
        let target = |t: &str| Words { target: Some(t.into()), ..Words::default() };
        assert_eq!(read(Section::Clusters, "s productpage"), Ok(target("productpage")));
        assert_eq!(read(Section::Listeners, "sidecar productpage"), Ok(target("productpage")));
        assert_eq!(read(Section::Clusters, "ing"), Ok(target("istio-ingress")));
        let route = Words { route: Some("9080".into()), ..target("productpage") };
        assert_eq!(read(Section::Routes, "s 9080 productpage"), Ok(route));
        let cluster = Words { cluster: Some("out.a.b|http".into()), ..target("productpage") };
        assert_eq!(read(Section::Clusters, "s productpage out.a.b|http"), Ok(cluster));
    }

    #[test]
    fn words_that_lead_nowhere_are_refused() {
        assert!(read(Section::Clusters, "s").is_err());
        let hint = "name the proxy after it: meshctl proxy-config r s 9080 productpage";
        let route = CliError::usage("the route \"9080\" is named, and no pod follows it").hint(hint);
        assert_eq!(read(Section::Routes, "s 9080"), Err(route));
        assert!(read(Section::Clusters, "a b").is_err());
        assert!(read(Section::Listeners, "a out.b|c").is_err());
        assert_eq!(read(Section::Clusters, ""), Ok(Words::default()));
    }
}
