//! Layers of values, the later one winning: defaults, `mesh.yaml`, `-f` files, `--set`. Every error names path and source.

use serde_json::{Map, Value};

use super::allowed::allowed;
use super::values::{FREE_MAPS, Values};

/// Why values are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// No such key.
    #[error("{origin} sets {path:?}, which is no value; {}", existing(.known))]
    UnknownKey {
        /// The layer: a file or a flag.
        origin: String,
        /// The whole path of the key.
        path: String,
        /// The keys that exist at that place.
        known: Vec<String>,
    },
    /// The value has another type, or is none that can work.
    #[error("{origin} sets {path:?} to {got}, want {want}")]
    WrongType {
        /// The layer.
        origin: String,
        /// The whole path of the key.
        path: String,
        /// What it is set to.
        got: String,
        /// What it must be.
        want: String,
    },
    /// A `--set` that is none.
    #[error("--set \"{text}\" is no KEY=VALUE: {why}")]
    BadSet {
        /// The argument.
        text: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The layer fits no value.
    #[error("the values of {origin} do not fit: {why}")]
    Unfit {
        /// The layer.
        origin: String,
        /// What is wrong.
        why: String,
    },
}

fn existing(keys: &[String]) -> String {
    if keys.is_empty() { "it takes no keys".to_owned() } else { format!("these exist: {}", keys.join(", ")) }
}

/// One layer of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// How errors name it: `mesh.yaml`, a file's path, `--set`.
    pub origin: String,
    /// What it sets.
    pub values: Value,
    /// Its scalars were typed by guessing: `--set image.tag=2024` means text.
    pub guessed: bool,
}

impl Layer {
    /// A layer of a file.
    pub fn of_file(origin: impl Into<String>, values: Value) -> Self {
        Self { origin: origin.into(), values, guessed: false }
    }

    /// A layer of one `--set` argument: `a.b=c,d={x,y}` as helm reads it. `\` takes the next character as it is.
    ///
    /// # Errors
    /// [`ValuesError::BadSet`].
    pub fn of_set(text: &str) -> Result<Self, ValuesError> {
        let bad = |why| ValuesError::BadSet { text: text.to_owned(), why };
        let mut values = Value::Object(Map::new());
        for pair in split(text, ',') {
            let halves = split(&pair, '=');
            let Some((key, rest)) = halves.split_first() else { return Err(bad("it is empty")) };
            if rest.is_empty() {
                return Err(bad("the = is missing"));
            }
            let path: Vec<String> = split(key, '.').iter().map(|part| unescape(part.trim())).collect();
            if path.iter().any(String::is_empty) {
                return Err(bad("a part of the key is empty"));
            }
            insert(&mut values, &path, scalar_or_list(&rest.join("=")));
        }
        Ok(Self { origin: format!("--set {text}"), values, guessed: true })
    }
}

/// Splits at `at`, outside of braces and where no `\` stands before it; escapes stay.
fn split(text: &str, at: char) -> Vec<String> {
    let (mut parts, mut part, mut depth, mut escaped) = (Vec::new(), String::new(), 0u32, false);
    for c in text.chars() {
        let taken = escaped;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == at && depth == 0 && !taken {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

fn unescape(text: &str) -> String {
    let (mut out, mut escaped) = (String::new(), false);
    for c in text.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

/// A scalar typed as helm types it (strvals: integers without leading zero, true, false, null; all else is text), or a list
/// of them in braces.
fn scalar_or_list(text: &str) -> Value {
    match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
        Some("") => Value::Array(Vec::new()),
        Some(inner) => split(inner, ',').iter().map(|item| scalar(&unescape(item.trim()))).collect(),
        None => scalar(&unescape(text)),
    }
}

fn scalar(text: &str) -> Value {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match text {
        "true" => true.into(),
        "false" => false.into(),
        "null" => Value::Null,
        _ if digits.len() > 1 && digits.starts_with('0') => text.into(),
        _ => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
    }
}

fn insert(into: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *into = value;
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    if let Value::Object(map) = into {
        insert(map.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

impl Values {
    /// Lays the layers over the defaults, in their order. `null` says nothing.
    ///
    /// # Errors
    /// [`ValuesError`] of the first layer that does not fit.
    pub fn layered(layers: &[Layer]) -> Result<Self, ValuesError> {
        let schema = serde_json::to_value(Values::default()).map_err(|e| unfit("the defaults", &e))?;
        let (mut merged, mut values) = (schema.clone(), Values::default());
        for layer in layers {
            merge(&mut merged, &schema, layer, "", &layer.values)?;
            values = serde_json::from_value(merged.clone()).map_err(|e| unfit(&layer.origin, &e))?;
        }
        Ok(values)
    }
}

fn unfit(origin: &str, error: &serde_json::Error) -> ValuesError {
    ValuesError::Unfit { origin: origin.to_owned(), why: error.to_string() }
}

/// Lays `over` upon `base`. `schema` is the default at the same place: its keys are the keys that exist, its type the type.
fn merge(base: &mut Value, schema: &Value, layer: &Layer, path: &str, over: &Value) -> Result<(), ValuesError> {
    match (&mut *base, over) {
        (_, Value::Null) => Ok(()),
        (Value::Object(into), Value::Object(from)) => {
            let free = FREE_MAPS.contains(&path);
            for (key, value) in from {
                let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let text = Value::String(String::new());
                let below = match schema.get(key) {
                    Some(below) if !free => below,
                    _ if free => &text,
                    _ => {
                        let known = schema.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
                        return Err(ValuesError::UnknownKey { origin: layer.origin.clone(), path: here, known });
                    }
                };
                merge(into.entry(key.clone()).or_insert_with(|| below.clone()), below, layer, &here, value)?;
            }
            Ok(())
        }
        (Value::String(into), Value::Bool(_) | Value::Number(_)) if layer.guessed => {
            *into = over.to_string();
            fits(base, layer, path)
        }
        (base, over) if kind(base) == kind(over) => {
            *base = over.clone();
            fits(base, layer, path)
        }
        (base, over) => Err(ValuesError::WrongType {
            origin: layer.origin.clone(),
            path: path.to_owned(),
            got: format!("{} ({over})", kind(over)),
            want: kind(base).to_owned(),
        }),
    }
}

/// Whether a value can work where it stands.
fn fits(value: &Value, layer: &Layer, path: &str) -> Result<(), ValuesError> {
    allowed(path, value).map_err(|refused| ValuesError::WrongType {
        origin: layer.origin.clone(),
        path: refused.path,
        got: refused.got,
        want: refused.want.to_owned(),
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(text: &str) -> Result<Values, ValuesError> {
        Values::layered(&[Layer::of_set(text)?])
    }

    #[test]
    fn set_reads_as_helms() {
        let layer = |text| Layer::of_set(text).map(|l| l.values);
        assert_eq!(layer("a.b=c"), Ok(json!({"a": {"b": "c"}})));
        assert_eq!(
            layer("a=1,b=true,c=0644,d=1.5,e=-3"),
            Ok(json!({"a": 1, "b": true, "c": "0644", "d": "1.5", "e": -3}))
        );
        assert_eq!(layer("a={x,2,no}"), Ok(json!({"a": ["x", 2, "no"]})));
        assert_eq!(
            layer(r"a.kubernetes\.io/role=x\,y,b=k=v"),
            Ok(json!({"a": {"kubernetes.io/role": "x,y"}, "b": "k=v"}))
        );
        assert_eq!(layer("a={}"), Ok(json!({"a": []})));
        for bad in ["", "a", "a..b=1", ".=1"] {
            assert!(matches!(Layer::of_set(bad), Err(ValuesError::BadSet { .. })), "{bad}");
        }
    }

    #[test]
    fn later_layers_win_and_maps_merge() {
        let file = |n: &str, v| Layer::of_file(n, v);
        let values = Values::layered(&[
            file("mesh.yaml", json!({"image": {"hub": "a", "tag": "1"}, "discovery": {"nodeSelector": {"x": "1"}}})),
            file("f", json!({"image": {"tag": "2"}, "discovery": {"nodeSelector": {"y": "2"}, "replicas": null}})),
        ])
        .unwrap_or_default();
        assert_eq!((values.image.hub.as_str(), values.image.tag.as_str()), ("a", "2"));
        assert_eq!(values.discovery.node_selector.len(), 2);
        assert_eq!(values.discovery.replicas, 2);
        assert_eq!(set("image.tag=2024").map(|v| v.image.tag), Ok("2024".into()));
        assert_eq!(set("discovery.families={IPv4,IPv6}").map(|v| v.discovery.families.len()), Ok(2));
    }

    #[test]
    fn errors_name_path_and_source() {
        let text = |r: Result<Values, ValuesError>| r.map(|_| String::new()).unwrap_or_else(|e| e.to_string());
        let error = text(set("discovery.replica=3"));
        assert!(
            error.starts_with("--set discovery.replica=3 sets \"discovery.replica\", which is no value"),
            "{error}"
        );
        assert!(error.contains("replicas, "), "{error}");
        let file = |v| Values::layered(&[Layer::of_file("over.yaml", v)]);
        assert_eq!(
            text(file(json!({"discovery": {"replicas": "two"}}))),
            "over.yaml sets \"discovery.replicas\" to a text (\"two\"), want a number"
        );
        assert!(text(file(json!({"discovery": {"openPorts": {"xds": "yes"}}}))).contains("discovery.openPorts.xds"));
        assert_eq!(
            text(file(json!({"discovery": {"replicas": -1}}))),
            "over.yaml sets \"discovery.replicas\" to -1, want a whole number from 0 to 65535"
        );
        assert_eq!(
            text(set("discovery.podAnnotations.a b=x")),
            "--set discovery.podAnnotations.a b=x sets \"discovery.podAnnotations.a b\" to the key \"a b\", want a name of up \
             to 63 letters, digits, '-', '_' and '.', perhaps after a DNS name and '/'"
        );
        assert!(text(file(json!({"mesh": {"outboundTrafficPolicy": {"mode": "SOME"}}}))).contains("REGISTRY_ONLY"));
        assert!(text(file(json!([1]))).contains("want a map"));
    }
}
