//! Addresses as Envoy wants them, and on which ones a proxy listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use meshctl_proto::envoy::config::core::v3::{
    Address, AggregatedConfigSource, ApiVersion, CidrRange, ConfigSource, SocketAddress, address, config_source,
    socket_address,
};
use meshctl_proto::envoy::config::listener::v3::AdditionalAddress;
use meshctl_proto::google::protobuf::{BoolValue, Duration, UInt32Value};

/// The IP families that a proxy has addresses of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Families {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
}

impl Families {
    /// IPv4 alone.
    pub const V4: Families = Families { v4: true, v6: false };
    /// IPv6 alone.
    pub const V6: Families = Families { v4: false, v6: true };
    /// Both.
    pub const DUAL: Families = Families { v4: true, v6: true };

    /// The families of these addresses.
    pub fn of<'a>(addresses: impl IntoIterator<Item = &'a IpAddr>) -> Self {
        let none = Families { v4: false, v6: false };
        addresses.into_iter().fold(none, |f, a| Families { v4: f.v4 || a.is_ipv4(), v6: f.v6 || a.is_ipv6() })
    }

    /// Whether a proxy of these families reaches `address`. No family known counts as IPv4.
    pub fn reach(self, address: IpAddr) -> bool {
        if address.is_ipv4() { self.v4 || !self.v6 } else { self.v6 }
    }

    /// Whether IPv6 is all there is. No family known counts as IPv4.
    pub(super) fn only_v6(self) -> bool {
        self.v6 && !self.v4
    }

    /// The unspecified address: the name and first address of a listener for all of them.
    pub(in crate::pure::xds) fn unspecified(self) -> IpAddr {
        if self.only_v6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() }
    }

    /// The loopback address.
    pub(super) fn loopback(self) -> IpAddr {
        if self.only_v6() { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() }
    }

    /// The second address of a listener on `port`: the unspecified IPv6 one, where both families are there.
    pub(super) fn additional(self, port: u16) -> Vec<AdditionalAddress> {
        let second =
            AdditionalAddress { address: Some(address(Ipv6Addr::UNSPECIFIED.into(), port)), ..Default::default() };
        if self.v4 && self.v6 { vec![second] } else { Vec::new() }
    }
}

/// How connections come to an outbound listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binding {
    /// iptables send every connection to 15001, and `virtualOutbound` hands it on by its original destination; the listener
    /// binds nothing.
    Redirect,
    /// There are no iptables (interception mode NONE): the listener binds its port on loopback. No original destination is
    /// known, so what no service claims goes to the black hole. Two listeners of one port cannot both bind: the caller
    /// chooses one.
    Port,
}

/// A socket's address.
pub(super) fn address(ip: IpAddr, port: u16) -> Address {
    Address { address: Some(address::Address::SocketAddress(socket(&ip.to_string(), port))) }
}

/// A socket's address by host: an IP address, or a DNS name where Envoy resolves.
pub(super) fn socket(host: &str, port: u16) -> SocketAddress {
    SocketAddress {
        address: host.to_owned(),
        port_specifier: Some(socket_address::PortSpecifier::PortValue(port.into())),
        ..Default::default()
    }
}

/// The range that holds `ip` alone.
pub(super) fn only(ip: IpAddr) -> CidrRange {
    CidrRange { address_prefix: ip.to_string(), prefix_len: uint(if ip.is_ipv4() { 32 } else { 128 }) }
}

/// The address as part of a name or of a `Host` header: IPv6 in brackets.
pub(super) fn bracketed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// "Ask on the stream that this came by."
///
/// `initial_fetch_timeout` stays unset, which is 15 seconds, and not 0 as istiod has it: 0 waits for ever, so that one
/// resource that never comes would hold the cluster or listener, and with it the start of the whole proxy.
pub(super) fn ads() -> ConfigSource {
    ConfigSource {
        resource_api_version: ApiVersion::V3.into(),
        config_source_specifier: Some(config_source::ConfigSourceSpecifier::Ads(AggregatedConfigSource {})),
        ..Default::default()
    }
}

/// A wrapped boolean.
pub(super) fn boolean(value: bool) -> Option<BoolValue> {
    Some(BoolValue { value })
}

/// A wrapped number.
pub(super) fn uint(value: u32) -> Option<UInt32Value> {
    Some(UInt32Value { value })
}

/// A time span. What is longer than Envoy takes is the longest that it does: else it would reject every cluster.
pub(super) fn duration(d: std::time::Duration) -> Option<Duration> {
    /// Envoy counts in 64-bit nanoseconds: "Duration out-of-range" beyond.
    const MOST: i64 = 9_223_372_035;
    let seconds = i64::try_from(d.as_secs()).unwrap_or(MOST).min(MOST);
    Some(Duration { seconds, nanos: d.subsec_nanos().cast_signed() })
}

/// A time span in seconds.
pub(super) fn seconds(n: u64) -> Option<Duration> {
    duration(std::time::Duration::from_secs(n))
}
