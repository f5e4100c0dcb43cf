//! The story, as a table: what each step says, and what it does. Nothing here runs.

use super::fixtures::FixtureSet;

/// The talk's clusters, the primary first.
pub(super) const CLUSTERS: [&str; 2] = ["gke", "on-prem"];
/// Where the talk puts everything.
pub(super) const NAMESPACE: &str = "istio-system";
/// The proxy that is looked into: productpage's sidecar, which runs in `gke`.
pub(super) const NODE: &str =
    "sidecar~10.124.2.29~productpage-v1-597789bc47-ssmls.istio-system~istio-system.svc.cluster.local";
/// How proxies call the port of reviews.
pub(super) const REVIEWS: &str = "outbound|9080||reviews.istio-system.svc.cluster.local";
/// The endpoint that `on-prem` adds.
pub(super) const REVIEWS_V3: &str = "192.170.228.84:9080";
/// The file that the talk's reviews-v3_inject.yaml becomes.
const REVIEWS_FILE: &str = "on-prem/reviews.yaml";

/// The values of the installation.
pub(super) const VALUES: &str = "\
# No image is pulled: file clusters run nothing, so any name will do.
image:
  hub: registry.example.com/mesh
  tag: demo
# Ports that the talk's Service of pilot lists; today plain text stays closed until it is opened here, and mutual TLS needs a
# certificate, which lay in this Secret then.
discovery:
  openPorts: {xds: true, rest: true, monitoring: true}
  tls: {secretName: istio.istio-pilot-service-account}
";

/// A step of the tour.
pub(super) struct Step {
    /// Its heading.
    pub(super) title: &'static str,
    /// What a newcomer must know.
    pub(super) text: &'static str,
    /// What happens, in order.
    pub(super) acts: &'static [Act],
}

/// One thing that happens. In words of commands `{registry}`, `{values}` and `{proxy}` stand for what they name.
pub(super) enum Act {
    /// Explains what comes next.
    Say(&'static str),
    /// Runs a command.
    Run(&'static [&'static str]),
    /// Runs a command that asks pilot.
    Ask(&'static [&'static str]),
    /// Asks pilot for the clusters of the proxy as the talk does, and shows what `grep -A 10 -B 1` finds of a word.
    TalksClusters(&'static str),
    /// Shows the Services of a cluster.
    Services(&'static str),
    /// Does what kubelets and controllers would do after an installation.
    ControlPlane,
    /// Starts pilot on free ports of loopback.
    StartPilot,
    /// Starts productpage's proxy, and waits until it has its configuration.
    StartProxy,
    /// Writes a set's files, or one of them, and waits until the proxy has [`REVIEWS_V3`].
    Apply(FixtureSet, Option<&'static str>),
    /// Removes a file, and waits until the proxy has [`REVIEWS_V3`] no more.
    Delete(&'static str),
}

use Act::{Apply, Ask, ControlPlane, Delete, Run, Say, Services, StartPilot, StartProxy, TalksClusters};

/// What the proxy itself holds of reviews.
const HELD: Act = Run(&["proxy-config", "endpoints", "{proxy}", "--cluster", REVIEWS]);

/// The whole tour.
pub(super) static STORY: &[Step] = &[
    Step {
        title: "Two clusters, one registry",
        text: "A directory is the mesh. Here it holds two folders of manifests, which stand for the talk's two \
               clusters: gke in a public cloud, on-prem in a private one. Its mesh.yaml makes gke the primary: the \
               cluster that runs the control plane.",
        acts: &[Run(&["cluster", "list", "--registry", "{registry}"])],
    },
    Step {
        title: "One root of trust",
        text: "Workloads trust each other across clusters if their certificates come from the same root. The root \
               stays in a folder beside the registry; each cluster gets an intermediate of its own.",
        acts: &[Run(&["ca", "init", "--registry", "{registry}"])],
    },
    Step {
        title: "Install: the plan, and what it wrote",
        text: "The primary gets the control plane. The remote cluster gets the name istio-pilot only: a headless \
               Service, whose addresses will be those of the primary's pods. In a file cluster, to install is to \
               write manifests; no image is pulled and nothing runs.",
        acts: &[
            Run(&["install", "--registry", "{registry}", "--values", "{values}", "--dry-run"]),
            Run(&["install", "--registry", "{registry}", "--values", "{values}", "--yes"]),
            Say("What kubectl would show in gke now. Only an API server gives addresses, so istio-pilot has none."),
            Services("gke"),
            Say("And in on-prem. None in the column CLUSTER-IP is a headless Service: a way to the primary."),
            Services("on-prem"),
        ],
    },
    Step {
        title: "What one proxy knows",
        text: "Pilot starts and watches both clusters, and the sidecar of productpage (a pod of gke) connects to it. \
               This is what that proxy was given: a cluster is a service and port that it may call.",
        acts: &[
            ControlPlane,
            StartPilot,
            StartProxy,
            Run(&["proxy-config", "clusters", "{proxy}"]),
            Say("The same question as the talk asked it, with the answer in its JSON."),
            TalksClusters("reviews"),
            Say("All endpoints of reviews are in gke so far."),
            Run(&["endpoints", "reviews", "--registry", "{registry}"]),
        ],
    },
    Step {
        title: "reviews-v3 starts on premises",
        text: "The operator of on-prem applies two files: the Service ratings without pods, so that its name resolves \
               there, and reviews-v3. A service of the same name and namespace is the same service, so its pod joins \
               the endpoints of reviews, and the proxy in gke hears of it.",
        acts: &[
            Apply(FixtureSet::OnPremLater, None),
            Run(&["endpoints", "reviews", "--registry", "{registry}"]),
            Say("What the proxy itself holds now."),
            HELD,
            Say("And in the talk's JSON: the last host has no zone, because the node on premises has no such label."),
            Ask(&["proxy-config", "s", "reviews.istio-system.svc.cluster.local|http", "-o", "v1"]),
            Say(
                "Each cluster keeps its own address of reviews: 10.125.59.1 in gke, 10.111.253.54 here, as kubectl would show.",
            ),
            Services("on-prem"),
        ],
    },
    Step {
        title: "reviews-v3 leaves",
        text: "The operator deletes what was applied. The endpoint must go from the proxy, or calls would fail.",
        acts: &[Delete(REVIEWS_FILE), HELD],
    },
    Step {
        title: "and comes back",
        text: "The same file is applied again.",
        acts: &[Apply(FixtureSet::OnPremLater, Some(REVIEWS_FILE)), HELD],
    },
];

/// What is told at the end.
pub(super) const FINE_PRINT: &str = "\
Services, pods and addresses are the talk's (KubeCon EU 2018, \"Enabling Multi-Cloud with Istio\"). Ours, because the talk \
does not show them: the names of both details pods and that one is v2, the third reviews pod, which pod of ratings and \
reviews has which address of gke, the names of gke's nodes and that all are in us-west1-a, everything about sleep but its \
name, the applications' service accounts, the slices' names, the ports 15012 and 15014, the CA's files, the image's name. \
The Services istio-citadel are the talk's as well: meshctl installs no citadel yet.";

/// What may be tried while the demo stays up: why, whether pilot is asked, and the words.
pub(super) struct Offer {
    /// What it shows.
    pub(super) why: &'static str,
    /// Whether `PILOT_URL` goes before it.
    pub(super) pilot: bool,
    /// The words, as in [`Act::Run`].
    pub(super) words: &'static [&'static str],
}

/// What may be tried while the demo stays up.
pub(super) static OFFERS: &[Offer] = &[
    Offer {
        why: "the talk's command: what pilot gives productpage",
        pilot: true,
        words: &["meshctl", "proxy-config", "c", "s", "productpage"],
    },
    Offer {
        why: "its listeners, and the talk's JSON of them",
        pilot: true,
        words: &["meshctl", "proxy-config", "listeners", "productpage", "-o", "v1"],
    },
    Offer {
        why: "the merged endpoints, computed from the files",
        pilot: false,
        words: &["meshctl", "endpoints", "reviews", "--registry", "{registry}"],
    },
    Offer {
        why: "what the proxy itself holds",
        pilot: false,
        words: &["meshctl", "proxy-config", "clusters", "{proxy}"],
    },
    Offer {
        why: "which proxies are connected, and what they have accepted",
        pilot: false,
        words: &["curl", "-s", "http://{pilot}/debug/syncz"],
    },
];
