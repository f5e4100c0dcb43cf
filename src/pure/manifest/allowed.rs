//! What the types of the values do not say: a table of places and of what can work there. An API server would refuse the rest, or
//! pilot would silently use something else.

use serde_json::Value;

use crate::data::model::parse_duration;

/// A value that cannot work.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The whole path of the value or of the key.
    pub(super) path: String,
    /// What is there.
    pub(super) got: String,
    /// What is allowed.
    pub(super) want: &'static str,
}

/// What is wanted, and whether a value is that.
type Rule = (&'static str, fn(&Value) -> bool);

const COUNT: Rule = ("a whole number from 0 to 65535", |v| v.as_u64().is_some_and(|n| n <= 65_535));
const DURATION: Rule = ("a time of more than zero in ms, s, m or h, e.g. 10s", |v| {
    v.as_str().is_some_and(|t| parse_duration(t).is_some())
});
const FAMILY: Rule = ("IPv4 or IPv6", |v| one_of(v, &["IPv4", "IPv6"]));
const PULL_POLICY: Rule = ("IfNotPresent, Always or Never", |v| one_of(v, &["IfNotPresent", "Always", "Never"]));
const OUTBOUND: Rule = ("ALLOW_ANY or REGISTRY_ONLY", |v| one_of(v, &["ALLOW_ANY", "REGISTRY_ONLY"]));
const SECRET: Rule = ("the name of a Secret: lower-case letters, digits, '-' and '.', up to 253", |v| {
    v.as_str().is_some_and(is_subdomain)
});
const OPTIONAL_SECRET: Rule =
    ("the name of a Secret (lower-case letters, digits, '-' and '.', up to 253), or \"\" for none", |v| {
        v.as_str().is_some_and(|t| t.is_empty() || is_subdomain(t))
    });
const QUANTITY: Rule =
    ("a quantity of Kubernetes: 500m, 2, 1.5, 128Mi, 1Gi, 1e3", |v| v.as_str().is_some_and(is_quantity));
const LABEL: Rule =
    ("a label's value: up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit", |v| {
        v.as_str().is_some_and(|t| t.is_empty() || is_name(t))
    });
const ANY: Rule = ("a text", Value::is_string);
const TOLERATION: Rule = (
    "a toleration: key, operator (Exists, Equal), value, effect (NoSchedule, PreferNoSchedule, NoExecute), tolerationSeconds",
    is_toleration,
);

/// The key of a label, of an annotation, of a resource.
const KEY: &str = "a name of up to 63 letters, digits, '-', '_' and '.', perhaps after a DNS name and '/'";

/// Single values, by path.
static VALUES: [(&str, Rule); 6] = [
    ("discovery.replicas", COUNT),
    ("discovery.terminationGracePeriodSeconds", COUNT),
    ("discovery.tls.secretName", OPTIONAL_SECRET),
    ("image.pullPolicy", PULL_POLICY),
    ("mesh.connectTimeout", DURATION),
    ("mesh.outboundTrafficPolicy.mode", OUTBOUND),
];

/// The items of lists, by the list's path.
static ITEMS: [(&str, Rule); 3] =
    [("discovery.families", FAMILY), ("discovery.tolerations", TOLERATION), ("image.pullSecrets", SECRET)];

/// The values of maps whose keys are the user's own, by the map's path.
static FREE: [(&str, Rule); 4] = [
    ("discovery.podAnnotations", ANY),
    ("discovery.nodeSelector", LABEL),
    ("discovery.resources.requests", QUANTITY),
    ("discovery.resources.limits", QUANTITY),
];

/// Says whether a value can work at its place.
///
/// # Errors
/// [`Refused`], with what is allowed.
pub(super) fn allowed(path: &str, value: &Value) -> Result<(), Refused> {
    let holds = |(want, holds): Rule, path: String, value: &Value| match holds(value) {
        true => Ok(()),
        false => Err(Refused { path, got: value.to_string(), want }),
    };
    if let Some((_, rule)) = VALUES.iter().find(|(at, _)| *at == path) {
        return holds(*rule, path.to_owned(), value);
    }
    if let (Some((_, rule)), Some(items)) = (ITEMS.iter().find(|(at, _)| *at == path), value.as_array()) {
        return items.iter().enumerate().try_for_each(|(i, item)| holds(*rule, format!("{path}[{i}]"), item));
    }
    let below = |map: &str| path.strip_prefix(map).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
    let Some((key, rule)) = FREE.iter().find_map(|(map, rule)| Some((below(map)?, rule))) else { return Ok(()) };
    if !is_qualified(&key) {
        return Err(Refused { path: path.to_owned(), got: format!("the key {key:?}"), want: KEY });
    }
    holds(*rule, path.to_owned(), value)
}

fn one_of(value: &Value, all: &[&str]) -> bool {
    value.as_str().is_some_and(|text| all.contains(&text))
}

/// A name as labels and annotations have it (apimachinery, `IsQualifiedName`).
fn is_name(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(|b| inner(*b))
}

/// `name` or `dns.name/name`.
fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// A DNS-1123 subdomain.
fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// The grammar of quantities (apimachinery, `resource.Quantity`), without a sign: no resource is less than nothing.
fn is_quantity(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_number = (1..=18).contains(&digits) && number.matches('.').count() <= 1;
    let is_suffix =
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].contains(&suffix);
    let exponent = suffix.strip_prefix(['e', 'E']).is_some_and(|n| n.parse::<i8>().is_ok());
    is_number && (is_suffix || exponent)
}

/// `core/v1.Toleration`, as the API server checks it.
fn is_toleration(value: &Value) -> bool {
    let Some(map) = value.as_object() else { return false };
    map.iter().all(|(key, value)| match key.as_str() {
        "key" => value.as_str().is_some_and(|t| t.is_empty() || is_qualified(t)),
        "operator" => one_of(value, &["", "Exists", "Equal"]),
        "value" => LABEL.1(value),
        "effect" => one_of(value, &["", "NoSchedule", "PreferNoSchedule", "NoExecute"]),
        "tolerationSeconds" => value.is_i64(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_work_is_refused_with_path_value_and_what_is_allowed() {
        let refused =
            |path: &str, got: &str, (want, _): Rule| Err(Refused { path: path.to_owned(), got: got.to_owned(), want });
        let at = |path: &str, value: Value| allowed(path, &value);
        for bad in ["never", "0s", "-1s", "10", ""] {
            assert_eq!(
                at("mesh.connectTimeout", json!(bad)),
                refused("mesh.connectTimeout", &format!("{bad:?}"), DURATION)
            );
        }
        assert_eq!(at("discovery.replicas", json!(-1)), refused("discovery.replicas", "-1", COUNT));
        assert_eq!(at("discovery.replicas", json!(1.5)), refused("discovery.replicas", "1.5", COUNT));
        assert_eq!(
            at("image.pullPolicy", json!("Sometimes")),
            refused("image.pullPolicy", "\"Sometimes\"", PULL_POLICY)
        );
        assert_eq!(
            at("discovery.families", json!(["IPv4", "IPv5"])),
            refused("discovery.families[1]", "\"IPv5\"", FAMILY)
        );
        assert_eq!(at("image.pullSecrets", json!(["a b"])), refused("image.pullSecrets[0]", "\"a b\"", SECRET));
        let secret = "discovery.tls.secretName";
        for bad in ["Pilot", "a b", "-a", "a..b", "a/b", &"a".repeat(254)] {
            assert_eq!(at(secret, json!(bad)), refused(secret, &format!("{bad:?}"), OPTIONAL_SECRET));
        }
        for good in ["", "pilot-certs", "certs.mesh-1"] {
            assert_eq!(at(secret, json!(good)), Ok(()), "{good}");
        }
        let limit = "discovery.resources.limits.cpu";
        for bad in ["lots", "", "1.2.3", ".", "1 Gi", "-1", "1gi", "1e", "1Kib"] {
            assert_eq!(at(limit, json!(bad)), refused(limit, &format!("{bad:?}"), QUANTITY));
        }
        for good in ["1", "0.5", ".5", "500m", "128Mi", "1e3", "1E-2", "2E"] {
            assert_eq!(at(limit, json!(good)), Ok(()), "{good}");
        }
        let selector = "discovery.nodeSelector.kubernetes.io/os";
        assert_eq!(at(selector, json!("linux")), Ok(()));
        assert_eq!(at(selector, json!("a b")), refused(selector, "\"a b\"", LABEL));
        for bad in ["a b", "-a", "A.io/x", "a/b/c", "/x", "x/", ""] {
            let path = format!("discovery.podAnnotations.{bad}");
            let got = format!("the key \"{bad}\"");
            assert_eq!(at(&path, json!("any text")), Err(Refused { path: path.clone(), got, want: KEY }));
        }
        let good = json!([{"key": "a.io/b", "operator": "Exists", "effect": "NoSchedule"}]);
        assert_eq!(at("discovery.tolerations", good), Ok(()));
        for bad in [json!("all"), json!({"operator": "Maybe"}), json!({"efect": "NoSchedule"}), json!({"key": 1})] {
            assert!(at("discovery.tolerations", json!([bad])).is_err(), "{bad}");
        }
    }
}
