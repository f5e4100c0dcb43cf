//! What keeps a server from serving, each with the address or file it is about. Never a key's bytes.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::TlsFault;
use crate::adapters::files::FilesError;

/// Why a server cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("listening on {address} failed: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A TLS file cannot be read.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// A TLS file holds nothing of the kind it should.
    #[error("reading {path} failed: it holds no {what} in PEM", path = .path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// `certificate` or `private key`.
        what: &'static str,
    },
    /// A root certificate that cannot serve as one.
    #[error("reading the root certificates of {path} failed: {why}", path = .path.display())]
    Root {
        /// The file.
        path: PathBuf,
        /// Why.
        why: TlsFault,
    },
    /// The key is another certificate's, or of a kind that TLS does not use.
    #[error("the key {key} cannot serve with the certificate {certificate}: {why}",
        key = .key.display(), certificate = .certificate.display())]
    Key {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
        /// Why.
        why: TlsFault,
    },
    /// The certificate does not verify up to the root.
    #[error("the certificate {certificate} does not verify up to {root}: {why}",
        certificate = .certificate.display(), root = .root.display())]
    Chain {
        /// The file of the certificate and its intermediates.
        certificate: PathBuf,
        /// The file of the roots.
        root: PathBuf,
        /// Why.
        why: TlsFault,
    },
    /// The server stopped by itself.
    #[error("serving {what} failed: {why}")]
    Serve {
        /// `gRPC` or `HTTP`.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The process cannot be told of signals.
    #[error("waiting for signals failed: {0}")]
    Signals(io::Error),
}
