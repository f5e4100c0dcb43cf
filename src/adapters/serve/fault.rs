//! What is wrong with certificates, in words: for those who named our files, and for those who look why a peer did not get
//! through. The library's own words are names of its code.

use std::fmt;
use std::io;

use rustls::server::VerifierBuilderError;
use rustls::{AlertDescription, CertificateError, Error, ExtendedKeyPurpose};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use webpki::Error as Pki;

/// Why a certificate or key cannot be used, and what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Encoding,
    Expired(Option<u64>),
    Early(Option<u64>),
    Issuer,
    Signature,
    Revoked,
    Algorithm,
    Purpose(&'static str),
    IsCa,
    IsNoCa,
    PathLength,
    Names,
    Extension,
    Version,
    TooLong,
    NoRoot,
    OtherKey,
    KeyForm,
    KeyEncrypted,
    Unknown,
}

/// Why certificates or a key cannot be used: the end of a sentence that names the file, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsFault(Kind);

impl TlsFault {
    /// The key needs a passphrase.
    pub(super) const KEY_ENCRYPTED: Self = Self(Kind::KeyEncrypted);

    /// What the library says of our own files.
    pub(super) fn of(error: &Error) -> Self {
        Self(match error {
            Error::InvalidCertificate(e) => certificate(e),
            Error::InconsistentKeys(_) => Kind::OtherKey,
            // the library's word for a key that no parser takes
            Error::General(_) => Kind::KeyForm,
            _ => Kind::Unknown,
        })
    }

    /// What the library says of our roots.
    pub(super) fn of_roots(error: &VerifierBuilderError) -> Self {
        Self(match error {
            VerifierBuilderError::NoRootAnchors => Kind::NoRoot,
            _ => Kind::Unknown,
        })
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self.0 {
            Kind::Encoding | Kind::Extension | Kind::Version => {
                "issue it again, or name another file; openssl x509 -in FILE -noout -text shows what is in one"
            }
            Kind::Expired(_) => "issue it again; an intermediate that ended: meshctl ca init --renew",
            Kind::Early(_) => "compare this machine's clock with that of whoever issued it",
            Kind::Issuer => {
                "the file holds the server's certificate, then each one's issuer; name the root-cert.pem of the CA that issued it"
            }
            Kind::Signature => "a CA of the same name has another key: name the root-cert.pem of the CA that issued it",
            Kind::Revoked | Kind::Unknown => "issue it again, and verify the CA that issues it: meshctl ca verify",
            Kind::Algorithm => "issue it with an EC key, or RSA of 2048 bits or more, and SHA-256 or better",
            Kind::Purpose(_) => "issue it with that purpose, or without any extended key usage",
            Kind::IsCa => "issue a certificate for this server by that CA, and put it first in the file",
            Kind::IsNoCa => "put the server's certificate first in the file, then each one's issuer: a CA",
            Kind::PathLength => "issue it by a CA that stands higher; meshctl ca verify FOLDER names the limit",
            Kind::Names => "issue it by a CA that may issue for its names",
            Kind::TooLong => "leave what it does not need out of the file: its own certificate, then each one's issuer",
            Kind::NoRoot => "name the root-cert.pem of the mesh's CA",
            Kind::OtherKey => "name the key that the certificate was issued for: the two are renewed together",
            Kind::KeyForm => "name an RSA, ECDSA or Ed25519 key, in PKCS#8, PKCS#1 or SEC1",
            Kind::KeyEncrypted => "decrypt it first: openssl pkey -in ENCRYPTED -out KEY",
        }
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Encoding => "it is no valid X.509 certificate",
            Kind::Expired(Some(at)) => return write!(f, "it, or one of its chain, expired at {}", utc(at)),
            Kind::Expired(None) => "it, or one of its chain, has expired",
            Kind::Early(Some(at)) => return write!(f, "it, or one of its chain, is not valid before {}", utc(at)),
            Kind::Early(None) => "it, or one of its chain, is not valid yet",
            Kind::Issuer => "its chain does not lead to any of the roots: an issuer is missing",
            Kind::Signature => "it, or one of its chain, is not signed by the key of its issuer",
            Kind::Revoked => "it was revoked",
            Kind::Algorithm => {
                "it, or one of its chain, is signed with an algorithm or key that is too weak or unknown"
            }
            Kind::Purpose(purpose) => return write!(f, "{purpose} is missing from its extended key usage"),
            Kind::IsCa => "it is the certificate of a CA (CA:TRUE), not of a server or client",
            Kind::IsNoCa => "a certificate that issued another in its chain is not a CA (CA:FALSE)",
            Kind::PathLength => "a CA of its chain allows fewer CAs below it (pathlen) than there are",
            Kind::Names => "a CA of its chain may not issue for its names (name constraints)",
            Kind::Extension => "it, or one of its chain, has an extension that is broken or unknown",
            Kind::Version => "it, or one of its chain, is not of X.509 version 3",
            Kind::TooLong => "its chain is too long or too tangled to be followed",
            Kind::NoRoot => "it holds no root certificate",
            Kind::OtherKey => "it is the key of another certificate",
            Kind::KeyForm => "it is broken, or of a kind that TLS does not use",
            Kind::KeyEncrypted => "it is encrypted, and a server has nobody to ask for the passphrase",
            Kind::Unknown => "verifiers refuse it",
        })
    }
}

#[allow(deprecated, reason = "what the library still may say")]
fn certificate(error: &CertificateError) -> Kind {
    use CertificateError as E;
    match error {
        E::BadEncoding => Kind::Encoding,
        E::Expired => Kind::Expired(None),
        E::ExpiredContext { not_after, .. } => Kind::Expired(Some(not_after.as_secs())),
        E::NotValidYet => Kind::Early(None),
        E::NotValidYetContext { not_before, .. } => Kind::Early(Some(not_before.as_secs())),
        E::Revoked => Kind::Revoked,
        E::UnhandledCriticalExtension => Kind::Extension,
        E::UnknownIssuer => Kind::Issuer,
        E::BadSignature => Kind::Signature,
        E::UnsupportedSignatureAlgorithm
        | E::UnsupportedSignatureAlgorithmContext { .. }
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Kind::Algorithm,
        E::InvalidPurpose => Kind::Purpose("the purpose"),
        E::InvalidPurposeContext { required, .. } => Kind::Purpose(match required {
            ExtendedKeyPurpose::ServerAuth => "serverAuth",
            ExtendedKeyPurpose::ClientAuth => "clientAuth",
            ExtendedKeyPurpose::Other(_) => "the purpose",
        }),
        E::Other(other) => other.0.downcast_ref().map_or(Kind::Unknown, verifier),
        _ => Kind::Unknown,
    }
}

/// What the verifier under the library says, where the library has no word of its own.
fn verifier(error: &Pki) -> Kind {
    match error {
        Pki::CaUsedAsEndEntity => Kind::IsCa,
        Pki::EndEntityUsedAsCa => Kind::IsNoCa,
        Pki::PathLenConstraintViolated => Kind::PathLength,
        Pki::NameConstraintViolation => Kind::Names,
        Pki::UnsupportedCertVersion => Kind::Version,
        Pki::SignatureAlgorithmMismatch => Kind::Algorithm,
        Pki::MaximumPathDepthExceeded
        | Pki::MaximumPathBuildCallsExceeded
        | Pki::MaximumSignatureChecksExceeded
        | Pki::MaximumNameConstraintComparisonsExceeded => Kind::TooLong,
        Pki::UnsupportedCriticalExtension
        | Pki::ExtensionValueInvalid
        | Pki::MalformedExtensions
        | Pki::MalformedNameConstraint
        | Pki::MalformedDnsIdentifier
        | Pki::InvalidNetworkMaskConstraint
        | Pki::UnsupportedNameType
        | Pki::EmptyEkuExtension => Kind::Extension,
        Pki::InvalidSerialNumber => Kind::Encoding,
        _ => Kind::Unknown,
    }
}

/// Why a handshake failed, as a sentence about the peer.
pub(super) fn refusal(error: &io::Error) -> String {
    let Some(error) = error.get_ref().and_then(|e| e.downcast_ref::<Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
            _ => error.to_string(),
        };
    };
    match error {
        Error::NoCertificatesPresented => "it showed no certificate".to_owned(),
        Error::InvalidCertificate(_) => format!("its certificate was refused: {}", TlsFault::of(error)),
        Error::AlertReceived(AlertDescription::CertificateExpired) => "it finds our certificate expired".to_owned(),
        Error::AlertReceived(
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError,
        ) => "it does not trust our certificate".to_owned(),
        Error::AlertReceived(_) => "it broke off".to_owned(),
        Error::InvalidMessage(_) => "it does not speak TLS".to_owned(),
        Error::PeerIncompatible(_) => "it speaks no TLS that is accepted here (1.2 or 1.3)".to_owned(),
        Error::NoApplicationProtocol => "it does not speak HTTP/2".to_owned(),
        Error::PeerMisbehaved(_) | Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            "it breaks the rules of TLS".to_owned()
        }
        _ => "TLS could not be agreed on".to_owned(),
    }
}

/// `2027-01-31T00:00:00Z`
fn utc(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
    time.and_then(|t| t.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{seconds} seconds after 1970"))
}
