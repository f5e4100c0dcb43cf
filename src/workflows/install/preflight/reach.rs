//! The address by which pilot, in the primary, reaches the API server of a remote: what `mesh.yaml` says, else what the
//! kubeconfig says; and where that is an address of the user's own machine, what the cluster itself says. Pure.

use std::net::IpAddr;

use crate::adapters::k8s::ServedNames;
use crate::adapters::registry::PilotAccess;

/// How pilot reaches an API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::workflows::install) struct Reach {
    /// The URL.
    pub server: String,
    /// The name in the certificate, where it is not the URL's host.
    pub tls_server_name: Option<String>,
    /// The bundle that the certificate chains to, in PEM; `None`: the system's.
    pub ca_bundle: Option<Vec<u8>>,
    /// Whether the user's own address was replaced by one that the cluster gives.
    pub mended: bool,
}

/// What the kubeconfig says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::workflows::install) struct Own {
    /// The server's URL.
    pub server: String,
    /// `tls-server-name`
    pub tls_server_name: Option<String>,
    /// The CA bundle.
    pub ca_bundle: Option<Vec<u8>>,
    /// `insecure-skip-tls-verify`
    pub skips_verification: bool,
}

/// Where the cluster's own pods find the API server (`default/kubernetes`), and for which names its certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::workflows::install) struct FromInside {
    /// Address and port.
    pub endpoints: Vec<(IpAddr, u16)>,
    /// `Err`: why nobody knows.
    pub names: Result<ServedNames, String>,
}

/// Whether a URL leads to the machine that it is used on.
pub(in crate::workflows::install) fn is_loopback(server: &str) -> bool {
    let Ok(uri) = server.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => {
            v6.is_loopback() || v6.is_unspecified() || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// Decides. `inside` is asked only where the address is of the user's own machine.
///
/// # Errors
/// Why pilot could not reach it, as a sentence; what helps is always `clusters.<id>.server` or `.caFile`.
pub(in crate::workflows::install) fn reach(
    said: &PilotAccess,
    own: &Own,
    inside: Option<&FromInside>,
) -> Result<Reach, String> {
    let ca_bundle = said.ca_bundle.clone().or_else(|| own.ca_bundle.clone());
    if own.skips_verification && said.ca_bundle.is_none() {
        return Err("its kubeconfig takes any certificate, and pilot takes none that it cannot verify".to_owned());
    }
    let tls = |fallback: Option<String>| said.tls_server_name.clone().or(fallback);
    if let Some(server) = &said.server {
        // the kubeconfig's name is that of the kubeconfig's address
        return Ok(Reach { server: server.clone(), tls_server_name: tls(None), ca_bundle, mended: false });
    }
    if !is_loopback(&own.server) {
        let tls_server_name = tls(own.tls_server_name.clone());
        return Ok(Reach { server: own.server.clone(), tls_server_name, ca_bundle, mended: false });
    }
    let nowhere = |why: &str| format!("its API server {} is an address of this machine, and {why}", own.server);
    let Some(inside) = inside.filter(|i| !i.endpoints.is_empty()) else {
        return Err(nowhere("the cluster gives no other (default/kubernetes has no endpoints)"));
    };
    let names = inside.names.as_ref().map_err(|why| nowhere(&format!("its certificate could not be read: {why}")))?;
    let covered = |address: &IpAddr| match &said.tls_server_name {
        Some(name) => names.covers(name),
        None => names.covers(&address.to_string()),
    };
    let usable = inside.endpoints.iter().filter(|(address, _)| !address.is_loopback());
    match usable.clone().find(|(address, _)| covered(address)) {
        Some((address, port)) => {
            let host = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
            let server = format!("https://{host}:{port}");
            Ok(Reach { server, tls_server_name: said.tls_server_name.clone(), ca_bundle, mended: true })
        }
        None => {
            let all: Vec<String> = inside.endpoints.iter().map(|(a, _)| a.to_string()).collect();
            let not_for = match &said.tls_server_name {
                Some(name) => format!("{name}, the tlsServerName of mesh.yaml"),
                None => format!("{}, where the cluster's own pods find it", all.join(", ")),
            };
            Err(nowhere(&format!("its certificate is not for {not_for}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(server: &str) -> Own {
        Own { server: server.into(), ca_bundle: Some(b"ca".to_vec()), ..Own::default() }
    }

    fn inside(address: [u8; 4], covered: bool) -> FromInside {
        let address = IpAddr::from(address);
        let addresses = if covered { vec![address] } else { Vec::new() };
        let names = ServedNames { dns: vec!["kubernetes".into()], addresses };
        FromInside { endpoints: vec![(address, 6443)], names: Ok(names) }
    }

    #[test]
    fn addresses_of_this_machine_are_told_from_others() {
        for (server, so) in [
            ("https://127.0.0.1:6443", true),
            ("https://127.8.0.1", true),
            ("https://[::1]:6443", true),
            ("https://[::ffff:127.0.0.1]", true),
            ("https://0.0.0.0:6443", true),
            ("https://LOCALHOST.:1", true),
            ("https://kind.localhost", true),
            ("https://10.0.0.1", false),
            ("https://localhost.example.com", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_loopback(server), so, "{server}");
        }
    }

    #[test]
    fn the_users_address_is_kept_and_one_of_this_machine_mended() {
        let none = PilotAccess::default();
        let far = reach(&none, &own("https://a"), None);
        assert_eq!(far.map(|r| (r.server, r.mended)), Ok(("https://a".into(), false)));
        let mended = reach(&none, &own("https://127.0.0.1:1"), Some(&inside([172, 18, 0, 2], true)));
        let want = Reach {
            server: "https://172.18.0.2:6443".into(),
            tls_server_name: None,
            ca_bundle: Some(b"ca".to_vec()),
            mended: true,
        };
        assert_eq!(mended, Ok(want));
        let refused = reach(&none, &own("https://127.0.0.1:1"), Some(&inside([172, 18, 0, 2], false)));
        assert!(refused.is_err_and(|e| e.contains("certificate is not for 172.18.0.2")));
        // a name of the certificate that mesh.yaml gives counts instead of the address
        let named = PilotAccess { tls_server_name: Some("kubernetes".into()), ..PilotAccess::default() };
        let mended = reach(&named, &own("https://127.0.0.1:1"), Some(&inside([172, 18, 0, 2], false)));
        assert_eq!(mended.map(|r| r.tls_server_name), Ok(Some("kubernetes".into())));
        let named = PilotAccess { tls_server_name: Some("other".into()), ..PilotAccess::default() };
        let refused = reach(&named, &own("https://127.0.0.1:1"), Some(&inside([172, 18, 0, 2], true)));
        assert!(
            refused.is_err_and(|e| e.ends_with("its certificate is not for other, the tlsServerName of mesh.yaml"))
        );
        assert!(reach(&none, &own("https://localhost"), None).is_err_and(|e| e.contains("gives no other")));
    }

    #[test]
    fn mesh_yaml_wins_and_any_certificate_is_no_certificate() {
        let said = PilotAccess { server: Some("https://10.0.0.9".into()), ..PilotAccess::default() };
        let with_name = Own { tls_server_name: Some("x".into()), ..own("https://127.0.0.1") };
        let got = reach(&said, &with_name, None);
        assert_eq!(got.map(|r| (r.server, r.tls_server_name)), Ok(("https://10.0.0.9".into(), None)));
        let any = Own { skips_verification: true, ..own("https://a") };
        assert!(reach(&said, &any, None).is_err());
        let with_ca = PilotAccess { ca_bundle: Some(b"other".to_vec()), ..said };
        assert_eq!(reach(&with_ca, &any, None).map(|r| r.ca_bundle), Ok(Some(b"other".to_vec())));
    }
}
