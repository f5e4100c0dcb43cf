//! Versions of this program: what is installed against what would be. An upgrade is ordinary; a downgrade needs its flag.

use std::cmp::Ordering;

use super::report::Warning;
use crate::data::model::ClusterId;

/// What an installation would do to the version that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Both are the same, or nobody can tell.
    Same,
    /// What stands is older.
    Upgrade,
    /// What stands is newer.
    Downgrade,
}

/// The version of this program.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What to do about a refused downgrade.
pub(super) const HINT: &str = "use the newer meshctl, or add --allow-downgrade";

/// Compares two versions as Semantic Versioning 2.0.0 §11 does; a version that is none compares as the same.
pub(super) fn step(installed: &str, ours: &str) -> Step {
    match (parts(installed), parts(ours)) {
        (Some(installed), Some(ours)) => match compare(&installed, &ours) {
            Ordering::Less => Step::Upgrade,
            Ordering::Equal => Step::Same,
            Ordering::Greater => Step::Downgrade,
        },
        _ => Step::Same,
    }
}

/// Why a downgrade is refused.
pub(super) fn refusal(installed: &str, ours: &str) -> String {
    format!("meshctl {installed} is installed there, and this is the older {ours}")
}

/// Why a remote is not upgraded ahead of its primary.
pub(super) fn primary_first(primary: &ClusterId, installed: &str, ours: &str) -> String {
    format!(
        "its primary {primary} has meshctl {installed}, and this newer {ours} comes to a primary before its remotes"
    )
}

/// What is said of a primary that is older than its remotes of these versions; `None` where there are none.
pub(super) fn left_newer(remotes: &[(ClusterId, String)], ours: &str) -> Option<Warning> {
    if remotes.is_empty() {
        return None;
    }
    let newer: Vec<String> = remotes.iter().map(|(id, version)| format!("{id} has meshctl {version}")).collect();
    let ids: Vec<&str> = remotes.iter().map(|(id, _)| id.as_str()).collect();
    Some(Warning {
        text: format!("with meshctl {ours} the primary is older than its remotes: {}", newer.join(", ")),
        hint: format!(
            "meshctl install --allow-downgrade --clusters {} takes them back, too; or bring the newer meshctl to the primary again",
            ids.join(",")
        ),
    })
}

/// The three numbers, and the identifiers of a pre-release. What follows a `+` does not count (§10).
type Parts<'a> = ([u64; 3], Vec<&'a str>);

fn parts(version: &str) -> Option<Parts<'_>> {
    let version = version.trim_start_matches('v');
    let version = version.split_once('+').map_or(version, |(v, _)| v);
    let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let mut numbers = [0; 3];
    let mut given = core.split('.');
    for number in &mut numbers {
        *number = given.next()?.parse().ok()?;
    }
    given.next().is_none().then(|| (numbers, pre.map_or_else(Vec::new, |p| p.split('.').collect())))
}

fn compare((a, pre_a): &Parts<'_>, (b, pre_b): &Parts<'_>) -> Ordering {
    let pre = match (pre_a.is_empty(), pre_b.is_empty()) {
        (true, true) => Ordering::Equal,
        // a pre-release comes before its release
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let pairs = pre_a.iter().zip(pre_b).map(|(x, y)| identifier(x, y));
            pairs.fold(Ordering::Equal, Ordering::then).then(pre_a.len().cmp(&pre_b.len()))
        }
    };
    a.cmp(b).then(pre)
}

/// Numbers compare as numbers, and come before words.
fn identifier(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered() {
        // the sequence of Semantic Versioning §11
        let order = [
            "0.9.0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.10.0",
        ];
        for (i, a) in order.iter().enumerate() {
            for (j, b) in order.iter().enumerate() {
                let want = match i.cmp(&j) {
                    Ordering::Less => Step::Upgrade,
                    Ordering::Equal => Step::Same,
                    Ordering::Greater => Step::Downgrade,
                };
                assert_eq!(step(a, b), want, "{a} → {b}");
            }
        }
        assert_eq!(step("1.0.0+a", "v1.0.0+b"), Step::Same);
        assert_eq!(step("dev", "1.0.0"), Step::Same);
    }
}
