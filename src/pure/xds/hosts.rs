//! Virtual hosts of routes: one that several routes have is encoded once, and in memory once.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::build;
use crate::data::model::Name;

/// A service's port as a virtual host, for clients who call it by these domains.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) hostname: Name,
    pub(super) port: u16,
    pub(super) domains: Vec<Name>,
    /// One element of a route's `virtual_hosts`; it follows from the others.
    pub(super) bytes: Bytes,
}

/// The virtual hosts that stand. One that no route has any more goes with the next sweep.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    /// By host name and port, a few each: the clients of a service's own namespace have a name more for it, and those of
    /// each cluster its addresses there.
    by_port: BTreeMap<(Name, u16), Vec<Arc<Host>>>,
    count: usize,
    /// How many there may be before the next sweep.
    room: usize,
}

impl Hosts {
    /// The virtual host of a port with these domains.
    pub(super) fn of(&mut self, hostname: &Name, port: u16, domains: Vec<Name>) -> Arc<Host> {
        let key = (hostname.clone(), port);
        if let Some(host) = self.by_port.get(&key).and_then(|all| all.iter().find(|h| h.domains == domains)) {
            return host.clone();
        }
        self.sweep();
        let bytes = build::virtual_host_named(hostname, port, &domains);
        let host = Arc::new(Host { hostname: hostname.clone(), port, domains, bytes });
        self.by_port.entry(key).or_default().push(host.clone());
        self.count += 1;
        host
    }

    /// Lets go of what no route has, once there are an eighth more than were held the last time.
    fn sweep(&mut self) {
        if self.count < self.room.max(256) {
            return;
        }
        self.by_port.retain(|_, all| {
            all.retain(|host| Arc::strong_count(host) > 1);
            !all.is_empty()
        });
        self.count = self.by_port.values().map(Vec::len).sum();
        self.room = self.count + self.count / 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_hosts_are_one_and_what_no_route_has_goes() {
        let mut hosts = Hosts::default();
        let mut of = |n: usize| hosts.of(&format!("h{n}").into(), 80, vec!["a".into(), format!("a.{n}").into()]);
        let held = of(7);
        assert!(Arc::ptr_eq(&of(7), &held));
        for n in 0..10_000 {
            assert_eq!(*of(n).domains[1], *format!("a.{n}"));
        }
        assert!(Arc::ptr_eq(&of(7), &held));
        let own = hosts.of(&"h7".into(), 80, vec!["a".into()]);
        assert!(own.bytes != held.bytes && hosts.count <= 256, "{}", hosts.count);
    }
}
