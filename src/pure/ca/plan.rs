//! What to write so that a mesh's CA folder has all that was asked for: pure, so that the folder on disk is just carried out.
//!
//! Only what is missing is issued; a root is never replaced. The writes stand in an order in which a run that is cut off at
//! any of them leaves a folder that the next run completes: a key before its certificate, the root before everything.

mod clusters;
mod error;
mod shared;

pub use error::PlanError;

use super::bundle::{Part, read_certs};
use super::cert::{CaCert, KeyAlgorithm};
use super::folder::{CaFolder, ClusterFiles, ROOT_CERT, ROOT_KEY};
use super::issue::issue_root;
use super::keys::{CaKey, KeyKind, draw_serial};
use super::verify::Finding;
use crate::data::model::{ClusterId, Secret, Timestamp};

/// Where the root's key lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKey {
    /// In the folder, as `root-key.pem`.
    Folder,
    /// In a file elsewhere, which is read and never copied.
    Elsewhere {
        /// The file, as the user knows it.
        file: String,
        /// What it holds; `None` where it is not there (yet).
        key: Option<Secret<Vec<u8>>>,
    },
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The clusters that need an intermediate.
    pub clusters: Vec<ClusterId>,
    /// One intermediate for all of them, as in the talk.
    pub shared: bool,
    /// The kind of new keys; `None`: P-384 for the root, P-256 for intermediates.
    pub key: Option<KeyKind>,
    /// Issue anew what is due.
    pub renew: bool,
    /// Where the root's key lives.
    pub root_key: RootKey,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The cluster's part of the folder; `None` for the folder itself.
    pub cluster: Option<String>,
    /// The file's name; for the root's key, the place where that lives.
    pub file: &'static str,
    /// Its contents.
    pub bytes: Secret<Vec<u8>>,
    /// Only the owner may read it.
    pub private: bool,
    /// Whether it takes the place of one that is there. Never for a root or a key.
    pub replace: bool,
}

/// What becomes of a CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It is new.
    Created,
    /// A part of it was missing.
    Completed,
    /// It has a new certificate for its key.
    Renewed,
    /// It stays as it is.
    Kept,
    /// It stays as it is, though it is due.
    KeptDue,
}

/// What becomes of one CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The cluster; `None` for the root.
    pub cluster: Option<String>,
    /// What becomes of it.
    pub done: Done,
    /// The key that stays, where another kind of keys was asked for: keys are never replaced.
    pub kept_key: Option<KeyAlgorithm>,
}

/// Everything to write, in order, and what it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files to write, in this order.
    pub writes: Vec<Write>,
    /// The root first, then the clusters.
    pub actions: Vec<Action>,
}

/// Plans what to write; nothing is to be written where there is an error.
///
/// # Errors
/// Everything that stands in the way.
pub fn plan(folder: &CaFolder, request: &Request, now: Timestamp) -> Result<Plan, Vec<PlanError>> {
    let mut plan = Plan::default();
    let errors = shared::check(folder, request.shared);
    if !errors.is_empty() {
        return Err(errors);
    }
    let root = root(folder, request, now, &mut plan).map_err(|e| vec![e])?;
    let issuer = Issuer { root: &root, kind: request.key, renew: request.renew, now };
    if request.shared {
        shared::plan(folder, &request.clusters, &issuer, &mut plan)?;
    } else {
        clusters::plan(folder, &request.clusters, &issuer, &mut plan)?;
    }
    Ok(plan)
}

/// Whether the root's key can be used, where it lives elsewhere: known before there is a folder.
///
/// # Errors
/// Why it cannot.
pub fn check_root_key(request: &Request) -> Result<(), PlanError> {
    match &request.root_key {
        RootKey::Elsewhere { file, key: Some(bytes) } => {
            CaKey::from_pem(bytes.expose()).map(drop).map_err(|why| PlanError::RootKey { file: file.clone(), why })
        }
        RootKey::Elsewhere { key: None, .. } | RootKey::Folder => Ok(()),
    }
}

/// The root as it will be.
struct Root {
    cert: CaCert,
    /// All certificates of `root-cert.pem`, as they go to the clusters.
    pem: Vec<u8>,
    key: Option<CaKey>,
    /// The file of the key, as the user knows it.
    key_file: String,
}

/// Issues intermediates.
struct Issuer<'a> {
    root: &'a Root,
    /// The kind of keys that was asked for.
    kind: Option<KeyKind>,
    renew: bool,
    now: Timestamp,
}

fn root(folder: &CaFolder, request: &Request, now: Timestamp, plan: &mut Plan) -> Result<Root, PlanError> {
    let (bytes, file) = match &request.root_key {
        RootKey::Folder => (&folder.root_key, ROOT_KEY),
        RootKey::Elsewhere { file, key } => (key, file.as_str()),
    };
    // a key of the folder counts for nothing where another is named
    let needed = |name: &&str| *name == ROOT_CERT || request.root_key == RootKey::Folder;
    if let Some((name, why)) = folder.unreadable.iter().find(|(name, _)| needed(name)) {
        return Err(PlanError::Unreadable(Finding::unreadable(name, why)));
    }
    let key = bytes.as_ref().map(|b| CaKey::from_pem(b.expose())).transpose();
    let key = key.map_err(|why| match request.root_key {
        RootKey::Folder => PlanError::Key { file: file.to_owned(), why },
        RootKey::Elsewhere { .. } => PlanError::RootKey { file: file.to_owned(), why },
    })?;
    match &folder.root_cert {
        Some(pem) => old_root(pem, key, file, request, plan),
        None => new_root(folder, request, key, file, now, plan),
    }
}

fn old_root(
    pem: &[u8],
    key: Option<CaKey>,
    key_file: &str,
    request: &Request,
    plan: &mut Plan,
) -> Result<Root, PlanError> {
    let roots = certs(ROOT_CERT, pem)?;
    let missing = || PlanError::RootKeyMissing { file: key_file.to_owned() };
    let mismatch = || PlanError::RootKeyMismatch { file: key_file.to_owned() };
    let cert = match &key {
        Some(key) => roots.into_iter().find(|c| c.public_key == key.public_key()).ok_or_else(mismatch)?,
        None if request.root_key != RootKey::Folder => return Err(missing()),
        None => roots.into_iter().next().ok_or_else(missing)?,
    };
    plan.acted(None, Done::Kept, cert.key, request.key);
    Ok(Root { cert, pem: pem.to_vec(), key, key_file: key_file.to_owned() })
}

fn new_root(
    folder: &CaFolder,
    request: &Request,
    key: Option<CaKey>,
    key_file: &str,
    now: Timestamp,
    plan: &mut Plan,
) -> Result<Root, PlanError> {
    // clusters trust a root that is not here any more: a new one would split the mesh
    let has_root = |files: &ClusterFiles| files.root_cert.is_some() || files.unreadable.contains_key(ROOT_CERT);
    if let Some((cluster, _)) = folder.clusters.iter().find(|(_, files)| has_root(files)) {
        return Err(PlanError::RootLost { cluster: cluster.clone() });
    }
    let done = if key.is_some() { Done::Completed } else { Done::Created };
    let key = match key {
        Some(key) => key,
        None => {
            let key = CaKey::draw(request.key.unwrap_or(KeyKind::P384)).map_err(PlanError::Draw)?;
            plan.put(None, ROOT_KEY, key.pem().expose().clone());
            key
        }
    };
    let issued = issue_root(&key, draw_serial().map_err(PlanError::Draw)?, now)
        .map_err(|why| PlanError::Issue { whom: "the root".to_owned(), why })?;
    plan.put(None, ROOT_CERT, issued.pem.clone().into_bytes());
    plan.acted(None, done, key.algorithm(), request.key);
    Ok(Root { cert: issued.cert, pem: issued.pem.into_bytes(), key: Some(key), key_file: key_file.to_owned() })
}

impl Plan {
    /// A file that is not there yet.
    fn put(&mut self, cluster: Option<&str>, file: &'static str, bytes: Vec<u8>) {
        self.write(cluster, file, bytes, false);
    }

    /// What becomes of a CA with this key; `asked` is the kind of keys that was asked for.
    fn acted(&mut self, cluster: Option<&str>, done: Done, key: KeyAlgorithm, asked: Option<KeyKind>) {
        let kept_key = asked.is_some_and(|kind| kind.algorithm() != key).then_some(key);
        self.actions.push(Action { cluster: cluster.map(str::to_owned), done, kept_key });
    }

    fn write(&mut self, cluster: Option<&str>, file: &'static str, bytes: Vec<u8>, replace: bool) {
        let private = file == ROOT_KEY || file == super::folder::CA_KEY;
        let cluster = cluster.map(str::to_owned);
        self.writes.push(Write { cluster, file, bytes: Secret::new(bytes), private, replace });
    }
}

/// The certificates of a file, all of which must be readable, and one at least.
fn certs(file: &str, pem: &[u8]) -> Result<Vec<CaCert>, PlanError> {
    let mut findings = Vec::new();
    let certs = read_certs(&Part::of(file.to_owned(), Some(pem)), &mut findings);
    match findings.into_iter().next() {
        Some(finding) => Err(PlanError::Unreadable(finding)),
        None => Ok(certs),
    }
}
