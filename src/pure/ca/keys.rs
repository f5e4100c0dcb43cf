//! Private keys: the one place that draws them, and serial numbers.

use std::fmt;

use rcgen::{KeyPair, PublicKeyData, RsaKeySize};
use x509_parser::der_parser::der::{DerObject, parse_der};

use super::cert::{KeyAlgorithm, bits};
use super::pem::{self, PemError};
use crate::data::model::Secret;

/// The kinds of keys that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 4096 bits.
    Rsa4096,
}

impl KeyKind {
    /// All kinds with the names that `--key` takes.
    pub const NAMES: [(&'static str, KeyKind); 4] =
        [("p256", Self::P256), ("p384", Self::P384), ("rsa2048", Self::Rsa2048), ("rsa4096", Self::Rsa4096)];

    /// The algorithm and size of such a key.
    pub fn algorithm(self) -> KeyAlgorithm {
        match self {
            Self::P256 => KeyAlgorithm::Ec(256),
            Self::P384 => KeyAlgorithm::Ec(384),
            Self::Rsa2048 => KeyAlgorithm::Rsa(2048),
            Self::Rsa4096 => KeyAlgorithm::Rsa(4096),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

impl std::str::FromStr for KeyKind {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == s).map(|(_, kind)| *kind);
        found.ok_or_else(|| "want p256, p384, rsa2048 or rsa4096".to_owned())
    }
}

/// Why a text is no usable private key. Never quotes the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM.
    #[error("{0}")]
    Pem(String),
    /// PEM of something else.
    #[error("it holds a block \"{label}\", want \"PRIVATE KEY\", \"RSA PRIVATE KEY\" or \"EC PRIVATE KEY\"")]
    WrongType {
        /// The first block's label.
        label: String,
    },
    /// Needs a passphrase.
    #[error("the key is encrypted; decrypt it first: openssl pkey -in ENCRYPTED -out KEY")]
    Encrypted,
    /// Several keys: which one?
    #[error("it holds {0} private keys, want one")]
    Several(usize),
    /// An RSA key that nobody should trust.
    #[error("the key is RSA with {bits} bits; 2048 are the least")]
    TooSmall {
        /// The bits of its modulus.
        bits: usize,
    },
    /// Broken, or of an unknown algorithm.
    #[error("the key is neither a valid RSA (2048 to 8192 bits), nor an EC (P-256, P-384, P-521), nor an Ed25519 key")]
    Unusable,
    /// The system gave no randomness.
    #[error("drawing a key failed")]
    Draw,
}

/// A CA's private key. `Debug` shows its algorithm alone.
pub struct CaKey {
    pair: KeyPair,
    pem: Secret<Vec<u8>>,
    algorithm: KeyAlgorithm,
}

impl fmt::Debug for CaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaKey({})", self.algorithm)
    }
}

impl CaKey {
    /// Draws a new key; RSA with 4096 bits takes a second or more.
    ///
    /// # Errors
    /// [`KeyError::Draw`].
    pub fn draw(kind: KeyKind) -> Result<Self, KeyError> {
        let pair = match kind {
            KeyKind::P256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
            KeyKind::P384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384),
            KeyKind::Rsa2048 => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048),
            KeyKind::Rsa4096 => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_4096),
        };
        let pair = pair.map_err(|_| KeyError::Draw)?;
        let pem = Secret::new(pair.serialize_pem().replace("\r\n", "\n").into_bytes());
        Ok(Self { algorithm: algorithm(&pair)?, pair, pem })
    }

    /// Reads a key from PEM: PKCS#8, PKCS#1 or SEC1; RSA, EC or Ed25519. Blocks `EC PARAMETERS` are skipped.
    ///
    /// # Errors
    /// Where there is not exactly one usable key.
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let blocks = pem::blocks(text).map_err(|e| match e {
            PemError::Encrypted { .. } => KeyError::Encrypted,
            other => KeyError::Pem(other.to_string()),
        })?;
        if blocks.iter().any(|b| b.label == "ENCRYPTED PRIVATE KEY") {
            return Err(KeyError::Encrypted);
        }
        let keys: Vec<_> = blocks.iter().filter(|b| is_key(&b.label)).collect();
        match keys.as_slice() {
            [one] => Self::from_der(&one.der, text),
            [] => Err(KeyError::WrongType { label: blocks.first().map(|b| b.label.clone()).unwrap_or_default() }),
            several => Err(KeyError::Several(several.len())),
        }
    }

    fn from_der(der: &[u8], pem: &[u8]) -> Result<Self, KeyError> {
        if let Some(bits) = rsa_bits(der).filter(|bits| *bits < 2048) {
            return Err(KeyError::TooSmall { bits });
        }
        let pair = KeyPair::try_from(der).map_err(|_| KeyError::Unusable)?;
        Ok(Self { algorithm: algorithm(&pair)?, pair, pem: Secret::new(pem.to_vec()) })
    }

    /// The key as PEM: as it was read, or PKCS#8 where it was drawn.
    pub fn pem(&self) -> &Secret<Vec<u8>> {
        &self.pem
    }

    /// Its algorithm and size.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Its public key: the contents of `subjectPublicKey`.
    pub fn public_key(&self) -> &[u8] {
        self.pair.der_bytes()
    }

    pub(super) fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

/// Draws a serial number: 16 random bytes, positive and without a leading zero (RFC 5280 §4.1.2.2).
///
/// # Errors
/// [`KeyError::Draw`].
pub fn draw_serial() -> Result<[u8; 16], KeyError> {
    let mut serial = [0; 16];
    rustls::crypto::aws_lc_rs::default_provider().secure_random.fill(&mut serial).map_err(|_| KeyError::Draw)?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(serial)
}

pub(super) fn is_key(label: &str) -> bool {
    matches!(label, "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY")
}

fn algorithm(pair: &KeyPair) -> Result<KeyAlgorithm, KeyError> {
    let is = |algorithm: &rcgen::SignatureAlgorithm| pair.is_compatible(algorithm);
    Ok(if is(&rcgen::PKCS_ECDSA_P256_SHA256) {
        KeyAlgorithm::Ec(256)
    } else if is(&rcgen::PKCS_ECDSA_P384_SHA384) {
        KeyAlgorithm::Ec(384)
    } else if is(&rcgen::PKCS_ED25519) {
        KeyAlgorithm::Ed25519
    } else if is(&rcgen::PKCS_RSA_SHA256) {
        // RSAPublicKey ::= SEQUENCE { modulus, publicExponent }
        KeyAlgorithm::Rsa(
            sequence_item(pair.der_bytes(), 0, |o| o.as_slice().ok().map(bits)).ok_or(KeyError::Unusable)?,
        )
    } else {
        KeyAlgorithm::Ec(521)
    })
}

/// The bits of the modulus of an RSA private key in PKCS#1 or PKCS#8; `None` where it is none.
fn rsa_bits(der: &[u8]) -> Option<usize> {
    // RSAPrivateKey ::= SEQUENCE { version, modulus, publicExponent, privateExponent, prime1, … }
    let pkcs1 = |der: &[u8]| {
        let items = parse_der(der).ok()?.1.as_sequence().ok()?.len();
        sequence_item(der, 1, |o| if items >= 9 { o.as_slice().ok().map(bits) } else { None })
    };
    // PrivateKeyInfo ::= SEQUENCE { version, algorithm, privateKey OCTET STRING }
    sequence_item(der, 2, |o| o.as_slice().ok().and_then(pkcs1)).or_else(|| pkcs1(der))
}

fn sequence_item<T>(der: &[u8], at: usize, read: impl Fn(&DerObject<'_>) -> Option<T>) -> Option<T> {
    let (_, object) = parse_der(der).ok()?;
    read(object.as_sequence().ok()?.get(at)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_reads_back() {
        for (name, kind) in [("EC P-256", KeyKind::P256), ("EC P-384", KeyKind::P384), ("RSA 2048", KeyKind::Rsa2048)] {
            let key = CaKey::draw(kind).unwrap();
            let back = CaKey::from_pem(key.pem().expose()).unwrap();
            assert_eq!((back.algorithm().to_string().as_str(), back.public_key()), (name, key.public_key()));
        }
    }

    #[test]
    fn debug_and_errors_show_no_key() {
        let key = CaKey::draw(KeyKind::P256).unwrap();
        assert_eq!(format!("{key:?}"), "CaKey(EC P-256)");
        let text = String::from_utf8(key.pem().expose().clone()).unwrap();
        let body = text.lines().nth(1).unwrap().to_owned();
        let broken = text.replace(&body, &body[..40]);
        let why = CaKey::from_pem(broken.as_bytes()).unwrap_err();
        assert!(!format!("{why} {why:?}").contains(&body[..20]));
    }

    #[test]
    fn serials_are_positive_and_differ() {
        let (a, b) = (draw_serial().unwrap(), draw_serial().unwrap());
        assert!(a[0] & 0x80 == 0 && a[0] != 0 && a != b);
    }
}
