//! The CA, judged before anything is written: the folder's, read only, and that which each cluster holds; all of it must verify, up
//! to the same root. Install never makes a root and never reads its key; the key of an intermediate is read only on its way to an
//! API server, and to verify the one that stands there.

use std::collections::BTreeMap;
use std::path::Path;

use super::MAX_FILE;
use super::error::{InstallError, lines};
use super::held::HeldCa;
use super::input::PlanInput;
use super::report::SecretReport;
use super::secret::{PlannedSecret, SecretData, hash};
use crate::adapters::files::{FilesError, is_dir, list_dir_if_there, read_capped_if_there, stat};
use crate::data::model::{ClusterId, Secret, Timestamp};
use crate::pure::ca::{
    BundleFiles, CA_CERT, CA_KEY, CERT_CHAIN, ClusterFiles, Part, ROOT_CERT, Severity, Verified, same_root,
    verify_bundle, verify_root,
};
use crate::pure::manifest::SecretKeys;

/// The CA as a run of install is told of it.
#[derive(Debug, Clone, Copy)]
pub struct CaAt<'a> {
    /// Its folder, where a flag names one.
    pub dir: Option<&'a Path>,
    /// The time that its certificates are judged at.
    pub now: Timestamp,
}

/// A cluster of the registry, as far as its CA is concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cluster<'a> {
    /// Its id.
    pub(super) id: &'a ClusterId,
    /// Whether it has an API server, which a Secret is placed in.
    pub(super) live: bool,
    /// What its own Secret holds; `None` where there is none, as in every folder; `Err`: why nobody knows.
    pub(super) held: &'a Result<Option<SecretData>, String>,
    /// Whether it is of the mesh already.
    pub(super) known: bool,
    /// What it needs; `None` where it is not asked for.
    pub(super) wanted: Option<&'a [SecretKeys]>,
}

/// What becomes of the CA.
#[derive(Debug, Default)]
pub(super) struct Trusted {
    /// The Secrets of each cluster that is asked for; `Err`: why nothing may be written there.
    pub(super) secrets: BTreeMap<ClusterId, Result<Vec<PlannedSecret>, String>>,
    /// What is to be told of each.
    pub(super) notes: Vec<(ClusterId, String)>,
}

/// What is known before anything is decided.
struct Ground<'a> {
    dir: &'a Path,
    /// Whether that folder is there, and holds something.
    folder: bool,
    now: Timestamp,
    clusters: &'a [Cluster<'a>],
    /// What the live clusters of the mesh, and those that are asked for, hold.
    held: BTreeMap<&'a ClusterId, HeldCa>,
}

/// Judges the CA of all clusters at once, and gives what their Secrets hold: by key and hash, and whole where an API server is to
/// get it. What the folder has is placed; a cluster that the folder has no part for, or that stands without a folder, keeps the
/// valid CA that it holds.
///
/// # Errors
/// [`InstallError::Trust`] with everything that is wrong with the folder, each with its file and field;
/// [`InstallError::Roots`] where the clusters would not trust each other; [`InstallError::NoCa`] where one has none to keep.
pub(super) fn check(input: &PlanInput, ca: CaAt<'_>, clusters: &[Cluster<'_>]) -> Result<Trusted, InstallError> {
    let dir = ca.dir.unwrap_or(&input.ca_dir);
    let shown = |e: FilesError| InstallError::Trust { dir: dir.display().to_string(), why: e.reason() };
    // an empty folder is as good as none
    let folder = list_dir_if_there(dir).map_err(shown)?.iter().any(|entry| !entry.is_hidden());
    let held = clusters.iter().filter(|c| c.known || c.wanted.is_some()).filter_map(|c| {
        let data = c.held.as_ref().ok()?.as_ref()?;
        Some((c.id, HeldCa::of(&format!("cluster {}", c.id), data, ca.now)))
    });
    let ground = Ground { dir, folder, now: ca.now, clusters, held: held.collect() };
    let mut out = Trusted::default();
    let root = if folder { Some(ground.of_folder(&mut out)?) } else { None };
    ground.one_root(root)?;
    let mut lacking = Vec::new();
    // somebody who names a folder means that one
    if ca.dir.is_some() && !folder {
        lacking.push("--ca names it".to_owned());
    }
    for cluster in clusters {
        let Some(wanted) = cluster.wanted.filter(|_| !out.secrets.contains_key(cluster.id)) else { continue };
        match ground.kept(cluster, wanted) {
            Ok(Kept { secrets, note }) => {
                out.notes.extend(note.map(|note| (cluster.id.clone(), note)));
                out.secrets.insert(cluster.id.clone(), secrets);
            }
            Err(why) => lacking.push(why),
        }
    }
    if lacking.is_empty() { Ok(out) } else { Err(ground.no_ca(lacking)) }
}

impl Ground<'_> {
    /// Verifies the folder, and takes what it has for each cluster; gives its root.
    fn of_folder(&self, out: &mut Trusted) -> Result<Verified, InstallError> {
        let failed = |why| InstallError::Trust { dir: self.dir.display().to_string(), why };
        let root = read(self.dir, ROOT_CERT);
        let root = match &root {
            Ok(bytes) => Part::of(ROOT_CERT.to_owned(), bytes.as_deref()),
            Err(e) => Part::unreadable(ROOT_CERT.to_owned(), e.reason()),
        };
        let (root, mut findings) = verify_root(&root, &Part::not_given(), self.now);
        let mut verified = vec![root.clone()];
        for cluster in self.clusters {
            let Some(wanted) = cluster.wanted else { continue };
            let (id, live, part) = (cluster.id, cluster.live, self.dir.join(cluster.id.as_str()));
            if !is_dir(&part) && self.may_keep(cluster) {
                continue;
            }
            let files = files(&part, live);
            let (bundle, found) = verify_bundle(&bundle(&files, id, live), self.now);
            verified.push(bundle);
            findings.extend(found);
            let planned = wanted.iter().map(|secret| planned(secret, &files, live)).collect::<Result<Vec<_>, _>>();
            out.secrets.insert(id.clone(), Ok(planned.map_err(failed)?));
        }
        findings.extend(same_root(&verified));
        let errors: Vec<String> =
            findings.iter().filter(|f| f.severity == Severity::Error).map(ToString::to_string).collect();
        match errors.is_empty() {
            true => Ok(Verified { name: format!("the CA folder {}", self.dir.display()), ..root }),
            false => Err(failed(lines(&errors))),
        }
    }

    /// Whether a cluster could do without a part of the folder: it holds a valid CA, or nobody knows what it holds.
    fn may_keep(&self, cluster: &Cluster<'_>) -> bool {
        match cluster.live {
            true => cluster.held.is_err() || self.held.get(cluster.id).is_some_and(|held| held.errors.is_empty()),
            false => cluster.known,
        }
    }

    /// All clusters, and the folder, trust each other.
    fn one_root(&self, folder: Option<Verified>) -> Result<(), InstallError> {
        let held = self.held.values().map(|h| h.verified.clone());
        // one that lists no root is no measure for the others
        let all: Vec<Verified> = folder.into_iter().chain(held).filter(|of| !of.roots.is_empty()).collect();
        let apart = same_root(&all).into_iter().filter(|f| f.severity == Severity::Error).map(|f| f.message);
        let why: Vec<String> = apart.collect();
        if why.is_empty() { Ok(()) } else { Err(InstallError::Roots { why }) }
    }

    /// What a cluster keeps that the folder has no part for.
    ///
    /// # Errors
    /// Why it has nothing to keep.
    fn kept(&self, cluster: &Cluster<'_>, wanted: &[SecretKeys]) -> Result<Kept, String> {
        let dir = self.dir.display();
        let why = match self.folder {
            true => format!("the CA folder {dir} has no part for it"),
            false => format!("there is no CA folder {dir}"),
        };
        let names: Vec<String> = wanted.iter().map(|s| format!("Secret/{}/{}", s.namespace, s.name)).collect();
        let names = names.join(", ");
        match (cluster.live, cluster.held, self.held.get(cluster.id)) {
            (true, Err(unknown), _) => Ok(Kept { secrets: Err(format!("{unknown}; {why}")), note: None }),
            (true, Ok(_), Some(held)) if held.errors.is_empty() => {
                let note = format!("{names} stays as it is: {why}");
                Ok(Kept { secrets: Ok(wanted.iter().map(|secret| held.kept(secret)).collect()), note: Some(note) })
            }
            (true, Ok(_), Some(held)) => {
                Err(format!("the CA that cluster {} holds cannot be kept: {}", cluster.id, held.errors.join(", ")))
            }
            (true, Ok(_), None) => Err(format!("cluster {} holds none ({names})", cluster.id)),
            // its objects were written beside a CA that was verified
            (false, ..) if cluster.known => {
                let note = format!("whether {names} will stand beside its objects was not checked: {why}");
                Ok(Kept { secrets: Ok(wanted.iter().map(named).collect()), note: Some(note) })
            }
            (false, ..) => Err(format!("the file cluster {} was not installed yet", cluster.id)),
        }
    }

    fn no_ca(&self, lacking: Vec<String>) -> InstallError {
        let unasked = self.clusters.iter().filter(|c| c.held.is_err()).map(|c| c.id.clone());
        InstallError::NoCa {
            dir: self.dir.display().to_string(),
            lacking,
            held: self.held.keys().map(|id| (*id).clone()).collect(),
            unasked: unasked.collect(),
        }
    }
}

/// What a cluster keeps.
struct Kept {
    /// Its Secrets, or why nothing may be written there.
    secrets: Result<Vec<PlannedSecret>, String>,
    /// What is to be told of it.
    note: Option<String>,
}

/// A Secret of which nothing is known but its keys.
fn named(secret: &SecretKeys) -> PlannedSecret {
    let SecretKeys { namespace, name, keys, unknown: _ } = secret.clone();
    PlannedSecret { report: SecretReport { namespace, name, keys, sha256: BTreeMap::new() }, data: None }
}

/// A cluster's files; without its key, unless that is to be placed.
fn files(dir: &Path, with_key: bool) -> ClusterFiles {
    let mut files = ClusterFiles::default();
    let mut take = |name: &'static str| {
        read(dir, name).unwrap_or_else(|e| {
            files.unreadable.insert(name, e.reason());
            None
        })
    };
    let (ca_cert, cert_chain, root_cert) = (take(CA_CERT), take(CERT_CHAIN), take(ROOT_CERT));
    let ca_key = if with_key { take(CA_KEY) } else { None };
    if !with_key && let Err(e) = stat(&dir.join(CA_KEY)) {
        files.unreadable.insert(CA_KEY, e.reason());
    }
    ClusterFiles { ca_cert, ca_key: ca_key.map(Secret::new), cert_chain, root_cert, ..files }
}

fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, FilesError> {
    read_capped_if_there(&dir.join(name), MAX_FILE)
}

/// The files as a bundle. A key that is not read must be there all the same.
fn bundle<'a>(files: &'a ClusterFiles, id: &ClusterId, with_key: bool) -> BundleFiles<'a> {
    let bundle = files.bundle(id.as_str(), id.as_str());
    match with_key || files.unreadable.contains_key(CA_KEY) {
        true => bundle,
        false => BundleFiles { ca_key: Part::not_given(), ..bundle },
    }
}

fn planned(secret: &SecretKeys, files: &ClusterFiles, live: bool) -> Result<PlannedSecret, String> {
    let known = [
        (CA_CERT, files.ca_cert.as_ref()),
        (CA_KEY, files.ca_key.as_ref().map(Secret::expose)),
        (CERT_CHAIN, files.cert_chain.as_ref()),
        (ROOT_CERT, files.root_cert.as_ref()),
    ];
    let (mut sha256, mut data) = (BTreeMap::new(), BTreeMap::new());
    for key in &secret.keys {
        let Some((name, bytes)) = known.iter().find(|(name, _)| name == key) else {
            return Err(format!("it has no file for {key} of the Secret {}", secret.name));
        };
        // what is missing is a finding, which stops everything
        let Some(bytes) = bytes else { continue };
        if *name != CA_KEY {
            sha256.insert(key.clone(), hash(bytes)?);
        }
        data.insert(key.clone(), bytes.to_vec());
    }
    let report = SecretReport {
        namespace: secret.namespace.clone(),
        name: secret.name.clone(),
        keys: secret.keys.clone(),
        sha256,
    };
    Ok(PlannedSecret { report, data: live.then(|| Secret::new(data)) })
}
