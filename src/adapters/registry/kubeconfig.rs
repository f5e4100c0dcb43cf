//! Kubeconfigs, read without kube's own parser: its errors print the tokens they stumble over.

use std::path::Path;

use kube::config::{AuthInfo, Cluster, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Trust;
use super::read;
use crate::data::model::shown;

/// A kubeconfig that is in order.
pub(super) struct Checked {
    /// Reduced to its current context; paths are absolute.
    pub kubeconfig: Kubeconfig,
    /// The server's URL as it stands.
    pub server: String,
    /// The server's URL, normalised: the same for the same server.
    pub same: String,
    /// The contents of the files that it names.
    pub files: Vec<Vec<u8>>,
}

/// Checks a kubeconfig's document. `dir` is where its relative paths start.
///
/// # Errors
/// The reason, as the end of a sentence that names the file; it holds names, never other values.
pub(super) fn check(value: Value, dir: &Path, trust: Trust) -> Result<Checked, String> {
    let contexts: Vec<NamedContext> = list(&value, "contexts")?;
    let clusters: Vec<NamedCluster> = list(&value, "clusters")?;
    let users: Vec<NamedAuthInfo> = list(&value, "users")?;
    let current = match value.get("current-context") {
        Some(Value::String(name)) if !name.is_empty() => name.clone(),
        _ => return Err("it has no current-context".into()),
    };
    let context = contexts
        .into_iter()
        .find(|c| c.name == current)
        .ok_or_else(|| format!("its current-context \"{}\" is not among its contexts", shown(&current)))?;
    let inner = context.context.clone().ok_or_else(|| format!("its context \"{}\" is empty", shown(&current)))?;
    let mut cluster = clusters
        .into_iter()
        .find(|c| c.name == inner.cluster)
        .ok_or_else(|| format!("its cluster \"{}\" is not among its clusters", shown(&inner.cluster)))?;
    let mut user = match inner.user.as_deref().filter(|u| !u.is_empty()) {
        None => None,
        Some(name) => Some(
            users
                .into_iter()
                .find(|u| u.name == name)
                .ok_or_else(|| format!("its user \"{}\" is not among its users", shown(name)))?,
        ),
    };
    let mut files = Vec::new();
    let place = cluster.cluster.get_or_insert_with(Cluster::default);
    let server = place.server.clone().filter(|s| !s.is_empty()).ok_or("its cluster names no server")?;
    let same = normalise(&server).map_err(|why| format!("its server {why}"))?;
    let auth = user.as_mut().map(|u| u.auth_info.get_or_insert_with(AuthInfo::default));
    if trust == Trust::Sanitised {
        refuse(place, auth.as_deref())?;
    }
    absolute("certificate-authority", &mut place.certificate_authority, dir, &mut files)?;
    if let Some(auth) = auth {
        absolute("client-certificate", &mut auth.client_certificate, dir, &mut files)?;
        absolute("client-key", &mut auth.client_key, dir, &mut files)?;
        // a token file is read again while its client lives: its contents are no part of the source
        absolute("tokenFile", &mut auth.token_file, dir, &mut Vec::new())?;
        if let Some(command) = auth.exec.as_mut().and_then(|e| e.command.as_mut())
            && command.contains('/')
        {
            *command = dir.join(&*command).to_string_lossy().into_owned();
        }
    }
    let kubeconfig = Kubeconfig {
        clusters: vec![cluster],
        auth_infos: user.into_iter().collect(),
        contexts: vec![context],
        current_context: Some(current),
        ..Kubeconfig::default()
    };
    Ok(Checked { kubeconfig, server, same, files })
}

/// One of the lists of a kubeconfig; a wrong type is named by its path.
fn list<T: DeserializeOwned>(value: &Value, name: &str) -> Result<Vec<T>, String> {
    let items = match value.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(format!("{name} is no list")),
    };
    items
        .iter()
        .enumerate()
        .map(|(i, item)| serde_json::from_value(item.clone()).map_err(|_| wrong::<T>(item, &format!("{name}[{i}]"))))
        .collect()
}

/// Names the field that has the wrong type, by trying each on its own.
fn wrong<T: DeserializeOwned>(item: &Value, path: &str) -> String {
    let Value::Object(map) = item else { return format!("{path} is no map") };
    if !matches!(map.get("name"), Some(Value::String(_))) {
        return format!("{path}.name is no text");
    }
    for (key, inner) in map.iter().filter(|(key, _)| matches!(key.as_str(), "cluster" | "user" | "context")) {
        let Value::Object(fields) = inner else { return format!("{path}.{key} is no map") };
        for (field, value) in fields {
            let mut alone = serde_json::Map::new();
            if let ("context", Some(cluster)) = (key.as_str(), fields.get("cluster")) {
                alone.insert("cluster".into(), cluster.clone());
            }
            alone.insert(field.clone(), value.clone());
            let mut whole = serde_json::Map::new();
            whole.insert("name".into(), "x".into());
            whole.insert(key.clone(), Value::Object(alone));
            if serde_json::from_value::<T>(Value::Object(whole)).is_err() {
                return format!("{path}.{key}.{} is missing or has the wrong type", shown(field));
            }
        }
    }
    format!("{path} lacks a field, or one has the wrong type")
}

/// Refuses what would run, read or redirect, by the field's name.
fn refuse(cluster: &Cluster, auth: Option<&AuthInfo>) -> Result<(), String> {
    let none = AuthInfo::default();
    let auth = auth.unwrap_or(&none);
    let fields = [
        ("exec", auth.exec.is_some()),
        ("auth-provider", auth.auth_provider.is_some()),
        ("tokenFile", auth.token_file.is_some()),
        ("client-certificate", auth.client_certificate.is_some()),
        ("client-key", auth.client_key.is_some()),
        ("certificate-authority", cluster.certificate_authority.is_some()),
        ("proxy-url", cluster.proxy_url.is_some()),
        ("insecure-skip-tls-verify", cluster.insecure_skip_tls_verify == Some(true)),
    ];
    match fields.iter().find(|(_, set)| *set) {
        Some((name, _)) => Err(format!("its field {name} is refused: this kubeconfig does not come from a terminal")),
        None => Ok(()),
    }
}

/// Makes a path absolute, and sees that a client can read it without waiting.
fn absolute(field: &str, path: &mut Option<String>, dir: &Path, files: &mut Vec<Vec<u8>>) -> Result<(), String> {
    let Some(text) = path.as_mut().filter(|p| !p.is_empty()) else { return Ok(()) };
    let full = dir.join(&*text);
    files.push(
        read::bytes(&full).map_err(|reason| format!("the file that its {field} names cannot be used: {reason}"))?,
    );
    *text = full.to_string_lossy().into_owned();
    Ok(())
}

/// Scheme and host in lower case, the port always, the path without its last slash.
///
/// # Errors
/// What is wrong, as the end of a sentence that names the URL's place: a URL may hold a token.
pub(super) fn normalise(server: &str) -> Result<String, &'static str> {
    let bad = || "is no http or https URL";
    let uri: http::Uri = server.parse().map_err(|_| bad())?;
    let scheme = uri.scheme_str().map(str::to_ascii_lowercase).ok_or_else(bad)?;
    let default = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return Err(bad()),
    };
    if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Err("is a URL that holds credentials");
    }
    // `http` drops a fragment without a word
    if uri.query().is_some() || server.contains('#') {
        return Err("is a URL with a query or a fragment, which no API server's has");
    }
    let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(bad)?.trim_end_matches('.').to_ascii_lowercase();
    Ok(format!("{scheme}://{host}:{}{}", uri.port_u16().unwrap_or(default), uri.path().trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_server_is_the_same() {
        for (a, b) in [
            ("https://API.example.com", "https://api.example.com:443/"),
            ("http://h", "http://h:80"),
            ("https://h/k8s/clusters/a/", "https://h:443/k8s/clusters/a"),
        ] {
            assert_eq!(normalise(a), normalise(b));
        }
        assert_ne!(normalise("https://h/k8s/clusters/a"), normalise("https://h/k8s/clusters/b"));
        for more in ["https://h?token=canary", "https://h/a?", "https://h#canary"] {
            assert!(normalise(more).is_err_and(|e| e.contains("a query or a fragment")), "{more}");
        }
        for bad in ["", "h:6443", "ftp://h", "https://", "https://user:canary@h"] {
            assert!(normalise(bad).is_err(), "{bad}");
        }
    }
}
