//! Certificate authorities and certificates for the tests of listeners.

use std::path::Path;
use std::sync::Arc;

use meshctl::adapters::serve::TlsFiles;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};

pub(crate) const REVIEWS: &str = "spiffe://cluster.local/ns/default/sa/reviews";

/// An authority, and what it takes to verify up to the root.
pub(crate) struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// The intermediates from this one up to, not including, the root.
    above: Vec<CertificateDer<'static>>,
}

impl Ca {
    pub(crate) fn root(name: &str) -> Self {
        let issuer = CertifiedIssuer::self_signed(Self::params(name, None), KeyPair::generate().unwrap()).unwrap();
        Self { issuer, above: Vec::new() }
    }

    pub(crate) fn intermediate(&self, name: &str, path_length: Option<u8>) -> Self {
        let params = Self::params(name, path_length);
        let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.issuer).unwrap();
        let mut above = vec![issuer.der().clone()];
        above.extend(self.above.iter().cloned());
        Self { issuer, above }
    }

    /// What issues although its certificate says that it is no CA.
    pub(crate) fn impostor(&self, name: &str) -> Self {
        let mut params = Self::params(name, None);
        params.is_ca = IsCa::ExplicitNoCa;
        let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.issuer).unwrap();
        let mut above = vec![issuer.der().clone()];
        above.extend(self.above.iter().cloned());
        Self { issuer, above }
    }

    fn params(name: &str, path_length: Option<u8>) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(path_length.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = true;
        params
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// What trusts this root.
    pub(crate) fn store(&self) -> Arc<RootCertStore> {
        let mut store = RootCertStore::empty();
        store.add(self.issuer.der().clone()).unwrap();
        Arc::new(store)
    }

    /// A certificate for a client and server named `localhost`, good for `life` from an hour ago.
    pub(crate) fn leaf(&self, uris: &[&str], life: Duration) -> Leaf {
        self.leaf_with(uris, life, |_| ())
    }

    /// The same, with something of it changed.
    pub(crate) fn leaf_with(&self, uris: &[&str], life: Duration, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names = uris.iter().map(|u| SanType::URI((*u).try_into().unwrap())).collect();
        params.subject_alt_names.push(SanType::DnsName("localhost".try_into().unwrap()));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = OffsetDateTime::now_utc() - Duration::hours(1);
        params.not_after = params.not_before + life;
        change(&mut params);
        let mut chain = vec![params.signed_by(&key, &self.issuer).unwrap().der().clone()];
        chain.extend(self.above.iter().cloned());
        Leaf { chain, key }
    }

    pub(crate) fn good(&self) -> Leaf {
        self.leaf(&[REVIEWS], Duration::hours(24))
    }
}

/// A certificate with its chain and key.
pub(crate) struct Leaf {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Leaf {
    pub(crate) fn chain_pem(&self) -> String {
        self.chain.iter().map(|c| pem("CERTIFICATE", c)).collect()
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub(crate) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.serialize_der().into())
    }

    /// The leaf's own bytes: what a peer is recognised by.
    pub(crate) fn der(&self) -> &[u8] {
        &self.chain[0]
    }

    /// Writes certificate, key and root into a folder, one after the other.
    pub(crate) fn write(&self, root: &Ca, dir: &Path) -> TlsFiles {
        let files = files(dir);
        std::fs::write(&files.certificate, self.chain_pem()).unwrap();
        std::fs::write(&files.key, self.key_pem()).unwrap();
        std::fs::write(&files.root, root.pem()).unwrap();
        files
    }
}

pub(crate) fn files(dir: &Path) -> TlsFiles {
    TlsFiles { certificate: dir.join("tls.crt"), key: dir.join("tls.key"), root: dir.join("ca.crt") }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in der.chunks(3) {
        let bits = group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i > group.len() { '=' } else { sign as char });
        }
    }
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
