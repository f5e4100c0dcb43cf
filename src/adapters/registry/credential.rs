//! The credential of a kubeconfig: of which kind it is, and when it ends. Nothing of it is shown.

use k8s_openapi::ByteString;
use kube::config::Kubeconfig;
use serde_json::Value;

use super::Source;
use super::read;
use crate::data::model::Timestamp;

/// What a kubeconfig proves its user with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential {
    /// `certificate`, `token`, `token file`, `plugin`, `password` or `none`
    pub kind: &'static str,
    /// When it ends, where it says so: a certificate's NotAfter, a token's `exp` (RFC 7519 §4.1.4). A plugin's is unknown.
    pub expires: Option<Timestamp>,
}

impl Source {
    /// The credential of a live cluster; `None` for a folder.
    pub fn credential(&self) -> Option<Credential> {
        match self {
            Source::Folder(_) => None,
            Source::Live { kubeconfig, .. } => Some(of(kubeconfig.expose())),
        }
    }
}

fn of(kubeconfig: &Kubeconfig) -> Credential {
    let user = kubeconfig.auth_infos.first().and_then(|u| u.auth_info.as_ref());
    let fields = serde_json::to_value(user).unwrap_or_default();
    let field = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let certificate = match (field("client-certificate-data"), field("client-certificate")) {
        (Some(data), _) => bytes(data),
        (None, Some(path)) => read::bytes(path.as_ref()).ok(),
        (None, None) => None,
    };
    let known = |kind, expires| Credential { kind, expires };
    if field("token").is_none() && field("tokenFile").is_none() && certificate.is_some() {
        return known("certificate", certificate.and_then(|pem| not_after(&pem)));
    }
    match (field("token"), field("tokenFile")) {
        (Some(token), _) => known("token", token_expires(token)),
        (None, Some(path)) => {
            let text = read::bytes(path.as_ref()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            known("token file", text.and_then(|t| token_expires(t.trim())))
        }
        _ if fields.get("exec").is_some() || fields.get("auth-provider").is_some() => known("plugin", None),
        _ if field("username").is_some() => known("password", None),
        _ => known("none", None),
    }
}

/// Base64 (RFC 4648 §4), as kubeconfigs have it.
fn bytes(base64: &str) -> Option<Vec<u8>> {
    serde_json::from_value::<ByteString>(base64.into()).ok().map(|b| b.0)
}

/// NotAfter of the first certificate of a PEM text.
fn not_after(pem: &[u8]) -> Option<Timestamp> {
    let (_, block) = x509_parser::pem::parse_x509_pem(pem).ok()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&block.contents).ok()?;
    u64::try_from(certificate.validity().not_after.timestamp()).ok().map(Timestamp)
}

/// When a bearer token says it ends; `None` where it is no JWT, or has no `exp`. Its signature is not looked at: this is for
/// showing and planning, never for trust.
pub fn token_expires(token: &str) -> Option<Timestamp> {
    token.split('.').nth(2)?;
    let claims: Value = token_claims(token)?;
    let exp = claims.get("exp")?;
    // NumericDate may have a fraction (RFC 7519 §2)
    exp.as_u64().or_else(|| exp.as_f64().filter(|e| *e >= 0.0).map(|e| e as u64)).map(Timestamp)
}

/// The claims of a JWT (RFC 7519 §4); `None` where it is none, or they are of another shape. Nothing is verified.
pub fn token_claims<T: serde::de::DeserializeOwned>(token: &str) -> Option<T> {
    let payload = token.split('.').nth(1)?;
    // base64url without padding (RFC 7515 §2), turned into the alphabet that the decoder knows
    let mut text = payload.replace('-', "+").replace('_', "/");
    text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    serde_json::from_slice(&bytes(&text)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokens_end_is_read() {
        // {"sub":"ÿ?~","exp":1900000000} and {"sub":"a>?~ÿ??","exp":1900000000}: with the characters that differ in base64url
        for payload in ["eyJzdWIiOiLDvz9-IiwiZXhwIjoxOTAwMDAwMDAwfQ", "eyJzdWIiOiJhPj9-w78_PyIsImV4cCI6MTkwMDAwMDAwMH0"]
        {
            let token = format!("eyJhbGciOiJub25lIn0.{payload}.x");
            assert_eq!(token_expires(&token), Some(Timestamp(1_900_000_000)));
        }
        for none in ["", "abc", "a.b", "a.!.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x"] {
            assert_eq!(token_expires(none), None, "{none}");
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        let kind = |user: Value| {
            let user = serde_json::from_value(serde_json::json!({"name": "u", "user": user})).unwrap();
            of(&Kubeconfig { auth_infos: vec![user], ..Kubeconfig::default() }).kind
        };
        assert_eq!(kind(serde_json::json!({"token": "opaque"})), "token");
        assert_eq!(kind(serde_json::json!({"exec": {"command": "x"}})), "plugin");
        assert_eq!(kind(serde_json::json!({"username": "u", "password": "p"})), "password");
        assert_eq!(kind(serde_json::json!({})), "none");
        assert_eq!(kind(serde_json::json!({"client-certificate-data": "bm90IHBlbQ=="})), "certificate");
    }
}
