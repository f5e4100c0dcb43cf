//! The credentials by which pilot, in the primary, watches the remotes: one Secret there, a kubeconfig for each remote under
//! its id, with a token of the remote's reader account.
//!
//! Discovery renews the tokens. Install mints only what is absent, has ended or is refused, and changes no other key. A token
//! is never shown: what is told of it is why it was minted, and when it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::installed::{READER, path};
use super::live::{DEADLINE, Live, uid};
use super::plan::NAMESPACE;
use super::plan::Options;
use super::preflight::Reach;
use super::secret::{base64, decoded};
use super::steps::Way;
use crate::adapters::k8s::{K8sError, create, get, merge, token, within};
use crate::adapters::registry::{Source, token_expires};
use crate::data::model::{ClusterId, INSTALL, REMOTES, Secret, Timestamp};
use crate::data::yaml;
use crate::pure::manifest::{Object, ObjectKey};

/// How long a token lives, at most (DESIGN §5).
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What must happen to a remote's credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Nothing.
    Keep,
    /// Its token is good; what stands beside it is not what pilot must use.
    Rewrite,
    /// A new token, for this reason.
    Mint(&'static str),
}

/// A remote whose credential the primary holds, or shall hold.
pub(super) struct Remote {
    pub(super) id: ClusterId,
    live: Live,
    reach: Reach,
    decision: Decision,
    /// The token that stands.
    token: Option<Secret<String>>,
}

/// The credentials of a mesh.
pub(super) struct Credentials {
    primary: Live,
    /// The UID of the Secret, where it is there.
    stands: Option<String>,
    /// The accounts come from somewhere else, and may not be there yet.
    only_secrets: bool,
    pub(super) remotes: Vec<Remote>,
}

/// Why there is no new credential.
enum Unminted {
    /// Its account is not there.
    NoAccount(String),
    /// Anything else.
    Failed(String),
}

/// A remote that is asked for.
pub(super) struct Wanted<'a> {
    pub(super) id: &'a ClusterId,
    pub(super) live: &'a Live,
    pub(super) source: &'a Source,
    pub(super) reach: &'a Reach,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("remotes", &self.remotes.len()).finish_non_exhaustive()
    }
}

/// The kubeconfig that stands under a remote's id.
struct Standing {
    server: String,
    tls_server_name: Option<String>,
    ca_bundle: Option<Vec<u8>>,
    token: Secret<String>,
}

impl Standing {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut documents = yaml::documents(std::str::from_utf8(bytes).ok()?).ok()?;
        let value = documents.pop().filter(|_| documents.is_empty())?;
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).filter(|t| !t.is_empty());
        Some(Self {
            server: text("/clusters/0/cluster/server")?.to_owned(),
            tls_server_name: text("/clusters/0/cluster/tls-server-name").map(str::to_owned),
            ca_bundle: text("/clusters/0/cluster/certificate-authority-data").and_then(decoded),
            token: Secret::new(text("/users/0/user/token")?.to_owned()),
        })
    }

    fn leads_to(&self, reach: &Reach) -> bool {
        let Reach { server, tls_server_name, ca_bundle, mended: _ } = reach;
        self.server == *server && self.tls_server_name == *tls_server_name && self.ca_bundle == *ca_bundle
    }
}

/// The kubeconfig that pilot gets: nothing in it runs, reads or redirects.
fn kubeconfig(id: &ClusterId, reach: &Reach, token: &Secret<String>) -> Result<Secret<String>, yaml::YamlError> {
    let mut cluster = Map::new();
    cluster.insert("server".into(), reach.server.as_str().into());
    if let Some(name) = &reach.tls_server_name {
        cluster.insert("tls-server-name".into(), name.as_str().into());
    }
    if let Some(bundle) = &reach.ca_bundle {
        cluster.insert("certificate-authority-data".into(), base64(bundle).into());
    }
    let id = id.as_str();
    let value = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": id, "cluster": cluster}],
        "users": [{"name": id, "user": {"token": token.expose()}}],
        "contexts": [{"name": id, "context": {"cluster": id, "user": id}}],
        "current-context": id,
    });
    yaml::to_string(&value).map(Secret::new)
}

/// Decides; `refused` is what the remote's API server says of the token.
fn decide(standing: Option<&Standing>, reach: &Reach, now: Timestamp, refused: bool) -> Decision {
    let Some(standing) = standing else { return Decision::Mint("it was absent") };
    let ended = token_expires(standing.token.expose()).is_some_and(|at| at <= now);
    match (ended, refused) {
        (true, _) => Decision::Mint("it had ended"),
        (false, true) => Decision::Mint("it was refused"),
        _ if standing.leads_to(reach) => Decision::Keep,
        _ => Decision::Rewrite,
    }
}

/// Whether the remote's API server refuses a token, asked from here; one that does not answer refuses nothing.
async fn refused(source: &Source, token: &Secret<String>) -> bool {
    let Some(connector) = source.with_token(token) else { return false };
    let asked = within(DEADLINE, async {
        let (_, client) = connector.client().await?;
        get(&client, "/api/v1/services?limit=1", DEADLINE).await
    });
    matches!(asked.await, Err(K8sError::Unauthorized))
}

impl Credentials {
    /// Looks at what stands, and decides. Writes nothing.
    ///
    /// # Errors
    /// Why the primary's Secret cannot be read, or must not be touched.
    pub(super) async fn plan(
        primary: &Live,
        wanted: Vec<Wanted<'_>>,
        anew: bool,
        options: &Options,
    ) -> Result<Self, String> {
        let failed = |why: String| format!("reading Secret/{NAMESPACE}/{REMOTES} of the primary failed: {why}");
        let secret = get(&primary.client, &path("/api/v1", "secrets", REMOTES), DEADLINE).await;
        let secret = secret.map_err(|e| failed(e.to_string()))?.and_then(Object::of);
        if secret.as_ref().is_some_and(|s| !s.is_owned()) {
            return Err(failed("meshctl did not make it".to_owned()));
        }
        let held = |id: &ClusterId| {
            let text = secret.as_ref()?.value.pointer("/data")?.get(id.as_str())?.as_str()?;
            Standing::read(&decoded(text)?)
        };
        let remotes = wanted.into_iter().map(|wanted| {
            let standing = held(wanted.id);
            async move {
                let refused = match &standing {
                    Some(standing) if !anew => refused(wanted.source, &standing.token).await,
                    _ => false,
                };
                let decision = match anew {
                    true => Decision::Mint("it was revoked"),
                    false => decide(standing.as_ref(), wanted.reach, options.now, refused),
                };
                let token = standing.map(|s| s.token);
                let (id, live, reach) = (wanted.id.clone(), wanted.live.clone(), wanted.reach.clone());
                Remote { id, live, reach, decision, token }
            }
        });
        let remotes = join_all(remotes).await;
        let stands = secret.as_ref().map(uid);
        Ok(Self { primary: primary.clone(), stands, only_secrets: options.only_secrets, remotes })
    }

    /// Whether nothing would be written.
    pub(super) fn is_settled(&self) -> bool {
        self.remotes.iter().all(|r| r.decision == Decision::Keep)
    }

    /// Tells each remote's way that its credential waits for a primary that was stopped.
    pub(super) fn put_off(&self, ways: &[&Way], primary: &ClusterId) {
        for remote in self.remotes.iter().filter(|r| r.decision != Decision::Keep) {
            let way = ways.iter().find(|w| w.planned.id == remote.id && w.open().is_some());
            way.into_iter().for_each(|w| {
                w.note(format!("pilot's credential for it was not placed: the primary {primary} was stopped"));
            });
        }
    }

    /// Mints, and writes the keys that changed, in the primary. Each remote's way is told what was done; those for which nothing
    /// was are given back with the reason, and not stopped: other stages may be under way there.
    pub(super) async fn place<'a>(&self, ways: &[&'a Way], anew: bool) -> Vec<(&'a Way, String)> {
        let way = |id: &ClusterId| ways.iter().copied().find(|w| w.planned.id == *id);
        let open = self.remotes.iter().filter(|r| r.decision != Decision::Keep);
        let open = open.filter_map(|r| Some((r, way(&r.id).filter(|w| w.open().is_some())?)));
        let made =
            join_all(open.map(|(remote, way)| async move { (remote, way, remote.fresh(way, anew).await) })).await;
        let (mut keys, mut told, mut unplaced) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (remote, way, fresh) in made {
            match fresh {
                Ok((text, note)) => {
                    keys.insert(remote.id.to_string(), text);
                    told.push((way, note));
                }
                // asked again, it is minted
                Err(Unminted::NoAccount(why)) if self.only_secrets => way.note(why),
                Err(Unminted::NoAccount(why) | Unminted::Failed(why)) => unplaced.push((way, why)),
            }
        }
        if keys.is_empty() {
            return unplaced;
        }
        let written = self.write(&keys).await;
        for (way, note) in told {
            match &written {
                Ok(()) => way.touch(note),
                Err(why) => {
                    let doing = format!("writing pilot's credential to Secret/{NAMESPACE}/{REMOTES} of the primary");
                    unplaced.push((way, format!("{doing} failed: {why}")));
                }
            }
        }
        unplaced
    }

    /// Sets these keys of the Secret and no others.
    async fn write(&self, keys: &BTreeMap<String, Secret<String>>) -> Result<(), K8sError> {
        let data: Map<String, Value> =
            keys.iter().map(|(id, text)| (id.clone(), base64(text.expose().as_bytes()).into())).collect();
        let one = path("/api/v1", "secrets", REMOTES);
        let mut stands = self.stands.clone();
        if stands.is_none() {
            let bare = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": {"name": REMOTES, "namespace": NAMESPACE}, "data": data});
            let object = Object::of(bare).map(|o| o.owned().value).unwrap_or_default();
            let all = format!("/api/v1/namespaces/{NAMESPACE}/secrets?fieldManager={INSTALL}");
            match create(&self.primary.client, &all, &object, DEADLINE).await {
                // another run was quicker; or somebody else was
                Err(K8sError::Status { code: 409, message }) => {
                    let now = get(&self.primary.client, &one, DEADLINE).await?.and_then(Object::of);
                    let Some(now) = now.filter(Object::is_owned) else {
                        return Err(K8sError::Status { code: 409, message }.of_secret());
                    };
                    stands = Some(uid(&now));
                }
                made => return made.map(|_| ()).map_err(K8sError::of_secret),
            }
        }
        // into that one, and into none that took its place
        let patch = json!({"metadata": {"uid": stands}, "data": data});
        merge(&self.primary.client, &one, INSTALL, &patch, DEADLINE).await.map(|_| ()).map_err(K8sError::of_secret)
    }
}

impl Remote {
    /// What would happen, for people; `None` where nothing would.
    pub(super) fn plan_text(&self) -> Option<String> {
        match self.decision {
            Decision::Keep => None,
            Decision::Rewrite => Some("pilot's credential will be written anew: it leads elsewhere".to_owned()),
            Decision::Mint(why) => Some(format!("pilot's credential will be minted: {why}")),
        }
    }

    /// The kubeconfig that pilot gets, and what is told of it.
    async fn fresh(&self, way: &Way, anew: bool) -> Result<(Secret<String>, String), Unminted> {
        let sentence = |why: String| format!("minting pilot's credential for the cluster {} failed: {why}", self.id);
        let failed = |why: String| Unminted::Failed(sentence(why));
        let (secret, note) = match (self.decision, &self.token) {
            (Decision::Rewrite, Some(token)) => {
                (token.clone(), format!("pilot's credential now leads to {}", self.reach.server))
            }
            (decision, _) => {
                if anew {
                    self.account_anew(way).await.map_err(failed)?;
                }
                let minted = token(&self.live.client, NAMESPACE, READER, LIFETIME, DEADLINE).await;
                let minted = minted.map_err(|e| match e {
                    K8sError::NotFound => {
                        Unminted::NoAccount(sentence(format!("ServiceAccount/{NAMESPACE}/{READER} is not there yet")))
                    }
                    other => failed(other.to_string()),
                })?;
                let why = if let Decision::Mint(why) = decision { why } else { "it was absent" };
                (minted.token, format!("pilot's credential was minted ({why}); it ends {}", minted.expires))
            }
        };
        let text = kubeconfig(&self.id, &self.reach, &secret).map_err(|e| failed(e.to_string()))?;
        Ok((text, note))
    }

    /// Makes the reader account anew: every token of the old one is worth nothing from then on. Once the old one is removed the
    /// new one comes, whatever else fails there; an interrupt in between tells that it may not stand.
    async fn account_anew(&self, way: &Way) -> Result<(), String> {
        let key = ObjectKey {
            group: String::new(),
            kind: "ServiceAccount".into(),
            namespace: NAMESPACE.into(),
            name: READER.into(),
        };
        let standing = self.live.get(&key).await.map_err(|e| format!("reading {key} failed: {e}"))?;
        let uid = standing.as_ref().and_then(|s| s.value.pointer("/metadata/uid")).and_then(Value::as_str);
        if way.open().is_none() {
            return Err(format!("{key} stays, and no token is revoked yet: something else has failed there"));
        }
        way.underway(&key, async {
            if let Some(uid) = uid {
                let path = path("/api/v1", "serviceaccounts", READER);
                let gone = crate::adapters::k8s::delete(&self.live.client, &path, uid, DEADLINE).await;
                gone.map_err(|e| format!("removing {key} failed: {e}"))?;
            }
            let made = way.put_again(&key).await;
            made.map_err(|why| match uid {
                Some(_) => format!("{why}; it was removed, and pilot is locked out until the next install makes it"),
                None => why,
            })
        })
        .await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reach() -> Reach {
        Reach {
            server: "https://10.0.0.1:6443".into(),
            tls_server_name: Some("k".into()),
            ca_bundle: Some(b"pem".to_vec()),
            mended: false,
        }
    }

    /// {"exp":1900000000}
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjE5MDAwMDAwMDB9.x";

    fn standing(reach: &Reach) -> Standing {
        let text = kubeconfig(&ClusterId::parse("on-prem").unwrap(), reach, &Secret::new(TOKEN.into())).unwrap();
        Standing::read(text.expose().as_bytes()).unwrap()
    }

    #[test]
    fn only_what_is_absent_ended_or_refused_is_minted() {
        let (before, after) = (Timestamp(1_899_999_999), Timestamp(1_900_000_000));
        let held = standing(&reach());
        assert_eq!(decide(Some(&held), &reach(), before, false), Decision::Keep);
        assert_eq!(decide(Some(&held), &reach(), after, false), Decision::Mint("it had ended"));
        assert_eq!(decide(Some(&held), &reach(), before, true), Decision::Mint("it was refused"));
        assert_eq!(decide(None, &reach(), before, false), Decision::Mint("it was absent"));
    }

    #[test]
    fn a_token_outlives_a_change_of_the_address() {
        let held = standing(&reach());
        for change in [
            Reach { server: "https://10.0.0.2:6443".into(), ..reach() },
            Reach { tls_server_name: None, ..reach() },
            Reach { ca_bundle: Some(b"other".to_vec()), ..reach() },
        ] {
            assert_eq!(decide(Some(&held), &change, Timestamp(0), false), Decision::Rewrite, "{change:?}");
        }
        assert_eq!(held.token.expose(), TOKEN);
    }

    #[test]
    fn what_does_not_read_is_absent() {
        for bad in ["", "kind: [", "kind: Config\nclusters: []\n", "a: 1\n---\nb: 2\n"] {
            assert!(Standing::read(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
