//! The certificates of one test cluster, made in memory: its CA, the API server's, an administrator's, and the key that
//! signs the tokens of service accounts.

use std::net::IpAddr;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};

/// PEM texts.
pub struct Pki {
    pub ca: String,
    pub ca_key: String,
    pub server: Pair,
    pub admin: Pair,
    pub controllers: Pair,
    pub accounts_private: String,
    pub accounts_public: String,
}

/// A certificate and its key, as PEM.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

fn named(common_name: &str, organisation: Option<&str>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, common_name);
    if let Some(o) = organisation {
        params.distinguished_name.push(DnType::OrganizationName, o);
    }
    params
}

fn leaf(mut params: CertificateParams, names: Vec<SanType>, issuer: &Issuer<'_, KeyPair>) -> Pair {
    params.subject_alt_names = names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    let certificate: Certificate = params.signed_by(&key, issuer).unwrap();
    Pair { certificate: certificate.pem(), key: key.serialize_pem() }
}

/// Makes them for a cluster; the API server is `127.0.0.1`, this address, `localhost` and `kubernetes.default.svc`.
pub fn make(cluster: &str, address: &str) -> Pki {
    make_for(cluster, &[address.parse().unwrap()], &[]).0
}

/// Another member of a cluster than the ones that every cluster has.
pub struct Member {
    pub name: &'static str,
    pub organisation: Option<&'static str>,
    pub addresses: Vec<IpAddr>,
}

/// The same, where the API server has more addresses, and a certificate for each of `members`, in their order.
pub fn make_for(cluster: &str, addresses: &[IpAddr], members: &[Member]) -> (Pki, Vec<Pair>) {
    let mut params = named(&format!("{cluster} test CA"), None);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&key).unwrap().pem();
    let ca_key = key.serialize_pem();
    let issuer = Issuer::new(params, key);
    let mut names: Vec<SanType> = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]
        .into_iter()
        .map(|name| SanType::DnsName(name.try_into().unwrap()))
        .collect();
    names.push(SanType::IpAddress([127, 0, 0, 1].into()));
    names.extend(addresses.iter().copied().map(SanType::IpAddress));
    let of_member = |member: &Member| {
        let names = member.addresses.iter().copied().map(SanType::IpAddress).collect();
        leaf(named(member.name, member.organisation), names, &issuer)
    };
    let of_members = members.iter().map(of_member).collect();
    let accounts = KeyPair::generate().unwrap();
    let pki = Pki {
        server: leaf(named("kube-apiserver", None), names, &issuer),
        admin: leaf(named("admin", Some("system:masters")), Vec::new(), &issuer),
        controllers: leaf(named("system:kube-controller-manager", None), Vec::new(), &issuer),
        accounts_private: accounts.serialize_pem(),
        accounts_public: accounts.public_key_pem(),
        ca,
        ca_key,
    };
    (pki, of_members)
}
