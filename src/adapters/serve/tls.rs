//! A server's identity: certificate, key and root from files, checked against each other before they are used.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use prometheus_client::metrics::gauge::Gauge;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{NoServerSessionStorage, ParsedCertificate, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use xxhash_rust::xxh3::Xxh3;

use super::peer::not_after;
use super::{Metrics, ServeError, TlsFault};
use crate::adapters::files::read_capped;
use crate::data::model::Timestamp;

/// A bundle of many roots is far below; no file makes a server read more.
const MAX_FILE: u64 = 1 << 20;

/// Where a server's identity lies, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then its intermediates.
    pub certificate: PathBuf,
    /// The private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
    /// The roots, for our own chain and for clients' certificates.
    pub root: PathBuf,
}

/// A server's identity, which [`TlsIdentity::watch`] keeps in line with its files.
pub struct TlsIdentity {
    pub(super) files: TlsFiles,
    current: ArcSwap<Loaded>,
    problem: ArcSwapOption<String>,
    has_problem: Gauge,
    ends: Gauge,
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity").field("files", &self.files).finish_non_exhaustive()
    }
}

struct Loaded {
    config: Arc<ServerConfig>,
    /// When the certificate is over.
    not_after: Option<Timestamp>,
    /// Of the three files' bytes.
    fingerprint: u128,
}

impl TlsIdentity {
    /// Reads and checks the files: the key is the certificate's, and the chain verifies up to the root today.
    ///
    /// # Errors
    /// Which file is at fault, and why; never a byte of the key.
    pub fn load(files: TlsFiles) -> Result<Self, ServeError> {
        let bytes = Bytes::read(&files)?;
        let this = Self {
            current: ArcSwap::from_pointee(bytes.load(&files)?),
            files,
            problem: ArcSwapOption::empty(),
            has_problem: Gauge::default(),
            ends: Gauge::default(),
        };
        this.note_end();
        Ok(this)
    }

    /// Adds `meshctl_tls_problem` and `meshctl_tls_not_after_seconds`.
    pub fn register(&self, metrics: &Metrics) {
        let problem = "1 while the files of the certificate cannot be used, and the last good ones serve on";
        metrics.register("meshctl_tls_problem", problem, self.has_problem.clone());
        let ends = "When the certificate that serves is over, in seconds since 1970";
        metrics.register("meshctl_tls_not_after_seconds", ends, self.ends.clone());
    }

    /// The file of the certificate.
    pub fn certificate(&self) -> &Path {
        &self.files.certificate
    }

    /// When the certificate that serves is over.
    pub fn not_after(&self) -> Option<Timestamp> {
        self.current.load().not_after
    }

    /// What the next handshake uses.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.current.load().config.clone()
    }

    /// Why the files as they are now are not in use, where they are not: the last good ones serve on.
    pub fn problem(&self) -> Option<Arc<String>> {
        self.problem.load_full()
    }

    pub(super) fn set_problem(&self, why: Option<String>) {
        self.has_problem.set(i64::from(why.is_some()));
        self.problem.store(why.map(Arc::new));
    }

    fn note_end(&self) {
        let end = self.not_after().and_then(|at| i64::try_from(at.0).ok());
        self.ends.set(end.unwrap_or_default());
    }

    /// Takes over what the files hold now; whether that is something new.
    pub(super) fn reload(&self) -> Result<bool, ServeError> {
        let bytes = Bytes::read(&self.files)?;
        if bytes.fingerprint() == self.current.load().fingerprint {
            return Ok(false);
        }
        self.current.store(Arc::new(bytes.load(&self.files)?));
        self.note_end();
        Ok(true)
    }
}

/// The three files' bytes. No `Debug`: one is a key.
struct Bytes {
    certificate: Vec<u8>,
    key: Vec<u8>,
    root: Vec<u8>,
}

impl Bytes {
    fn read(files: &TlsFiles) -> Result<Self, ServeError> {
        let TlsFiles { certificate, key, root } = files;
        Ok(Self {
            certificate: read_capped(certificate, MAX_FILE)?,
            key: read_capped(key, MAX_FILE)?,
            root: read_capped(root, MAX_FILE)?,
        })
    }

    fn fingerprint(&self) -> u128 {
        let mut hash = Xxh3::new();
        for part in [&self.certificate, &self.key, &self.root] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.digest128()
    }

    /// Checks them all.
    fn load(&self, files: &TlsFiles) -> Result<Loaded, ServeError> {
        let chain = certificates(&self.certificate, &files.certificate)?;
        let not_after = chain.first().and_then(|leaf| not_after(leaf));
        Ok(Loaded { config: self.config(chain, files)?, not_after, fingerprint: self.fingerprint() })
    }

    fn private_key(&self, files: &TlsFiles) -> Result<PrivateKeyDer<'static>, ServeError> {
        // PKCS#8's label, and the header of OpenSSL's own form
        if self.key.windows(9).any(|w| w == b"ENCRYPTED") {
            return Err(bad_key(files, TlsFault::KEY_ENCRYPTED));
        }
        // the parser's own errors quote lines of the file: of this file, none
        PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| ServeError::NotPem { path: files.key.clone(), what: "private key" })
    }

    fn config(&self, chain: Vec<CertificateDer<'static>>, files: &TlsFiles) -> Result<Arc<ServerConfig>, ServeError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = self.private_key(files)?;
        let roots = Arc::new(roots(&self.root, &files.root)?);
        verify(&chain, &roots, &provider, files)?;

        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider.clone())
            .build()
            .map_err(|e| ServeError::Root { path: files.root.clone(), why: TlsFault::of_roots(&e) })?;
        let bad_key = |e: rustls::Error| bad_key(files, TlsFault::of(&e));
        // Envoy's upstream default ends at 1.2
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(bad_key)?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, key)
            .map_err(bad_key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // a resumed session is not verified again: it would outlive the certificate it was opened with
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }
}

fn bad_key(files: &TlsFiles, why: TlsFault) -> ServeError {
    ServeError::Key { key: files.key.clone(), certificate: files.certificate.clone(), why }
}

fn certificates(pem: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, ServeError> {
    let none = || ServeError::NotPem { path: path.to_owned(), what: "certificate" };
    let all = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().map_err(|_| none())?;
    if all.is_empty() { Err(none()) } else { Ok(all) }
}

fn roots(pem: &[u8], path: &Path) -> Result<RootCertStore, ServeError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(pem, path)? {
        roots.add(root).map_err(|e| ServeError::Root { path: path.to_owned(), why: TlsFault::of(&e) })?;
    }
    Ok(roots)
}

/// Whether clients that trust `roots` will accept `chain` now.
fn verify(
    chain: &[CertificateDer<'_>],
    roots: &RootCertStore,
    provider: &CryptoProvider,
    files: &TlsFiles,
) -> Result<(), ServeError> {
    let fail = |e: rustls::Error| ServeError::Chain {
        certificate: files.certificate.clone(),
        root: files.root.clone(),
        why: TlsFault::of(&e),
    };
    let (leaf, intermediates) = chain
        .split_first()
        .ok_or_else(|| ServeError::NotPem { path: files.certificate.clone(), what: "certificate" })?;
    let leaf = ParsedCertificate::try_from(leaf).map_err(fail)?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(super::now().0));
    let algorithms = provider.signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&leaf, roots, intermediates, now, algorithms).map_err(fail)
}
