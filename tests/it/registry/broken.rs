//! What cannot be read: of a registry that is read for the first time it is missing, and of one that is watched it says what
//! it said last. A descriptor that breaks makes no cluster of its kubeconfig, and moves no primary.

use std::collections::BTreeSet;
use std::time::Instant;

use meshctl::data::model::MeshSettings;

use super::*;

/// A registry that is watched.
struct Watched {
    dir: TempDir,
    registries: mpsc::Receiver<Registry>,
    _stop: tokio_util::sync::DropGuard,
}

impl Watched {
    async fn of(files: &[(&str, &str)]) -> (Self, Registry) {
        let dir = TempDir::new().unwrap();
        files.iter().for_each(|(name, text)| put(dir.path(), name, text));
        let stop = CancellationToken::new();
        let registries = watch(dir.path(), terminal(), stop.clone());
        let mut watched = Self { dir, registries, _stop: stop.drop_guard() };
        let first = watched.next().await;
        (watched, first)
    }

    async fn next(&mut self) -> Registry {
        tokio::time::timeout(Duration::from_secs(30), self.registries.recv()).await.expect("within 30 s").unwrap()
    }

    /// Writes a file at once, and gives what is said then.
    async fn writes(&mut self, name: &str, text: &str) -> Registry {
        put(self.dir.path(), ".new", text);
        fs::rename(self.dir.path().join(".new"), self.dir.path().join(name)).unwrap();
        self.next().await
    }
}

fn primary(registry: &Registry) -> Option<(&str, &str)> {
    registry.primary.as_ref().map(|p| (p.id.as_str(), p.why))
}

/// The clusters that the mesh has, and the files that may be more of them.
fn registered(settings: &MeshSettings) -> (Vec<String>, BTreeSet<String>) {
    let text = |s: &dyn ToString| s.to_string();
    (settings.clusters.keys().map(|id| text(id)).collect(), settings.unread.iter().map(|f| text(f)).collect())
}

/// The talk's registry: `local` is the kubeconfig of gke, the primary.
fn talk() -> [(&'static str, String); 4] {
    [
        ("gke.yaml", descriptor("gke", "true", "local")),
        ("on-prem.yaml", descriptor("on-prem", "false", "remote.kube.conf")),
        ("local", kubeconfig("https://35.0.0.1")),
        ("remote.kube.conf", kubeconfig("https://192.168.4.10")),
    ]
}

#[tokio::test]
async fn a_descriptor_that_breaks_makes_no_second_cluster_and_moves_no_primary() {
    let files = talk();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (mut watched, first) = Watched::of(&files).await;
    assert_eq!((ids(&first), primary(&first)), (vec!["gke", "on-prem"], Some(("gke", "marked by its descriptor"))));
    let whole = files[0].1;
    for cut in [&whole[..whole.len() / 2], "", "kind: Cluster\nmetadata: [", "kind: Cluster\nmetadata: {name: 3}\n"] {
        let broken = watched.writes("gke.yaml", cut).await;
        assert_eq!(ids(&broken), ["gke", "on-prem"], "{cut:?}");
        assert_eq!(primary(&broken), Some(("gke", "marked by its descriptor")), "{cut:?}");
        assert_eq!(broken.entries[0].fingerprint, first.entries[0].fingerprint);
        assert_eq!((broken.problems.len(), &broken.unread), (1, &vec![]), "{:?}", broken.problems);
        assert_eq!(ids(&watched.writes("gke.yaml", whole).await), ["gke", "on-prem"]);
    }
    // one that leaves is another matter
    fs::remove_file(watched.dir.path().join("gke.yaml")).unwrap();
    let left = watched.next().await;
    assert_eq!((ids(&left), problems(&left).len()), (vec!["local", "on-prem"], 0));
}

#[tokio::test]
async fn the_mark_of_another_moves_nothing_while_the_primarys_descriptor_is_broken() {
    let a = descriptor("a", "true", "kube/a");
    let (b, kube) = (descriptor("b", "true", "kube/b"), [kubeconfig("https://a"), kubeconfig("https://b")]);
    let files = [("a.yaml", a.as_str()), ("b.yaml", &b), ("kube/a", &kube[0]), ("kube/b", &kube[1])];
    let (mut watched, first) = Watched::of(&files).await;
    assert_eq!(primary(&first), Some(("a", "marked by its descriptor")));
    let broken = watched.writes("a.yaml", "apiVersion: [").await;
    assert_eq!((ids(&broken), primary(&broken).map(|p| p.0)), (vec!["a", "b"], Some("a")));
    // somebody may still move it
    put(watched.dir.path(), "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: b\n");
    assert_eq!(primary(&watched.next().await), Some(("b", "named by mesh.yaml")));
}

#[tokio::test]
async fn a_new_file_of_a_kept_cluster_is_no_second_one() {
    let old = kubeconfig("https://10.0.0.1");
    let (mut watched, _) = Watched::of(&[("a.yaml", &old)]).await;
    let broken = watched.writes("a.yaml", &old[..old.len() - 30]).await;
    assert_eq!((ids(&broken), problems(&broken).len()), (vec!["a"], 1));
    let both = watched.writes("b.yaml", &kubeconfig("https://10.0.0.1:443/")).await;
    assert_eq!(ids(&both), ["a"]);
    let reason = "b.yaml: it is the same cluster as a.yaml, whose last good state is kept: both have the API server https://10.0.0.1:443";
    assert!(problems(&both).contains(&reason.to_owned()), "{:?}", problems(&both));
    fs::remove_file(watched.dir.path().join("a.yaml")).unwrap();
    let moved = watched.next().await;
    assert_eq!((ids(&moved), problems(&moved).len()), (vec!["b"], 0));
}

#[test]
fn what_is_broken_from_the_start_is_registered() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    for (name, text) in talk() {
        put(d, name, &text);
    }
    put(d, "gke.yaml", &talk()[0].1[..60]);
    let registry = read(d);
    // nobody knows that `local` is the cluster gke, nor whom the file marks
    assert_eq!((ids(&registry), primary(&registry)), (vec!["local", "on-prem"], None));
    assert_eq!(registered(&registry.settings()).0, ["gke", "local", "on-prem"]);
    assert_eq!(registry.unread[0].problem, registry.problems[0]);
    let said = |options: &ReadOptions| Registry::read(d, options).unwrap().primary.map(|p| p.id.to_string());
    assert_eq!(said(&ReadOptions { primary: Some(id("gke")), ..terminal() }), Some("gke".into()));
    put(d, "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\nprimary: on-prem\nclusters: {gke: {network: n}}\n");
    assert_eq!(said(&terminal()), Some("on-prem".into()));
    assert_eq!(read(d).settings().clusters[&id("gke")].network.to_string(), "n");
    // a mark that can be read is the mark
    fs::remove_file(d.join("mesh.yaml")).unwrap();
    put(d, "on-prem.yaml", &descriptor("on-prem", "true", "remote.kube.conf"));
    assert_eq!(said(&terminal()), Some("on-prem".into()));

    // the kubeconfig of a descriptor, which says itself who it is
    put(d, "gke.yaml", &talk()[0].1);
    put(d, "on-prem.yaml", &talk()[1].1);
    fs::remove_file(d.join("remote.kube.conf")).unwrap();
    let registry = read(d);
    assert_eq!((ids(&registry), primary(&registry).map(|p| p.0)), (vec!["gke"], Some("gke")));
    assert_eq!(registered(&registry.settings()), (vec!["gke".into(), "on-prem".into()], BTreeSet::new()));
}

#[test]
fn what_may_be_any_cluster_is_named_by_its_file() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "a.yaml", &kubeconfig("https://a"));
    let unread = || registered(&read(d).settings()).1.into_iter().collect::<Vec<_>>();
    assert_eq!(unread(), [""; 0]);
    // its cluster's id stands in it, and it is not there
    put(d, "Talk_1.yaml", "apiVersion: clusterregistry.k8s.io/v1alp");
    put(d, "wrong.yaml", "kind: Cluster\nmetadata: {name: [x]}\n");
    assert_eq!(unread(), ["Talk_1.yaml", "wrong.yaml"]);
    // one that could be no cluster, were it in order, is waited for by nobody
    put(d, "Talk_1.yaml", "kind: Config\nclusters: [");
    put(d, "wrong.yaml", "kind: Config\nclusters: 3\n");
    assert_eq!((unread(), registered(&read(d).settings()).0), (vec![], vec!["a".into(), "wrong".into()]));
    // an entry that leads nowhere may have been anything
    std::os::unix::fs::symlink("..gone/b", d.join("b.yaml")).unwrap();
    assert_eq!(registered(&read(d).settings()).0, ["a", "b", "wrong"]);
    assert_eq!(primary(&read(d)), None);

    // settings that cannot be read at all, and such as are in force but for a mistake
    put(d, "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\ntrustDomain: one.example\nimage: {hbu: x}\n");
    assert_eq!((unread(), read(d).settings().trust_domain), (vec![], "one.example".into()));
    put(d, "mesh.yaml", "apiVersion: meshctl/v1\nkind: Mesh\ntrustDomain: one.example\nnetworks: 3\n");
    assert_eq!((unread(), read(d).settings().trust_domain), (vec!["mesh.yaml".into()], "cluster.local".into()));
}

#[tokio::test]
async fn settings_that_break_stand_and_a_mistake_freezes_none() {
    let mesh = |more: &str| format!("apiVersion: meshctl/v1\nkind: Mesh\n{more}");
    let (mut watched, _) =
        Watched::of(&[("a.yaml", &kubeconfig("https://a")), ("mesh.yaml", &mesh("openNamespaces: [one]\n"))]).await;
    let open = |registry: &Registry| {
        let settings = registry.settings();
        (settings.open_namespaces.iter().map(ToString::to_string).collect::<Vec<_>>(), settings.unread.len())
    };
    let typo = watched.writes("mesh.yaml", &mesh("openNamespaces: [one, two]\nimage: {hbu: x}\n")).await;
    assert_eq!((open(&typo), typo.problems.len()), ((vec!["one".into(), "two".into()], 0), 1));
    let stranger = watched.writes("mesh.yaml", &mesh("openNamespaces: [three]\nclusters: {gone: {}}\n")).await;
    assert_eq!((open(&stranger), stranger.problems.len()), ((vec!["three".into()], 0), 1));
    let broken = watched.writes("mesh.yaml", &mesh("openNamespaces: [")).await;
    assert_eq!((open(&broken), broken.problems.len()), ((vec!["three".into()], 0), 1));
    let mended = watched.writes("mesh.yaml", &mesh("openNamespaces: [four]\n")).await;
    assert_eq!((open(&mended), mended.problems.len()), ((vec!["four".into()], 0), 0));
}

#[test]
fn names_are_shown_on_one_line_and_not_endless() {
    let dir = TempDir::new().unwrap();
    let d = dir.path();
    put(d, "a\u{1b}]0;x\u{7}.yaml", "kind: Nonsense\n");
    let name = "x".repeat(200);
    put(d, &format!("{name}.yaml"), &kubeconfig("https://a"));
    put(d, "mesh.yaml", &format!("apiVersion: meshctl/v1\nkind: Mesh\n? \"k\\u001b[2J\"\n: 3\n{name}: 3\n"));
    let found = problems(&read(d));
    assert!(found.iter().all(|line| !line.chars().any(char::is_control) && line.len() < 600), "{found:?}");
    let has = |words: &str| found.iter().any(|line| line.contains(words));
    assert!(has("a\\u{1b}]0;x\\u{7}.yaml: its kind is neither"), "{found:?}");
    assert!(has(&format!("its cluster's id \"{}…\" is not", "x".repeat(100))), "{found:?}");
    assert!(has("k\\u{1b}[2J is no known key"), "{found:?}");
}

/// Folders of which each has two links to the next: a path for every number of so many bits.
fn branching(root: &Path, depth: usize) {
    for n in 0..depth {
        let here = root.join(format!("n{n}"));
        fs::create_dir_all(&here).unwrap();
        for link in ["left", "right"] {
            std::os::unix::fs::symlink(format!("../n{}", n + 1), here.join(link)).unwrap();
        }
    }
    put(root, &format!("n{depth}/app.yaml"), &service("deep"));
}

#[tokio::test]
async fn links_that_branch_cost_each_folder_once() {
    let dir = TempDir::new().unwrap();
    let cluster = dir.path().join("gke");
    branching(&cluster, 30);
    let start = Instant::now();
    let folder = load_folder(&cluster).unwrap();
    assert_eq!((folder.objects.len(), folder.bad), (1, vec![]));
    let registry = read(dir.path());
    assert_eq!(ids(&registry), ["gke"]);
    // and who follows it listens to it as well
    let (out, mut events) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let (entry, token) = (registry.entries[0].clone(), stop.clone());
    let task = tokio::spawn(async move { follow(&entry, out, token).await });
    while next(&mut events).await != Event::Synced {}
    put(&cluster, "n30/more.yaml", &service("more"));
    assert_eq!(names(&next(&mut events).await), (Kind::Service, vec!["deep".into(), "more".into()]));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), task).await.expect("it stops").unwrap();
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_link_to_what_stands_in_the_folder_too_changes_nothing() {
    let (dir, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let d = dir.path();
    put(d, "v1/app.yaml", &service("app"));
    put(d, "v1/deep/er.yaml", &service("deep"));
    put(elsewhere.path(), "far/away.yaml", &service("far"));
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, d.join(name)).unwrap();
    link(Path::new("v1"), "current");
    link(Path::new("v1/app.yaml"), "again.yaml");
    link(&elsewhere.path().join("far"), "a-far");
    link(&elsewhere.path().join("far"), "b-far");
    link(&elsewhere.path().join("far/away.yaml"), "c-far.yaml");
    let folder = load_folder(d).unwrap();
    let found: Vec<_> = folder.objects.keys().map(|key| key.name.to_string()).collect();
    assert_eq!((found, folder.bad), (vec!["app".to_owned(), "deep".into(), "far".into()], vec![]));
    // a folder that is a link itself
    let whole = elsewhere.path().join("whole");
    std::os::unix::fs::symlink(d, &whole).unwrap();
    assert_eq!(load_folder(&whole).unwrap().objects.len(), 3);
}

/// A cluster's file may get another name, and be broken under that: the cluster is still what it was.
#[tokio::test]
async fn a_cluster_whose_file_breaks_under_another_name_stays() {
    let good = kubeconfig("https://10.0.0.2");
    let (mut watched, first) =
        Watched::of(&[("gke.yaml", &kubeconfig("https://10.0.0.1")), ("on-prem.yaml", &good)]).await;
    assert_eq!(ids(&first), ["gke", "on-prem"]);
    put(watched.dir.path(), "on-prem.kubeconfig", &good[..good.len() / 2]);
    fs::remove_file(watched.dir.path().join("on-prem.yaml")).unwrap();
    let broken = loop {
        // the new file may be seen before the old one has gone
        let next = watched.next().await;
        if next.problems.iter().any(|p| p.file == Path::new("on-prem.kubeconfig")) {
            break next;
        }
    };
    assert_eq!(ids(&broken), ["gke", "on-prem"], "{:?}", broken.problems);
    assert_eq!(broken.entries[1].file, Path::new("on-prem.yaml"), "its last good state");
    let mended = watched.writes("on-prem.kubeconfig", &good).await;
    assert_eq!((ids(&mended), mended.problems.len()), (vec!["gke", "on-prem"], 0));
}

/// A file that says that it is something else is a problem, and no cluster: nobody waits for it, and it moves no primary.
#[tokio::test]
async fn a_file_of_another_kind_is_no_cluster_that_cannot_be_read() {
    let stray = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [gke]\n";
    let files = [("gke.yaml", &*kubeconfig("https://10.0.0.1")), ("kustomization.yaml", stray)];
    let (_watched, first) = Watched::of(&files).await;
    assert_eq!(primary(&first), Some(("gke", "first by name")));
    assert_eq!(registered(&first.settings()), (vec!["gke".to_owned()], BTreeSet::new()));
    let problems: Vec<String> = first.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["kustomization.yaml: its kind is neither Config (a kubeconfig) nor Cluster (a descriptor)"]);
}
