//! One cluster's objects from its place in the mesh, the values and the image.

use std::net::IpAddr;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::check::{CheckError, check};
use super::inventory::{Inventory, SecretKeys, run_time};
use super::object::{Object, ObjectKey};
use super::roles::{PORTS, PortRow, ROLES, Template};
use super::values::{Family, Values};
use crate::data::model::{ClusterId, ClusterRole};
use crate::data::yaml;

/// Where pilot finds its certificate.
const CERTIFICATE: &str = "/etc/istio-pilot-certs";

/// A cluster's place in the mesh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The cluster.
    pub cluster: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// The primary.
    pub primary: ClusterId,
    /// The network of the cluster's pods; empty for the default network.
    pub network: String,
    /// Pilot's address as this cluster reaches it, an IP address or a hostname; empty: discovery keeps slices of its pods.
    pub pilot_address: String,
    /// The SPIFFE trust domain.
    pub trust_domain: String,
    /// The control plane's namespace.
    pub namespace: String,
    /// What pilot must know of the mesh beside all that, as a `mesh.yaml` of kind Mesh.
    pub settings: Value,
}

/// Everything that one cluster gets.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterManifests {
    /// The cluster.
    pub cluster: ClusterId,
    /// Primary or remote.
    pub role: ClusterRole,
    /// The control plane's namespace.
    pub namespace: String,
    /// The objects in the order in which they are applied, without the inventory.
    pub objects: Vec<Object>,
    /// The inventory that lists them.
    pub inventory: Inventory,
}

impl ClusterManifests {
    /// These manifests without an object that somebody else has there already.
    #[must_use]
    pub fn without(mut self, key: &ObjectKey) -> Self {
        self.objects.retain(|o| o.key != *key);
        self.inventory.objects.retain(|k| k != key);
        self
    }

    /// Lists an object that stands and is not applied, so that it is not lost sight of.
    pub fn keep_listed(&mut self, key: ObjectKey) {
        self.inventory.objects.push(key);
        self.inventory.objects.sort();
        self.inventory.objects.dedup();
    }

    /// Everything that is applied, in its order: the inventory right after the namespace, ahead of what it lists.
    ///
    /// # Errors
    /// Where the inventory does not serialise.
    pub fn all(&self) -> Result<Vec<Object>, yaml::YamlError> {
        let mut all = self.objects.clone();
        let at = all.iter().take_while(|o| o.key.kind == "Namespace").count();
        all.insert(at, self.inventory.to_object(&self.namespace)?);
        Ok(all)
    }
}

/// Why a cluster's objects cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template does not render.
    #[error("the template {template} does not render: {why}")]
    Template {
        /// The template's name.
        template: String,
        /// What is wrong; it holds no values.
        why: String,
    },
    /// What it rendered is no YAML.
    #[error("the template {template} renders no valid YAML: {why}")]
    Yaml {
        /// The template's name.
        template: String,
        /// What is wrong.
        why: yaml::YamlError,
    },
    /// A document is no object.
    #[error("the template {template} renders a document without apiVersion, kind or name")]
    NoObject {
        /// The template's name.
        template: String,
    },
    /// An object does not fit the API.
    #[error("the template {template} renders a bad {object}: {why}")]
    Api {
        /// The template's name.
        template: String,
        /// The object.
        object: Box<ObjectKey>,
        /// What is wrong.
        why: Box<CheckError>,
    },
    /// Two objects have one key, or one file name.
    #[error("{0} is rendered twice")]
    Twice(Box<ObjectKey>),
    /// A setting that no object can hold.
    #[error("\"{value}\" is no {setting} of cluster {cluster}: want {want}")]
    Setting {
        /// The cluster.
        cluster: ClusterId,
        /// Which setting.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        want: &'static str,
    },
}

/// What the templates see.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    pub(super) role: ClusterRole,
    namespace: &'a str,
    namespace_labels: Map<String, Value>,
    image: &'a str,
    pull_secrets: Vec<Value>,
    values: &'a Values,
    ports: Vec<Value>,
    args: Vec<String>,
    volumes: Value,
    volume_mounts: Value,
    mesh_config: String,
    mesh_settings: String,
    pub(super) pilot_host: String,
    pilot_ip: Option<IpAddr>,
    slices: Vec<Value>,
}

impl Facts<'_> {
    /// Whether discovery fills slices of itself: not where `mesh.yaml` fixes the address, nor where there are none, since a rule
    /// with an empty list of names would be a right to every slice.
    pub(super) fn fills_slices(&self) -> bool {
        self.pilot_host.is_empty() && self.pilot_ip.is_none() && !self.slices.is_empty()
    }
}

/// Renders everything that a cluster gets. Equal arguments give equal bytes.
///
/// # Errors
/// [`RenderError`].
pub fn render(target: &Target, values: &Values, image: &str) -> Result<ClusterManifests, RenderError> {
    let facts = facts(target, values, image)?;
    let mut templates: Vec<&Template> = ROLES.iter().flat_map(|r| r.templates).filter(|t| (t.when)(&facts)).collect();
    templates.sort_by_key(|t| t.stage);
    let mut objects = Vec::new();
    for template in templates {
        objects.extend(documents(template.name, template.text, &facts)?);
    }
    let mut names = std::collections::BTreeSet::from([Inventory::key(&target.namespace).file_name()]);
    if let Some(twice) = objects.iter().find(|o| !names.insert(o.key.file_name())) {
        return Err(RenderError::Twice(Box::new(twice.key.clone())));
    }
    let secrets = vec![SecretKeys {
        namespace: target.namespace.clone(),
        name: "cacerts".into(),
        keys: ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"].map(String::from).to_vec(),
        unknown: Default::default(),
    }];
    let mut inventory = Inventory::new(&target.cluster, target.role, &target.primary, &objects, secrets);
    inventory.objects.extend(run_time(target.role, &target.namespace));
    inventory.objects.sort();
    Ok(ClusterManifests {
        cluster: target.cluster.clone(),
        role: target.role,
        namespace: target.namespace.clone(),
        inventory,
        objects,
    })
}

/// Renders one template, reads its documents back, checks each against the API and labels it as ours.
fn documents(name: &str, text: &str, facts: &Facts) -> Result<Vec<Object>, RenderError> {
    let template = || name.to_owned();
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // every value is written as JSON, whatever the template is called: no value can become structure
    environment.set_auto_escape_callback(|_| AutoEscape::Json);
    // only the kind, the detail and the line: the whole error quotes the values in scope
    let failed = |e: minijinja::Error| RenderError::Template {
        template: template(),
        why: format!(
            "{}{} in line {}",
            e.kind(),
            e.detail().map(|d| format!(" ({d})")).unwrap_or_default(),
            e.line().unwrap_or(0)
        ),
    };
    let scope = serde_json::to_value(facts).map_err(|e| RenderError::Template {
        template: template(),
        why: format!("its values do not serialise: {e}"),
    })?;
    let rendered = environment.render_named_str(name, text, template_value(&scope)).map_err(failed)?;
    let read = yaml::documents(&escaped(&rendered)).map_err(|why| RenderError::Yaml { template: template(), why })?;
    read.into_iter()
        .map(|value| {
            let object = Object::of(value).ok_or_else(|| RenderError::NoObject { template: template() })?.owned();
            let api = |why| RenderError::Api {
                template: template(),
                object: Box::new(object.key.clone()),
                why: Box::new(why),
            };
            check(&object.value).map_err(api)?;
            Ok(object)
        })
        .collect()
}

/// Escapes what JSON may hold raw and YAML may not (YAML 1.2 §5.1), or reads as a line break. Templates are ASCII, so such a
/// character can only stand within the quotes of a value.
fn escaped(rendered: &str) -> String {
    let mut out = String::with_capacity(rendered.len());
    for c in rendered.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// A value as templates take it.
fn template_value(value: &Value) -> minijinja::Value {
    match value {
        Value::Null => ().into(),
        Value::Bool(b) => (*b).into(),
        Value::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
            (Some(n), _, _) => n.into(),
            (_, Some(n), _) => n.into(),
            (_, _, n) => n.into(),
        },
        Value::String(s) => s.as_str().into(),
        Value::Array(items) => items.iter().map(template_value).collect(),
        Value::Object(fields) => {
            minijinja::Value::from_pairs(fields.iter().map(|(k, v)| (k.as_str(), template_value(v))))
        }
    }
}

fn facts<'a>(target: &'a Target, values: &'a Values, image: &'a str) -> Result<Facts<'a>, RenderError> {
    let pilot_ip = target.pilot_address.parse::<IpAddr>().ok();
    let pilot_host = if pilot_ip.is_some() { String::new() } else { target.pilot_address.clone() };
    let bad = |setting, value: &str, want: &'static str| {
        Err(RenderError::Setting { cluster: target.cluster.clone(), setting, value: value.to_owned(), want })
    };
    if !is_pilot_address(&target.pilot_address) {
        return bad("pilotAddress", &pilot_host, PILOT_ADDRESS);
    }
    if !is_label_value(&target.network) {
        return bad("network", &target.network, LABEL_VALUE);
    }
    let mut namespace_labels = Map::new();
    if !target.network.is_empty() {
        namespace_labels.insert("topology.istio.io/network".into(), target.network.clone().into());
    }
    let (volumes, volume_mounts) = certificate(values);
    Ok(Facts {
        role: target.role,
        namespace: &target.namespace,
        namespace_labels,
        image,
        pull_secrets: values.image.pull_secrets.iter().map(|name| json!({"name": name})).collect(),
        values,
        ports: open_ports(values).map(|p| json!({"name": p.name, "port": p.port})).collect(),
        args: args(target, values),
        volumes,
        volume_mounts,
        mesh_config: mesh_config(target, values)?,
        mesh_settings: text(&target.settings)?,
        slices: slices(target, values, pilot_ip),
        pilot_host,
        pilot_ip,
    })
}

/// The ports that the pod's address serves, as these values say.
fn open_ports(values: &Values) -> impl Iterator<Item = &'static PortRow> {
    PORTS.iter().filter(|p| (p.open)(&values.discovery))
}

/// Pilot's arguments: a flag for every port that is open. What is not named here stays on loopback, or closed.
fn args(target: &Target, values: &Values) -> Vec<String> {
    let any = if values.discovery.families.contains(&Family::IPv6) { "[::]" } else { "0.0.0.0" };
    let mut args = vec!["discovery".to_owned(), "--in-cluster".to_owned()];
    args.push(format!("--cluster-id={}", target.cluster));
    args.push(format!("--namespace={}", target.namespace));
    args.extend(open_ports(values).map(|p| format!("--{}={any}:{}", p.flag, p.port)));
    if values.discovery.has_certificate() {
        let files = [("tls-cert", "tls.crt"), ("tls-key", "tls.key"), ("tls-root", "ca.crt")];
        args.extend(files.map(|(flag, file)| format!("--{flag}={CERTIFICATE}/{file}")));
    }
    args
}

/// The volume of pilot's certificate, and where it is mounted; empty lists without one.
fn certificate(values: &Values) -> (Value, Value) {
    if !values.discovery.has_certificate() {
        return (json!([]), json!([]));
    }
    let secret = json!({"secretName": values.discovery.tls.secret_name, "defaultMode": 0o440});
    (
        json!([{"name": "certificate", "secret": secret}]),
        json!([{"name": "certificate", "mountPath": CERTIFICATE, "readOnly": true}]),
    )
}

/// The settings for proxies in the ConfigMap `istio`.
fn mesh_config(target: &Target, values: &Values) -> Result<String, RenderError> {
    let config = json!({
        "trustDomain": target.trust_domain,
        "rootNamespace": target.namespace,
        "outboundTrafficPolicy": values.mesh.outbound_traffic_policy,
        "connectTimeout": values.mesh.connect_timeout,
    });
    text(&config)
}

/// A document of the ConfigMap `istio`.
fn text(value: &Value) -> Result<String, RenderError> {
    yaml::to_string(value).map_err(|why| RenderError::Yaml { template: "discovery/config.yaml".into(), why })
}

/// The slices that point a remote at pilot: a fixed address gives its own family one endpoint, else discovery fills them.
fn slices(target: &Target, values: &Values, pilot_ip: Option<IpAddr>) -> Vec<Value> {
    let mut families = match pilot_ip {
        Some(IpAddr::V4(_)) => vec![Family::IPv4],
        Some(IpAddr::V6(_)) => vec![Family::IPv6],
        None => values.discovery.families.clone(),
    };
    families.sort();
    families.dedup();
    let endpoints: Vec<Value> =
        pilot_ip.iter().map(|ip| json!({"addresses": [ip.to_string()], "conditions": {"ready": true}})).collect();
    families
        .into_iter()
        .map(|family| {
            let name = format!("istio-pilot-{}-{}", target.primary, family.suffix());
            json!({"name": name, "addressType": family, "endpoints": endpoints})
        })
        .collect()
}

/// An RFC 1123 subdomain, as `externalName` wants it.
fn is_hostname(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|label| ClusterId::parse(label).is_ok())
}

/// What [`is_pilot_address`] wants.
pub(super) const PILOT_ADDRESS: &str = "an IP address or a hostname, without a port";
/// What [`is_label_value`] wants.
pub(super) const LABEL_VALUE: &str = "up to 63 letters, digits, '-', '_' and '.', as in a label";

/// Pilot's address as a cluster may have it, or none.
pub(super) fn is_pilot_address(text: &str) -> bool {
    text.is_empty() || text.parse::<IpAddr>().is_ok() || is_hostname(text)
}

/// The value of a label, or none.
pub(super) fn is_label_value(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric();
    text.len() <= 63
        && text.bytes().all(|b| inner(b) || b"-_.".contains(&b))
        && text.bytes().next().is_none_or(inner)
        && text.bytes().last().is_none_or(inner)
}

#[cfg(test)]
mod tests;
