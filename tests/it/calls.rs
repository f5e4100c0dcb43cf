//! "Where does this call go": a small interpreter of the generated config, and the talk's two clusters
//! (`reference`: the talk's addresses; what it does not say is marked as ours).

use std::collections::BTreeSet;
use std::net::IpAddr;

use meshctl::data::model::{NetworkId, OutboundPolicy};
use meshctl::pure::xds::{Snapshot, Type, View, ViewId};
use meshctl_proto::envoy::config::cluster::v3::Cluster;
use meshctl_proto::envoy::config::cluster::v3::cluster::{ClusterDiscoveryType, DiscoveryType};
use meshctl_proto::envoy::config::core::v3::{Address, HealthStatus, address, socket_address};
use meshctl_proto::envoy::config::endpoint::v3::{ClusterLoadAssignment, lb_endpoint};
use meshctl_proto::envoy::config::listener::v3::{FilterChain, Listener, filter};
use meshctl_proto::envoy::config::route::v3::{RouteConfiguration, VirtualHost, route, route_action};
use meshctl_proto::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, http_connection_manager::RouteSpecifier,
};
use meshctl_proto::envoy::extensions::filters::network::tcp_proxy::v3::{TcpProxy, tcp_proxy};
use prost::Message;
use serde_json::json;

use crate::world::{Obj, World, ep, node, pod, settings, slice, svc, view, view_of_pod};

/// What the first bytes of a call are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spoken<'a> {
    /// A plain-text HTTP request with this `Host`.
    Http(&'a str),
    /// Plain bytes.
    Tcp,
    Tls,
}

/// Where a call ends.
#[derive(Debug, Clone, PartialEq)]
enum End {
    /// At one of these, whichever the proxy picks.
    Endpoints(BTreeSet<String>),
    /// At the address it was going to.
    AsCalled,
    /// At the addresses of a DNS name.
    Dns(String),
    /// Nowhere.
    BlackHole,
    /// At an answer of the proxy's own.
    Answer(u32),
}

/// One proxy's config.
struct Proxy<'a> {
    snapshot: &'a Snapshot,
    view: ViewId,
}

impl Proxy<'_> {
    fn read<M: Message + Default>(&self, ty: Type, name: &str) -> Option<M> {
        let entry = self.snapshot.find(self.view, ty, name)?;
        Some(M::decode(entry.body.concat().as_slice()).expect("a message"))
    }

    fn listeners(&self) -> Vec<Listener> {
        let all = self.snapshot.all(self.view, Type::Listener);
        all.map(|e| Listener::decode(e.body.concat().as_slice()).expect("a listener")).collect()
    }

    /// A call out of the pod, which iptables hand to `virtualOutbound` and it to the listener of the original destination:
    /// that of the address, else that of all addresses on the port.
    fn out(&self, destination: &str, spoken: Spoken<'_>) -> End {
        let (ip, port) = split(destination);
        let listeners = self.listeners();
        let at = |host: &str| {
            let bound = |a: &Option<Address>| a.as_ref().is_some_and(|a| socket(a) == (host.to_owned(), port));
            listeners.iter().find(|l| {
                let not_virtual = l.name != "virtualOutbound" && l.name != "virtualInbound";
                not_virtual && (bound(&l.address) || l.additional_addresses.iter().any(|a| bound(&a.address)))
            })
        };
        let any = if ip.is_ipv4() { "0.0.0.0" } else { "::" };
        let main = || listeners.iter().find(|l| l.name == "virtualOutbound").expect("virtualOutbound");
        let listener = at(&ip.to_string()).or_else(|| at(any)).unwrap_or_else(main);
        self.through(listener, ip, port, spoken)
    }

    /// A call into the pod.
    fn inward(&self, destination: &str, spoken: Spoken<'_>) -> (String, End) {
        let (ip, port) = split(destination);
        let listener: Listener = self.read(Type::Listener, "virtualInbound").expect("virtualInbound");
        let chain = chain_of(&listener, ip, port, spoken);
        (self.cluster_of(chain, spoken), self.through(&listener, ip, port, spoken))
    }

    fn through(&self, listener: &Listener, ip: IpAddr, port: u16, spoken: Spoken<'_>) -> End {
        let chain = chain_of(listener, ip, port, spoken);
        match self.cluster_of(chain, spoken).strip_prefix("answer ") {
            Some(status) => End::Answer(status.parse().expect("a status")),
            None => self.end(&self.cluster_of(chain, spoken)),
        }
    }

    /// The cluster that a chain sends a call to, or `answer STATUS`.
    fn cluster_of(&self, chain: &FilterChain, spoken: Spoken<'_>) -> String {
        let Some(filter::ConfigType::TypedConfig(any)) = &chain.filters.last().expect("a filter").config_type else {
            panic!("a filter without config in {}", chain.name)
        };
        if any.type_url.ends_with(".TcpProxy") {
            let proxy = TcpProxy::decode(any.value.clone()).expect("a TCP proxy");
            let Some(tcp_proxy::ClusterSpecifier::Cluster(cluster)) = proxy.cluster_specifier else {
                panic!("no cluster")
            };
            return cluster;
        }
        let manager = HttpConnectionManager::decode(any.value.clone()).expect("a connection manager");
        let routes = match manager.route_specifier.expect("routes") {
            RouteSpecifier::Rds(rds) => {
                self.read::<RouteConfiguration>(Type::Route, &rds.route_config_name).expect("the route")
            }
            RouteSpecifier::RouteConfig(routes) => routes,
            other => panic!("{other:?}"),
        };
        let Spoken::Http(host) = spoken else { panic!("{spoken:?} in a connection manager") };
        let host = virtual_host(&routes, host);
        match host.routes[0].action.as_ref().expect("an action") {
            route::Action::Route(action) => match action.cluster_specifier.as_ref().expect("a cluster") {
                route_action::ClusterSpecifier::Cluster(cluster) => cluster.clone(),
                other => panic!("{other:?}"),
            },
            route::Action::DirectResponse(response) => format!("answer {}", response.status),
            other => panic!("{other:?}"),
        }
    }

    fn end(&self, name: &str) -> End {
        let cluster: Cluster =
            self.read(Type::Cluster, name).unwrap_or_else(|| panic!("the cluster {name} does not exist"));
        let Some(ClusterDiscoveryType::Type(kind)) = cluster.cluster_discovery_type else { panic!("no type") };
        match DiscoveryType::try_from(kind).expect("a type") {
            DiscoveryType::OriginalDst => End::AsCalled,
            DiscoveryType::Static if cluster.load_assignment.is_none() => End::BlackHole,
            DiscoveryType::StrictDns => {
                End::Dns(targets(&cluster.load_assignment.expect("a host")).into_iter().next().expect("one"))
            }
            DiscoveryType::Eds => {
                let service = cluster.eds_cluster_config.expect("EDS").service_name;
                End::Endpoints(targets(
                    &self.read(Type::Endpoint, &service).expect("the endpoint set that the cluster owes"),
                ))
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The healthy targets of an endpoint set.
fn targets(set: &ClusterLoadAssignment) -> BTreeSet<String> {
    let all = set.endpoints.iter().flat_map(|l| &l.lb_endpoints);
    let healthy = all.filter(|e| e.health_status != i32::from(HealthStatus::Draining));
    healthy
        .map(|e| {
            let Some(lb_endpoint::HostIdentifier::Endpoint(e)) = &e.host_identifier else { panic!("no endpoint") };
            let (host, port) = socket(e.address.as_ref().expect("an address"));
            format!("{host}:{port}")
        })
        .collect()
}

fn socket(address: &Address) -> (String, u16) {
    let Some(address::Address::SocketAddress(s)) = &address.address else { panic!("no socket address") };
    let Some(socket_address::PortSpecifier::PortValue(port)) = s.port_specifier else { panic!("no port") };
    (s.address.clone(), u16::try_from(port).expect("a port"))
}

fn split(destination: &str) -> (IpAddr, u16) {
    let at: std::net::SocketAddr = destination.parse().expect("an address and port");
    (at.ip(), at.port())
}

/// Envoy's order of matching: port, address, transport protocol, application protocol; the most specific that exists is
/// taken, and there is no way back.
fn chain_of<'a>(listener: &'a Listener, ip: IpAddr, port: u16, spoken: Spoken<'_>) -> &'a FilterChain {
    let detects = listener.listener_filters.iter().any(|f| f.name == "envoy.filters.listener.http_inspector");
    let transport = if spoken == Spoken::Tls && detects { "tls" } else { "raw_buffer" };
    let application = if matches!(spoken, Spoken::Http(_)) && detects { "http/1.1" } else { "" };
    let mut chains: Vec<&FilterChain> = listener.filter_chains.iter().collect();
    let matches = |c: &FilterChain| c.filter_chain_match.clone().unwrap_or_default();
    let narrow = |chains: &mut Vec<&'a FilterChain>,
                  exact: &dyn Fn(&FilterChain) -> bool,
                  open: &dyn Fn(&FilterChain) -> bool| {
        let found: Vec<&FilterChain> = chains.iter().copied().filter(|c| exact(c)).collect();
        *chains = if found.is_empty() { chains.iter().copied().filter(|c| open(c)).collect() } else { found };
    };
    let port_of = |c: &FilterChain| matches(c).destination_port.map(|p| p.value);
    narrow(&mut chains, &|c| port_of(c) == Some(port.into()), &|c| port_of(c).is_none());
    let of_ip = |c: &FilterChain| matches(c).prefix_ranges.iter().any(|r| r.address_prefix == ip.to_string());
    narrow(&mut chains, &of_ip, &|c| matches(c).prefix_ranges.is_empty());
    narrow(&mut chains, &|c| matches(c).transport_protocol == transport, &|c| matches(c).transport_protocol.is_empty());
    let alpn = |c: &FilterChain| matches(c).application_protocols;
    narrow(&mut chains, &|c| alpn(c).iter().any(|p| p == application), &|c| alpn(c).is_empty());
    assert!(chains.len() <= 1, "two chains match in {}", listener.name);
    chains.first().copied().or(listener.default_filter_chain.as_ref()).expect("a chain")
}

/// Envoy's order of domains: exact, then the longest suffix wildcard, then `*`. The port of a `Host` counts for nothing.
fn virtual_host<'a>(routes: &'a RouteConfiguration, host: &str) -> &'a VirtualHost {
    let port_counts = !routes.ignore_port_in_host_matching;
    let bare =
        host.rsplit_once(':').filter(|(h, p)| !h.is_empty() && p.parse::<u16>().is_ok()).map_or(host, |(h, _)| h);
    let host = if port_counts { host } else { bare };
    let mut seen = BTreeSet::new();
    let all: Vec<(&str, &VirtualHost)> =
        routes.virtual_hosts.iter().flat_map(|v| v.domains.iter().map(move |d| (d.as_str(), v))).collect();
    for (domain, v) in &all {
        assert!(seen.insert(*domain), "{} has the domain {domain} twice, the second in {}", routes.name, v.name);
    }
    let exact = all.iter().find(|(d, _)| *d == host);
    let suffix = all
        .iter()
        .filter(|(d, _)| d.len() > 1 && d.strip_prefix('*').is_some_and(|s| host.ends_with(s) && host.len() > s.len()));
    let longest = suffix.max_by_key(|(d, _)| d.len());
    exact.or(longest).or(all.iter().find(|(d, _)| *d == "*")).expect("a virtual host").1
}

fn call(world: &mut World, view: View, destination: &str, spoken: Spoken<'_>) -> End {
    let view = world.attach(view);
    let snapshot = world.snapshot();
    Proxy { snapshot: &snapshot, view }.out(destination, spoken)
}

fn at(targets: &[&str]) -> End {
    End::Endpoints(targets.iter().map(|t| (*t).to_owned()).collect())
}

/// A service of the talk with its pods: `(service, VIP, port name, port, [(pod, address)])`.
fn app(name: &str, vip: &str, ports: &[(&str, u16)], node: &str, pods: &[(&str, &str)]) -> Vec<Obj> {
    let mut out = vec![svc("istio-system", name, vip, ports)];
    out.extend(pods.iter().map(|(p, address)| pod("istio-system", p, address, name, node)));
    let endpoints: Vec<_> = pods.iter().map(|(p, address)| ep(address, p)).collect();
    out.push(slice("istio-system", &format!("{name}-1"), name, ports, &endpoints));
    out
}

/// The talk's GKE cluster; node names are ours.
fn gke() -> Vec<Obj> {
    let k = "gke-1";
    [
        vec![node(k, "us-west1", "us-west1-a"), svc("default", "kubernetes", "10.125.48.1", &[("https", 443)])],
        vec![slice("default", "kubernetes", "kubernetes", &[("https", 443)], &[ep("35.1.1.1", "")])],
        app("productpage", "10.125.9.95", &[("http", 9080)], k, &[("productpage-v1", "10.124.2.29")]),
        app(
            "details",
            "10.125.35.188",
            &[("http", 9080)],
            k,
            &[("details-0", "10.124.0.18"), ("details-1", "10.124.2.32")],
        ),
        app(
            "ratings",
            "10.125.33.214",
            &[("http", 9080)],
            k,
            &[("r-0", "10.124.0.20"), ("r-1", "10.124.1.17"), ("r-2", "10.124.2.30")],
        ),
        app(
            "reviews",
            "10.125.59.1",
            &[("http", 9080)],
            k,
            &[("reviews-v1", "10.124.0.19"), ("reviews-v2", "10.124.1.18"), ("reviews-v1b", "10.124.2.34")],
        ),
        // the VIP stands in the talk's listener dump
        app("mongodb", "10.125.59.136", &[("mongo", 27017)], k, &[("mongodb-0", "10.124.2.31")]),
    ]
    .concat()
}

/// The talk's second cluster: reviews-v3, and the Services without pods that make DNS answer.
fn on_prem() -> Vec<Obj> {
    [
        vec![node("k8s-demo", "", ""), svc("default", "kubernetes", "10.96.0.1", &[("https", 443)])],
        vec![slice("default", "kubernetes", "kubernetes", &[("https", 443)], &[ep("192.170.228.80", "")])],
        app("reviews", "10.111.253.54", &[("http", 9080)], "k8s-demo", &[("reviews-v3", "192.170.228.84")]),
        vec![svc("istio-system", "ratings", "10.110.96.10", &[("http", 9080)])],
    ]
    .concat()
}

fn talk(outbound: OutboundPolicy) -> World {
    let mut settings = settings(&["gke", "on-prem"]);
    settings.open_namespaces.insert("istio-system".into());
    settings.outbound = outbound;
    World::with(settings, &[("gke", gke()), ("on-prem", on_prem())])
}

fn productpage() -> View {
    view_of_pod("gke", "istio-system", "productpage-v1", "10.124.2.29", "productpage")
}

fn reviews_v3() -> View {
    view_of_pod("on-prem", "istio-system", "reviews-v3", "192.170.228.84", "reviews")
}

const GKE_REVIEWS: [&str; 3] = ["10.124.0.19:9080", "10.124.1.18:9080", "10.124.2.34:9080"];

#[test]
fn the_talk_reviews_are_in_both_clusters_until_v3_leaves_and_again_when_it_is_back() {
    let mut world = talk(OutboundPolicy::AllowAny);
    let everywhere = [&GKE_REVIEWS[..], &["192.170.228.84:9080"]].concat();
    for host in [
        "reviews",
        "reviews:9080",
        "reviews.istio-system",
        "reviews.istio-system.svc",
        "reviews.istio-system.svc.cluster.local:9080",
        "10.125.59.1",
    ] {
        assert_eq!(call(&mut world, productpage(), "10.125.59.1:9080", Spoken::Http(host)), at(&everywhere), "{host}");
    }
    let gone = slice("istio-system", "reviews-1", "reviews", &[("http", 9080)], &[]);
    world.put("on-prem", &gone);
    assert_eq!(call(&mut world, productpage(), "10.125.59.1:9080", Spoken::Http("reviews")), at(&GKE_REVIEWS));
    let back = slice("istio-system", "reviews-1", "reviews", &[("http", 9080)], &[ep("192.170.228.84", "reviews-v3")]);
    world.put("on-prem", &back);
    assert_eq!(call(&mut world, productpage(), "10.125.59.1:9080", Spoken::Http("reviews")), at(&everywhere));
}

#[test]
fn the_talk_a_remote_proxy_calls_by_its_own_vips() {
    let mut world = talk(OutboundPolicy::AllowAny);
    // ratings has no pod in on-prem: its VIP there is the DNS trick
    let ratings = at(&["10.124.0.20:9080", "10.124.1.17:9080", "10.124.2.30:9080"]);
    assert_eq!(call(&mut world, reviews_v3(), "10.110.96.10:9080", Spoken::Http("ratings")), ratings);
    assert_eq!(call(&mut world, reviews_v3(), "10.110.96.10:9080", Spoken::Http("10.110.96.10:9080")), ratings);
    // the primary's VIP means nothing there, and its name does
    assert_eq!(call(&mut world, reviews_v3(), "10.110.96.10:9080", Spoken::Http("10.125.33.214")), End::AsCalled);
    // mongodb has no Service there: no address of it is known, so plain bytes are not its
    assert_eq!(call(&mut world, reviews_v3(), "10.125.59.136:27017", Spoken::Tcp), End::AsCalled);
    assert_eq!(call(&mut world, productpage(), "10.125.59.136:27017", Spoken::Tcp), at(&["10.124.2.31:27017"]));
}

#[test]
fn a_service_of_the_other_cluster_alone_is_called_by_name() {
    let mut world = talk(OutboundPolicy::RegistryOnly);
    let details = at(&["10.124.0.18:9080", "10.124.2.32:9080"]);
    assert_eq!(call(&mut world, reviews_v3(), "1.2.3.4:9080", Spoken::Http("details")), details);
    assert_eq!(
        call(&mut world, reviews_v3(), "1.2.3.4:9080", Spoken::Http("details.istio-system.svc.cluster.local")),
        details
    );
}

#[test]
fn unknown_calls_go_on_or_end_as_the_policy_says() {
    let mut open = talk(OutboundPolicy::AllowAny);
    let mut closed = talk(OutboundPolicy::RegistryOnly);
    let unknown = [
        ("1.2.3.4:9080", Spoken::Http("example.com"), End::Answer(502)),
        ("1.2.3.4:9080", Spoken::Tcp, End::BlackHole),
        ("1.2.3.4:9080", Spoken::Tls, End::BlackHole),
        ("1.2.3.4:4444", Spoken::Tcp, End::BlackHole),
        ("1.2.3.4:4444", Spoken::Http("reviews"), End::BlackHole),
        // a VIP on a port that it has not
        ("10.125.59.136:27018", Spoken::Tcp, End::BlackHole),
    ];
    for (destination, spoken, refused) in unknown {
        assert_eq!(call(&mut open, productpage(), destination, spoken), End::AsCalled, "{destination} {spoken:?}");
        assert_eq!(call(&mut closed, productpage(), destination, spoken), refused, "{destination} {spoken:?}");
        // nothing goes round: calls to the proxy's own port end
        assert_eq!(call(&mut open, productpage(), "10.124.2.29:15001", spoken), End::BlackHole);
    }
    // the policy changes under a view that stands
    let mut settings = (*open.mesh().settings).clone();
    settings.outbound = OutboundPolicy::RegistryOnly;
    open.configure(settings);
    assert_eq!(call(&mut open, productpage(), "1.2.3.4:9080", Spoken::Http("example.com")), End::Answer(502));
}

#[test]
fn each_cluster_has_its_own_kubernetes_default() {
    let mut world = talk(OutboundPolicy::RegistryOnly);
    assert_eq!(call(&mut world, productpage(), "10.125.48.1:443", Spoken::Tls), at(&["35.1.1.1:443"]));
    assert_eq!(call(&mut world, reviews_v3(), "10.96.0.1:443", Spoken::Tls), at(&["192.170.228.80:443"]));
    assert_eq!(call(&mut world, reviews_v3(), "10.125.48.1:443", Spoken::Tls), End::BlackHole);
}

#[test]
fn ports_of_a_service_are_apart() {
    let ports = [("http", 80), ("http-admin", 81), ("tcp-db", 82), ("any", 83)];
    let objects = vec![
        svc("n", "x", "10.9.0.1", &ports),
        slice(
            "n",
            "x-1",
            "x",
            &[("http", 8080), ("http-admin", 8081), ("tcp-db", 8082), ("any", 8083)],
            &[ep("10.0.0.1", "")],
        ),
        // one port is elsewhere
        slice("n", "x-2", "x", &[("http-admin", 9081)], &[ep("10.0.0.2", "")]),
    ];
    let mut world = World::of(&[("a", objects)]);
    let mut to = |port: u16, spoken| call(&mut world, view("a", "n"), &format!("10.9.0.1:{port}"), spoken);
    assert_eq!(to(80, Spoken::Http("x")), at(&["10.0.0.1:8080"]));
    assert_eq!(to(81, Spoken::Http("x")), at(&["10.0.0.1:8081", "10.0.0.2:9081"]));
    assert_eq!(to(82, Spoken::Tcp), at(&["10.0.0.1:8082"]));
    for spoken in [Spoken::Tcp, Spoken::Tls, Spoken::Http("x"), Spoken::Http("anything.else")] {
        assert_eq!(to(83, spoken), at(&["10.0.0.1:8083"]), "{spoken:?}");
    }
    // a client of another namespace has no short name for it
    assert_eq!(call(&mut world, view("a", "m"), "10.9.0.1:80", Spoken::Http("x")), End::AsCalled);
    assert_eq!(call(&mut world, view("a", "m"), "10.9.0.1:80", Spoken::Http("x.n")), at(&["10.0.0.1:8080"]));
}

/// A port of a Service as the API has it.
fn port_of(name: &str, number: u16, transport: &str) -> serde_json::Value {
    json!({"name": name, "port": number, "protocol": transport})
}

/// Every cluster has this Service: its ports share a number, and the one that no proxy carries comes first.
fn kube_dns() -> Vec<Obj> {
    vec![
        svc("kube-system", "kube-dns", "10.9.0.10", &[]).set(
            "/spec/ports",
            json!([port_of("dns", 53, "UDP"), port_of("dns-tcp", 53, "TCP"), port_of("metrics", 9153, "TCP")]),
        ),
        slice(
            "kube-system",
            "kube-dns-1",
            "kube-dns",
            &[("dns", 5353), ("dns-tcp", 1053), ("metrics", 9153)],
            &[ep("10.0.0.53", ""), ep("10.0.1.53", "")],
        ),
    ]
}

#[test]
fn a_number_that_udp_and_tcp_share_is_two_ports() {
    let mut world = World::of(&[("a", kube_dns())]);
    let tcp = at(&["10.0.0.53:1053", "10.0.1.53:1053"]);
    assert_eq!(call(&mut world, view("a", "n"), "10.9.0.10:53", Spoken::Tcp), tcp);
    assert_eq!(
        call(&mut world, view("a", "n"), "10.9.0.10:9153", Spoken::Tcp),
        at(&["10.0.0.53:9153", "10.0.1.53:9153"])
    );
    let id = world.attach(view("a", "n"));
    let entry = world
        .snapshot()
        .find(id, Type::Endpoint, "outbound|53||kube-dns.kube-system.svc.cluster.local")
        .unwrap()
        .body
        .concat();
    let set = ClusterLoadAssignment::decode(entry.as_slice()).unwrap();
    assert_eq!(set.endpoints.iter().map(|l| l.lb_endpoints.len()).sum::<usize>(), 2, "each address once");
    // the TCP port goes, and with it all that led there; it comes back
    let udp_alone =
        svc("kube-system", "kube-dns", "10.9.0.10", &[]).set("/spec/ports", json!([port_of("dns", 53, "UDP")]));
    world.put("a", &udp_alone);
    assert_eq!(call(&mut world, view("a", "n"), "10.9.0.10:53", Spoken::Tcp), End::AsCalled);
    assert!(world.snapshot().find(id, Type::Cluster, "outbound|53||kube-dns.kube-system.svc.cluster.local").is_none());
    world.put("a", &kube_dns()[0]);
    assert_eq!(call(&mut world, view("a", "n"), "10.9.0.10:53", Spoken::Tcp), tcp);
}

#[test]
fn an_address_of_two_clusters_is_called_once() {
    let objects = |vip: &str| {
        vec![svc("n", "x", vip, &[("http", 80)]), slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.0.1", "")])]
    };
    let mut world = World::of(&[("a", objects("10.9.0.1")), ("b", objects("10.8.0.1"))]);
    let id = world.attach(view("a", "n"));
    let entry = world.snapshot().find(id, Type::Endpoint, "outbound|80||x.n.svc.cluster.local").unwrap().body.concat();
    let set = ClusterLoadAssignment::decode(entry.as_slice()).unwrap();
    assert_eq!(set.endpoints.iter().map(|l| l.lb_endpoints.len()).sum::<usize>(), 1);
    // the other cluster's stands in when the first one's goes
    world.put("a", &slice("n", "x-1", "x", &[("http", 80)], &[]));
    assert_eq!(call(&mut world, view("a", "n"), "10.9.0.1:80", Spoken::Http("x")), at(&["10.0.0.1:80"]));
}

#[test]
fn every_kind_of_service_is_reached() {
    let external = |name: &str, host: &str| {
        svc("n", name, "", &[("http", 80)])
            .set("/spec/type", json!("ExternalName"))
            .set("/spec/externalName", json!(host))
    };
    let objects = vec![
        svc("n", "empty", "10.9.0.1", &[("http", 80)]),
        svc("n", "db", "None", &[("tcp-db", 90)]),
        slice("n", "db-1", "db", &[("tcp-db", 90)], &[ep("10.0.0.1", ""), ep("10.0.0.2", "")]),
        svc("n", "web", "None", &[("http", 80)]),
        slice("n", "web-1", "web", &[("http", 80)], &[ep("10.0.0.3", "")]),
        external("out", "example.com."),
        svc("n", "manual", "10.9.0.2", &[("http", 80)]).set("/spec/selector", json!({})),
        slice("n", "manual-1", "manual", &[("http", 8080)], &[ep("10.0.0.4", "")]),
    ];
    let mut world = World::of(&[("a", objects), ("b", vec![])]);
    let mut to = |destination: &str, spoken| call(&mut world, view("a", "n"), destination, spoken);
    // nothing is behind it, and it is not the whole world's
    assert_eq!(to("10.9.0.1:80", Spoken::Http("empty")), at(&[]));
    // headless: to the pod that was called, in plain bytes and by name
    assert_eq!(to("10.0.0.1:90", Spoken::Tcp), End::AsCalled);
    assert_eq!(to("10.0.0.3:80", Spoken::Http("web")), End::AsCalled);
    assert_eq!(to("10.0.0.3:80", Spoken::Http("web-0.web.n.svc.cluster.local")), End::AsCalled);
    assert_eq!(to("93.184.216.34:80", Spoken::Http("out")), End::Dns("example.com:80".into()));
    assert_eq!(to("10.9.0.2:80", Spoken::Http("manual")), at(&["10.0.0.4:8080"]));
    // a headless service's pods are told from strangers
    let mut closed = settings(&["a", "b"]);
    closed.outbound = OutboundPolicy::RegistryOnly;
    world.configure(closed);
    let mut to = |destination: &str, spoken| call(&mut world, view("a", "n"), destination, spoken);
    assert_eq!(to("10.0.0.1:90", Spoken::Tcp), End::AsCalled);
    assert_eq!(to("10.0.0.9:90", Spoken::Tcp), End::BlackHole);
}

/// An ExternalName with a port of plain bytes and one of HTTP.
fn external(name: &str, host: &str) -> Obj {
    svc("n", name, "", &[("tcp-db", 90), ("http", 80)])
        .set("/spec/type", json!("ExternalName"))
        .set("/spec/externalName", json!(host))
}

#[test]
fn plain_bytes_reach_an_external_name_and_nobody_elses_go_there() {
    let db = || svc("n", "db", "10.9.0.1", &[("tcp-db", 90)]);
    let objects = vec![
        external("by-address", "192.0.2.7"),
        external("by-name", "example.com"),
        // of an address that a service has: whoever may write it must not take the service's calls
        external("a-thief", "10.9.0.1"),
        db(),
        slice("n", "db-1", "db", &[("tcp-db", 90)], &[ep("10.0.0.1", "")]),
        svc("n", "peers", "None", &[("tcp-db", 90)]),
        slice("n", "peers-1", "peers", &[("tcp-db", 90)], &[ep("10.0.0.2", "")]),
    ];
    let mut world = World::of(&[("a", objects)]);
    let mut open = |destination: &str| call(&mut world, view("a", "n"), destination, Spoken::Tcp);
    assert_eq!(open("192.0.2.7:90"), End::Dns("192.0.2.7:90".into()));
    assert_eq!(open("93.184.216.34:90"), End::AsCalled, "whatever it was that was called, it goes there");
    assert_eq!(open("10.9.0.1:90"), at(&["10.0.0.1:90"]));
    assert_eq!(open("10.0.0.2:90"), End::AsCalled);
    // where unknown calls are refused, a port that an ExternalName has leads to it: it is known, its addresses are not
    let mut closed = settings(&["a"]);
    closed.outbound = OutboundPolicy::RegistryOnly;
    world.configure(closed);
    let mut to = |destination: &str| call(&mut world, view("a", "n"), destination, Spoken::Tcp);
    assert_eq!(to("192.0.2.7:90"), End::Dns("192.0.2.7:90".into()));
    assert_eq!(to("93.184.216.34:90"), End::Dns("example.com:90".into()));
    assert_eq!(to("93.184.216.34:91"), End::BlackHole);
    assert_eq!(to("10.9.0.1:90"), at(&["10.0.0.1:90"]));
    assert_eq!(to("10.0.0.2:90"), End::AsCalled, "a headless service's pod");
    // the service goes: nobody has the address any more
    world.remove("a", &db());
    assert_eq!(call(&mut world, view("a", "n"), "10.9.0.1:90", Spoken::Tcp), End::Dns("10.9.0.1:90".into()));
    // without iptables the proxy listens itself
    let bound = View { binding: meshctl::pure::xds::Binding::Port, ..view("a", "n") };
    let id = world.attach(bound);
    let snapshot = world.snapshot();
    let proxy = Proxy { snapshot: &snapshot, view: id };
    let names: Vec<String> = proxy.listeners().into_iter().map(|l| l.name).collect();
    assert!(names.contains(&"127.0.0.1_90".to_owned()), "{names:?}");
}

#[test]
fn nothing_leads_to_an_external_name_that_is_refused() {
    let mut world = World::of(&[("a", vec![external("evil", "169.254.169.254")])]);
    let id = world.attach(view("a", "n"));
    let names = |world: &World, ty| world.snapshot().all(id, ty).map(|e| e.name.to_string()).collect::<Vec<_>>();
    let builtin = ["BlackHoleCluster", "InboundPassthroughCluster", "PassthroughCluster"];
    assert_eq!(names(&world, Type::Cluster), builtin);
    assert_eq!(names(&world, Type::Listener), ["virtualOutbound"]);
    assert_eq!(names(&world, Type::Route), [""; 0]);
    world.put("a", &external("evil", "example.com"));
    assert_eq!(names(&world, Type::Route), ["80"]);
    world.put("a", &external("evil", "localhost"));
    assert_eq!(names(&world, Type::Listener), ["virtualOutbound"]);
    assert_eq!(names(&world, Type::Route), [""; 0]);
}

#[test]
fn another_network_is_reached_by_its_gateway_or_not_at_all() {
    let mut apart = settings(&["gke", "on-prem"]);
    apart.open_namespaces.insert("istio-system".into());
    apart.clusters.get_mut(&crate::world::cid("on-prem")).unwrap().network = NetworkId("dc".into());
    let mut world = World::with(apart.clone(), &[("gke", gke()), ("on-prem", on_prem())]);
    assert_eq!(
        call(&mut world, productpage(), "10.125.59.1:9080", Spoken::Http("reviews")),
        at(&GKE_REVIEWS),
        "never leaked"
    );
    apart.networks.insert(
        NetworkId("dc".into()),
        vec![meshctl::data::model::Gateway { address: "192.170.228.90".into(), port: 15443 }],
    );
    world.configure(apart);
    let all = [&GKE_REVIEWS[..], &["192.170.228.90:15443"]].concat();
    assert_eq!(call(&mut world, productpage(), "10.125.59.1:9080", Spoken::Http("reviews")), at(&all));
}

/// What is done with a call to a pod: the cluster's name.
fn inbound(world: &mut World, view: View, destination: &str, spoken: Spoken<'_>) -> String {
    let view = world.attach(view);
    let snapshot = world.snapshot();
    let (cluster, end) = Proxy { snapshot: &snapshot, view }.inward(destination, spoken);
    let expected = if cluster == "BlackHoleCluster" { End::BlackHole } else { End::AsCalled };
    assert_eq!(end, expected, "{cluster}");
    cluster
}

#[test]
fn calls_into_a_pod_meet_the_port_that_a_service_leads_to() {
    let mut world = talk(OutboundPolicy::RegistryOnly);
    for spoken in [Spoken::Http("reviews"), Spoken::Http("whoever")] {
        assert_eq!(inbound(&mut world, reviews_v3(), "192.170.228.84:9080", spoken), "inbound|9080||");
    }
    // other ports are the workload's own business, whatever the policy for calls out
    assert_eq!(inbound(&mut world, reviews_v3(), "192.170.228.84:22", Spoken::Tcp), "InboundPassthroughCluster");
    assert_eq!(inbound(&mut world, reviews_v3(), "192.170.228.84:15006", Spoken::Tcp), "BlackHoleCluster");
    // before its Pod is seen a proxy is served by what it claims, and then by what the Pod says
    let early = view_of_pod("on-prem", "istio-system", "reviews-v4", "192.170.228.99", "reviews");
    assert_eq!(inbound(&mut world, early.clone(), "192.170.228.99:9080", Spoken::Http("reviews")), "inbound|9080||");
    world.put("on-prem", &pod("istio-system", "reviews-v4", "192.170.228.99", "else", "k8s-demo"));
    assert_eq!(inbound(&mut world, early, "192.170.228.99:9080", Spoken::Tcp), "InboundPassthroughCluster");
}

#[test]
fn calls_into_a_pod_follow_target_ports_and_the_slices_of_services_without_a_selector() {
    let named = svc("n", "x", "10.9.0.1", &[("http", 80), ("tcp-db", 90), ("any", 91)])
        .set("/spec/ports/0/targetPort", json!("web"))
        .set("/spec/ports/1/targetPort", json!(9090));
    let manual = |number: u16| svc("n", "manual", "10.9.0.2", &[("http", number)]).set("/spec/selector", json!({}));
    let container = json!([{"name": "web", "containerPort": 8080}]);
    let objects = vec![
        named,
        pod("n", "p0", "10.0.0.1", "x", "k").set("/spec/containers/0/ports", container),
        manual(70),
        slice("n", "manual-1", "manual", &[("http", 7070)], &[ep("10.0.0.1", "")]),
    ];
    // the primary gives manual's port another number: the slice of this cluster leads to it all the same
    let mut world = World::of(&[("primary", vec![manual(71)]), ("a", objects)]);
    let p0 = || view_of_pod("a", "n", "p0", "10.0.0.1", "x");
    let mut to = |port: u16, spoken| inbound(&mut world, p0(), &format!("10.0.0.1:{port}"), spoken);
    assert_eq!(to(8080, Spoken::Http("x")), "inbound|8080||");
    assert_eq!(to(9090, Spoken::Tcp), "inbound|9090||");
    for spoken in [Spoken::Http("x"), Spoken::Tcp, Spoken::Tls] {
        assert_eq!(to(91, spoken), "inbound|91||", "{spoken:?}");
    }
    assert_eq!(to(7070, Spoken::Http("manual")), "inbound|7070||");
    assert_eq!(to(80, Spoken::Tcp), "InboundPassthroughCluster");
    // its address leaves the slice
    world.put("a", &slice("n", "manual-1", "manual", &[("http", 7070)], &[ep("10.0.0.2", "")]));
    assert_eq!(inbound(&mut world, p0(), "10.0.0.1:7070", Spoken::Tcp), "InboundPassthroughCluster");
    // another service's selector is not met by an address
    assert_eq!(
        inbound(&mut world, view_of_pod("a", "n", "p9", "10.0.0.2", "none"), "10.0.0.2:8080", Spoken::Tcp),
        "InboundPassthroughCluster"
    );
}

#[test]
fn addresses_that_two_services_claim_break_no_route() {
    // an address that was freed and taken again: both are seen for a moment
    let objects = vec![
        svc("n", "x", "10.9.0.1", &[("http", 80)]),
        slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.0.1", "")]),
        svc("n", "y", "10.9.0.1", &[("http", 80)]),
        slice("n", "y-1", "y", &[("http", 80)], &[ep("10.0.0.2", "")]),
    ];
    let mut world = World::of(&[("a", objects)]);
    let mut to = |host: &str| call(&mut world, view("a", "n"), "10.9.0.1:80", Spoken::Http(host));
    assert_eq!(to("x"), at(&["10.0.0.1:80"]));
    assert_eq!(to("10.9.0.1"), at(&["10.0.0.1:80"]));
    assert_eq!(to("y"), at(&["10.0.0.2:80"]), "its own names are nobody else's");
}

/// Envoy refuses a route with such a pair of domains, and with it every service of the port.
#[test]
fn names_that_differ_in_case_alone_break_no_route() {
    let objects = vec![svc("n", "x", "10.9.0.1", &[("http", 80)]), svc("n", "X", "10.9.0.2", &[("http", 80)])];
    let mut world = World::of(&[("a", objects)]);
    let id = world.attach(view("a", "n"));
    let entry = world.snapshot().find(id, Type::Route, "80").unwrap().body.concat();
    let routes = RouteConfiguration::decode(entry.as_slice()).unwrap();
    let domains: Vec<String> =
        routes.virtual_hosts.iter().flat_map(|h| &h.domains).map(|d| d.to_ascii_lowercase()).collect();
    assert_eq!(domains.iter().collect::<BTreeSet<_>>().len(), domains.len(), "{domains:?}");
    assert!(["10.9.0.1", "10.9.0.2"].iter().all(|own| domains.iter().any(|d| d == own)), "{domains:?}");
}

#[test]
fn what_is_equal_in_several_views_is_in_memory_once() {
    let objects = vec![
        svc("n", "x", "10.9.0.1", &[("http", 80)]),
        slice("n", "x-1", "x", &[("http", 80)], &[ep("10.0.0.1", "")]),
    ];
    let mut world = World::of(&[("a", objects)]);
    let dual = meshctl::pure::xds::Families::DUAL;
    let views = ["m1", "m2", "n"].map(|namespace| world.attach(view("a", namespace)));
    let dual = world.attach(View { families: dual, ..view("a", "m1") });
    let snapshot = world.snapshot();
    let pieces = |view, ty, name: &str| {
        let body = snapshot.find(view, ty, name).unwrap().body.clone();
        body.iter().map(|b| (b.as_ptr(), b.to_vec())).collect::<Vec<_>>()
    };
    let [m1, m2, own] = views.map(|view| pieces(view, Type::Route, "80").remove(1));
    assert_eq!(m1.0, m2.0, "a virtual host of another namespace's service");
    assert_ne!(m1.1, own.1, "its own namespace has a name more for it");
    let set = "outbound|80||x.n.svc.cluster.local";
    let [v4, dual] = [views[0], dual].map(|view| pieces(view, Type::Endpoint, set).pop().unwrap());
    assert_eq!(v4.0, dual.0, "a locality's endpoints");
}
