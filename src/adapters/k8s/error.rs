//! What can go wrong with an API server, in words that hold no header, no token and no plugin's output.

use std::error::Error as StdError;
use std::time::Duration;

/// Longer messages of a server are cut.
const MAX_MESSAGE: usize = 300;

/// Why an API server did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum K8sError {
    /// No connection, or it broke.
    #[error("the API server cannot be reached: {0}")]
    Unreachable(String),
    /// The connection stands, and nothing came within the time.
    #[error("the API server did not answer within {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// The TLS handshake failed.
    #[error("the TLS connection to the API server failed: {0}")]
    Tls(String),
    /// 401
    #[error("the API server does not accept the credentials (401)")]
    Unauthorized,
    /// 403, with the server's message
    #[error("the API server forbids it: {0}")]
    Forbidden(String),
    /// 404
    #[error("the API server does not know it (404)")]
    NotFound,
    /// 410: the resource version is too old
    #[error("the API server has forgotten this resource version (410)")]
    Gone,
    /// 410 to the pages of a list, again and again
    #[error("the API server forgets its lists before they are read to their end (410)")]
    ListExpired,
    /// 429 or 503
    #[error("the API server is overloaded or starting ({code})")]
    Busy {
        /// The HTTP status
        code: u16,
        /// How long it asks to wait
        retry_after: Option<Duration>,
    },
    /// Any other status
    #[error("the API server answered {code}: {message}")]
    Status {
        /// The HTTP status
        code: u16,
        /// The server's message
        message: String,
    },
    /// More than is read of an answer; the bound in bytes, whole MiB
    #[error("the API server's answer is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// The answer is not what the API promises
    #[error("the API server's answer makes no sense: {0}")]
    Protocol(&'static str),
    /// The kubeconfig makes no client
    #[error("the kubeconfig makes no client: {0}")]
    Config(String),
    /// A port of a pod, reached through the API server
    #[error("{peer} cannot be used: {reason}")]
    Peer {
        /// Which port of which pod
        peer: String,
        /// Why
        reason: String,
    },
    /// The credential plugin failed
    #[error("the credential plugin {0}")]
    Plugin(String),
}

impl K8sError {
    /// The error of writing a Secret: what a server, or its webhook, says of one that it refuses may quote it.
    #[must_use]
    pub fn of_secret(self) -> Self {
        // of a webhook, and of a ValidatingAdmissionPolicy
        const DENIED: [&str; 2] = ["denied the request", "denied request"];
        match self {
            Self::Status { code: 409, .. } => Self::Status {
                code: 409,
                message: "it is not the Secret that was looked at, or has changed".to_owned(),
            },
            Self::Status { code, .. } if code >= 500 => {
                Self::Status { code, message: "it has trouble of its own, or a webhook of it has".to_owned() }
            }
            Self::Status { code, .. } => Self::Status { code, message: "it does not take this Secret".to_owned() },
            Self::Forbidden(said) => {
                let cut = DENIED.iter().find_map(|denied| Some(said.find(denied)? + denied.len()));
                Self::Forbidden(cut.and_then(|end| said.get(..end)).unwrap_or(&said).to_owned())
            }
            other => other,
        }
    }

    /// Whether the server itself did not answer, as opposed to saying no.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Deadline(_) | Self::Tls(_))
    }

    /// From a status object, as it stands in an error answer or a watch's ERROR line.
    pub(super) fn from_status(code: u16, message: &str, retry_after: Option<Duration>) -> Self {
        match code {
            401 => Self::Unauthorized,
            403 => Self::Forbidden(safe(message)),
            404 => Self::NotFound,
            410 => Self::Gone,
            429 | 503 => Self::Busy { code, retry_after },
            _ => Self::Status { code, message: safe(message) },
        }
    }

    /// From a whole status object.
    pub(super) fn of_status(status: &kube::core::Status) -> Self {
        let wait = status.details.as_ref().map(|d| d.retry_after_seconds).filter(|s| *s > 0);
        Self::from_status(status.code, &status.message, wait.map(|s| Duration::from_secs(u64::from(s))))
    }

    /// From an error while a body was read.
    pub(super) fn from_io(error: &std::io::Error) -> Self {
        classify(error)
    }
}

impl From<kube::Error> for K8sError {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(&status),
            kube::Error::Auth(_) => Self::Config("its credentials cannot be used".into()),
            kube::Error::RustlsTls(_) => {
                Self::Config("its CA, its client certificate or its client key cannot be used for TLS".into())
            }
            kube::Error::ProxyProtocolUnsupported { .. } | kube::Error::ProxyProtocolDisabled { .. } => {
                Self::Config("its proxy-url has a scheme that is not supported".into())
            }
            other => classify(&other),
        }
    }
}

/// Looks through the causes for one whose words are known to be harmless.
fn classify(error: &(dyn StdError + 'static)) -> K8sError {
    let mut network: Option<String> = None;
    let mut proxy: Option<&'static str> = None;
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return K8sError::Tls(tls_reason(tls));
        }
        proxy = proxy_reason(cause).or(proxy);
        next = cause.source();
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            network = io_reason(io).or(network);
            // `source` of an I/O error skips the error that it wraps
            next = io.get_ref().map(|inner| inner as &(dyn StdError + 'static)).or(next);
        }
    }
    K8sError::Unreachable(match (proxy, network) {
        (Some(proxy), Some(network)) => format!("{proxy}: {network}"),
        (Some(proxy), None) => proxy.to_owned(),
        (None, Some(network)) => network,
        (None, None) => "the connection broke".to_owned(),
    })
}

/// What the kubeconfig's proxy did: hyper-util keeps the type of these errors to itself, but their words are fixed.
fn proxy_reason(cause: &(dyn StdError + 'static)) -> Option<&'static str> {
    Some(match cause.to_string().strip_prefix("tunnel error: ")? {
        "proxy authorization required" => "its proxy asks for credentials (407)",
        "unsuccessful" => "its proxy refuses to connect to it",
        "unexpected end of file" => "its proxy closed the connection",
        _ => "its proxy cannot be used",
    })
}

/// The system's own words; those of a wrapped error may hold anything.
fn io_reason(io: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind as Kind;
    if io.raw_os_error().is_some() {
        return Some(io.to_string());
    }
    if io.to_string().starts_with("failed to lookup") {
        return Some("its name cannot be resolved".into());
    }
    match io.kind() {
        Kind::Other | Kind::InvalidData => None,
        kind => Some(kind.to_string()),
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    use rustls::{CertificateError as C, Error as E};
    match error {
        E::InvalidCertificate(C::Expired) => "its certificate has expired".into(),
        E::InvalidCertificate(C::ExpiredContext { time, not_after }) => {
            let ago = time.as_secs().saturating_sub(not_after.as_secs());
            format!("its certificate expired {} ago", age(ago))
        }
        E::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            "its certificate is not valid yet".into()
        }
        E::InvalidCertificate(C::UnknownIssuer) => {
            "its certificate is from an issuer that the kubeconfig does not name".into()
        }
        E::InvalidCertificate(C::BadSignature) => {
            "its certificate is from another issuer than the one of that name in the kubeconfig".into()
        }
        E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            "its certificate is for another name".into()
        }
        E::AlertReceived(alert) => format!("it refused ours ({alert:?})"),
        other => safe(&other.to_string()),
    }
}

fn age(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// One line of bounded length.
pub(super) fn safe(message: &str) -> String {
    let line: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_MESSAGE).collect();
    line.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_secret_quotes_nothing() {
        let said = |error: K8sError| error.of_secret().to_string();
        for words in [
            "admission webhook \"a.example.com\" denied the request: canary",
            "secrets \"cacerts\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: canary",
        ] {
            let left = said(K8sError::Forbidden(words.to_owned()));
            assert!(!left.contains("canary") && left.contains("denied"), "{left}");
        }
        for code in [400, 409, 422, 500, 504] {
            let left = said(K8sError::Status { code, message: "canary".into() });
            assert!(!left.contains("canary"), "{left}");
        }
        let plain = "User \"a\" cannot patch resource \"secrets\"";
        assert!(said(K8sError::Forbidden(plain.into())).contains(plain));
    }

    #[test]
    fn statuses_are_told_apart() {
        assert_eq!(K8sError::from_status(401, "x", None), K8sError::Unauthorized);
        assert_eq!(K8sError::from_status(410, "x", None), K8sError::Gone);
        assert_eq!(
            K8sError::from_status(403, "pods is forbidden\n", None),
            K8sError::Forbidden("pods is forbidden".into())
        );
        let busy = K8sError::from_status(429, "", Some(Duration::from_secs(2)));
        assert_eq!(busy, K8sError::Busy { code: 429, retry_after: Some(Duration::from_secs(2)) });
        assert!(!busy.is_unreachable());
    }

    #[test]
    fn an_expired_certificate_is_named() {
        let inner = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let io = std::io::Error::new(std::io::ErrorKind::InvalidData, inner);
        assert_eq!(K8sError::from_io(&io), K8sError::Tls("its certificate has expired".into()));
        let wrapped = std::io::Error::other(io);
        assert_eq!(K8sError::from_io(&wrapped), K8sError::Tls("its certificate has expired".into()));
    }

    #[test]
    fn a_proxy_is_told_from_the_server() {
        for (words, said) in [
            ("tunnel error: unsuccessful", "its proxy refuses to connect to it"),
            ("tunnel error: canary", "its proxy cannot be used"),
            ("canary", "the connection broke"),
        ] {
            assert_eq!(K8sError::from_io(&std::io::Error::other(words)), K8sError::Unreachable(said.into()));
        }
    }

    #[test]
    fn words_of_unknown_errors_are_not_repeated() {
        let io = std::io::Error::other("canary");
        assert!(!K8sError::from_io(&io).to_string().contains("canary"));
    }
}
