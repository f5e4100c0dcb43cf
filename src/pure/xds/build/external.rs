//! The host of an ExternalName, if a proxy may be sent there.

use std::net::{IpAddr, Ipv6Addr};

use crate::data::model::{Name, parse_hostname};
use crate::pure::mesh::Service;

/// The addresses of clouds' metadata servers that are not link-local: AWS over IPv6, Alibaba, Oracle's old one.
const METADATA: [IpAddr; 3] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
    IpAddr::V4(std::net::Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 0, 192)),
];

/// A host name, or an IP address as it is commonly written, that an ExternalName may stand for.
///
/// Whoever may write a Service chooses this host, and every proxy of the mesh calls it: so it is not the proxy's own
/// loopback (where its admin port is), not a link-local address or a cloud's metadata server (where credentials are), and
/// not the service itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalHost(String);

impl ExternalHost {
    /// The host, checked; `None` if a proxy must not be sent there.
    pub fn of(service: &Service, host: &Name) -> Option<Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let allowed = match host.parse::<IpAddr>() {
            Ok(ip) => is_public_enough(ip),
            Err(_) => is_name(&host) && !is_own(service, &host),
        };
        allowed.then_some(Self(host))
    }

    /// The address, where the host is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }

    /// The host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_public_enough(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !link_local && !ip.is_loopback() && !ip.is_unspecified() && !ip.is_multicast() && !METADATA.contains(&ip)
}

/// Whether it is a DNS name that means no address by itself: resolvers read `0x7f.1`, `127.1` and `2130706433` as
/// addresses, so a name's last label is no number.
fn is_name(host: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    host.len() <= 253
        && host.split('.').all(label)
        && !number
        && last != "localhost"
        && host != "metadata"
        && host != "metadata.google.internal"
}

fn is_own(service: &Service, host: &str) -> bool {
    parse_hostname(host) == Some((&service.id.name, &service.id.namespace)) || service.hostname == *host
}

#[cfg(test)]
mod tests {
    use super::super::testing::service;
    use super::*;
    use crate::data::model::{AppProtocol, ServiceKind};

    #[test]
    fn proxies_are_not_sent_to_secrets_or_themselves() {
        let service = service(ServiceKind::ExternalName(Name::default()), AppProtocol::Http, &[]);
        let of = |host: &str| ExternalHost::of(&service, &host.into()).map(|h| h.0);
        for good in ["db.example.com", "DB.Example.com.", "192.0.2.7", "2001:db8::1", "_x.example.com", "10.0.0.1"] {
            assert_eq!(of(good).as_deref(), Some(good.trim_end_matches('.').to_ascii_lowercase().as_str()));
        }
        for bad in [
            "",
            ".",
            "a..b",
            "a b",
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "127.0.0.1",
            "::1",
            "0.0.0.0",
            "127.1",
            "0x7f000001",
            "2852039166",
            "0251.0376.0251.0376",
            "169.254.43518",
            "localhost",
            "a.localhost",
            "metadata.google.internal",
            "metadata.google.internal.",
            "224.0.0.1",
            "reviews.default",
            "reviews.default.svc",
            "Reviews.default.svc.cluster.local.",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
