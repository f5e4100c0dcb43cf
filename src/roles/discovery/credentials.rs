//! The tokens by which the remotes are read: renewed at a third of their life with themselves, and written into the Secret
//! before anybody uses them, so that no replica and no restart is ever locked out by the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret as SecretObject;
use serde::Deserialize;
use serde_json::{Value, json};

use super::upkeep::{Upkeep, WRITE};
use crate::adapters::k8s::{self, K8sError};
use crate::adapters::registry::{connector_of, token_claims, token_of, with_token};
use crate::adapters::serve::{self, Backoff};
use crate::data::model::{ClusterId, DISCOVERY, REMOTES, Secret, Timestamp};

/// The account in a remote.
const ACCOUNT: &str = "istio-reader-service-account";
/// What is asked for; the API server may grant less.
const LIFE: Duration = Duration::from_secs(24 * 3600);
/// What cures a lock-out.
pub(super) const CURE: &str = "meshctl install --only secrets";
/// The clock is looked at again at least so often: it may jump.
const LOOK: Duration = Duration::from_secs(30);
/// A token that was written comes back through the watch within this, or it is renewed once more.
const ECHO: Duration = Duration::from_secs(60);
/// One cluster's token is renewed at most so often, whatever the clocks say: ours may be hours ahead of the API server's, which
/// makes every token of it look old at once.
const SPACING: Duration = Duration::from_secs(60);

/// When a token was issued and when it ends, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    issued: Timestamp,
    expires: Timestamp,
}

/// Why a renewal failed.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// What was being done and why it failed, in one sentence.
    pub(super) reason: String,
    /// The remote does not accept the token any more.
    pub(super) refused: bool,
    token: u128,
    next: Instant,
    backoff: Backoff,
}

/// How a remote's credentials stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is no token with an end: nothing is renewed.
    Fixed,
    /// A token that is accepted.
    Valid { life: Life, renew: Timestamp },
    /// It has ended, or the remote refuses it: only somebody with other credentials can help.
    LockedOut { since: Option<Timestamp> },
}

impl Life {
    /// Of a JWT (RFC 7519 §4.1); nothing is verified: it is our own token.
    fn of(token: &Secret<String>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Claims {
            iat: u64,
            exp: u64,
        }
        let Claims { iat, exp } = token_claims(token.expose())?;
        (iat < exp).then_some(Self { issued: Timestamp(iat), expires: Timestamp(exp) })
    }

    /// A third of its life after it was issued, or `after` it, which is two thirds of its life at most; up to a tenth earlier,
    /// not all remotes at once.
    fn renew(self, after: Option<Duration>, seed: u128) -> Timestamp {
        let life = self.expires.0 - self.issued.0;
        let whole = after.map_or(life / 3, |after| after.as_secs().min(life / 3 * 2));
        let earlier = (whole / 10).saturating_mul((seed % 1000) as u64) / 1000;
        Timestamp(self.issued.0.saturating_add(whole - earlier))
    }
}

fn hash(token: &Secret<String>) -> u128 {
    xxhash_rust::xxh3::xxh3_128(token.expose().as_bytes())
}

/// The key of a cluster in the Secret.
fn key<'a>(secret: &'a SecretObject, id: &ClusterId) -> Option<&'a [u8]> {
    secret.data.as_ref()?.get(id.as_str()).map(|bytes| bytes.0.as_slice())
}

/// How a cluster's credentials stand; `None` where the Secret has none.
pub(super) fn standing(upkeep: &Upkeep, id: &ClusterId, now: Timestamp) -> Option<Standing> {
    let remotes = upkeep.holdings.remotes.borrow();
    let token = token_of(key(remotes.objects.get(REMOTES)?, id)?);
    let Some((token, life)) = token.and_then(|t| Life::of(&t).map(|life| (t, life))) else {
        return Some(Standing::Fixed);
    };
    let seed = hash(&token);
    if life.expires <= now {
        return Some(Standing::LockedOut { since: Some(life.expires) });
    }
    let refused = upkeep.noted().renewals.get(id).is_some_and(|f| f.refused && f.token == seed);
    let says = K8sError::Unauthorized.to_string();
    if refused || upkeep.feeds.status().iter().any(|s| s.id == *id && s.reason.as_ref() == Some(&says)) {
        return Some(Standing::LockedOut { since: None });
    }
    Some(Standing::Valid { life, renew: life.renew(upkeep.duties.renew_after, seed) })
}

/// What `/debug/clusterz` says of them.
pub(super) fn page(upkeep: &Upkeep, id: &ClusterId, now: Timestamp) -> Value {
    let failure = upkeep.noted().renewals.get(id).map(|f| f.reason.clone());
    match standing(upkeep, id, now) {
        None => Value::Null,
        Some(Standing::Fixed) => json!({"state": "FIXED"}),
        Some(Standing::Valid { life, renew }) => {
            json!({"state": "VALID", "expires": life.expires, "renewed": renew, "reason": failure})
        }
        Some(Standing::LockedOut { since }) => {
            json!({"state": "LOCKED OUT", "expires": since, "reason": failure, "cure": CURE})
        }
    }
}

/// Renews what is due, again and again.
pub(super) async fn run(upkeep: Arc<Upkeep>) {
    let mut remotes = upkeep.holdings.remotes.clone();
    let mut registry = upkeep.registry.clone();
    let mut written: BTreeMap<ClusterId, (u128, Instant)> = BTreeMap::new();
    loop {
        remotes.mark_unchanged();
        registry.mark_unchanged();
        let wait = renew_due(&upkeep, &mut written).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = remotes.changed() => if changed.is_err() { return },
            changed = registry.changed() => if changed.is_err() { return },
        }
    }
}

/// A token that is to be renewed.
struct Due {
    id: ClusterId,
    kubeconfig: Secret<Vec<u8>>,
    token: u128,
}

/// Renews every token that is due; gives the wait until the next one is.
async fn renew_due(upkeep: &Upkeep, written: &mut BTreeMap<ClusterId, (u128, Instant)>) -> Duration {
    let secret = upkeep.holdings.remotes.borrow().objects.get(REMOTES).cloned();
    let Some(secret) = secret else { return LOOK };
    let (mut due, mut wait) = (Vec::new(), LOOK);
    let entries = upkeep.remotes();
    upkeep.noted().renewals.retain(|id, _| entries.iter().any(|e| e.id == *id));
    written.retain(|id, _| entries.iter().any(|e| e.id == *id));
    for entry in entries {
        let Some(kubeconfig) = key(&secret, &entry.id) else { continue };
        let Some(token) = token_of(kubeconfig) else { continue };
        let Some(life) = Life::of(&token) else { continue };
        let token = hash(&token);
        let left = until(upkeep, &entry.id, life, token, written.get(&entry.id));
        if left.is_zero() {
            due.push(Due { id: entry.id, kubeconfig: Secret::new(kubeconfig.to_vec()), token });
        } else {
            wait = wait.min(left);
        }
    }
    if due.is_empty() {
        return wait;
    }
    let fresh = join_all(due.iter().map(|due| mint(due, &upkeep.own.namespace))).await;
    let mut version = secret.metadata.resource_version.clone().unwrap_or_default();
    for (due, fresh) in due.iter().zip(fresh) {
        let result = match fresh {
            Ok(fresh) => write(upkeep, due, &fresh, &mut version).await,
            Err(error) => Err((
                format!("renewing the token for the cluster {} failed there: {error}", due.id),
                error == K8sError::Unauthorized,
            )),
        };
        note(upkeep, due, result, written);
    }
    Duration::ZERO
}

/// How long a token need not be renewed yet.
fn until(upkeep: &Upkeep, id: &ClusterId, life: Life, token: u128, written: Option<&(u128, Instant)>) -> Duration {
    let now = serve::instant();
    if let Some(wait) = written
        .and_then(|(old, at)| rests(*old == token, upkeep.duties.renew_after, now.saturating_duration_since(*at)))
    {
        return wait;
    }
    let retry = upkeep.noted().renewals.get(id).filter(|f| f.token == token).map(|f| f.next);
    if let Some(next) = retry {
        return next.saturating_duration_since(now);
    }
    let renew = life.renew(upkeep.duties.renew_after, token);
    Duration::from_secs(renew.0.saturating_sub(serve::now().0))
}

/// How long a token rests whatever its times say, so long after the last renewal of its cluster was written; `None` where they
/// count. `same`: the Secret does not show that renewal yet.
fn rests(same: bool, after: Option<Duration>, since: Duration) -> Option<Duration> {
    if same {
        return Some(ECHO.saturating_sub(since));
    }
    let spacing = after.map_or(SPACING, |after| after.min(SPACING));
    Some(spacing.saturating_sub(since)).filter(|wait| !wait.is_zero())
}

/// Asks the remote for a token, with the very one that it is to replace: what the Secret says counts, not what was read of
/// it before.
async fn mint(due: &Due, namespace: &str) -> Result<Secret<String>, K8sError> {
    let broken = || K8sError::Config("its key in the Secret is broken".into());
    let connector = connector_of(due.kubeconfig.expose()).ok_or_else(broken)?;
    let (_, client) = k8s::within(WRITE, connector.client()).await?;
    Ok(k8s::token(&client, namespace, ACCOUNT, LIFE, WRITE).await?.token)
}

/// Writes a token into the Secret, onto the version that it was made of.
async fn write(upkeep: &Upkeep, due: &Due, fresh: &Secret<String>, version: &mut String) -> Result<(), (String, bool)> {
    let id = &due.id;
    let failed = |why: String| {
        let secret = format!("the Secret {}/{REMOTES}", upkeep.own.namespace);
        (format!("writing the renewed token for the cluster {id} into {secret} failed: {why}"), false)
    };
    let kubeconfig = with_token(due.kubeconfig.expose(), fresh).map_err(failed)?;
    let path = format!("/api/v1/namespaces/{}/secrets/{REMOTES}", upkeep.own.namespace);
    let value = ByteString(kubeconfig.expose().clone());
    let body = json!({"metadata": {"resourceVersion": version}, "data": {id.as_str(): value}});
    let answer = async {
        let (_, client) = k8s::within(WRITE, upkeep.connector.client()).await?;
        k8s::merge(&client, &path, DISCOVERY, &body, WRITE).await
    };
    match answer.await {
        Ok(answer) => {
            let now = answer.pointer("/metadata/resourceVersion").and_then(Value::as_str);
            *version = now.unwrap_or_default().to_owned();
            Ok(())
        }
        Err(K8sError::Status { code: 409, .. }) => Err(failed("somebody else changed it meanwhile".into())),
        Err(error) => Err(failed(error.of_secret().to_string())),
    }
}

fn note(
    upkeep: &Upkeep,
    due: &Due,
    result: Result<(), (String, bool)>,
    written: &mut BTreeMap<ClusterId, (u128, Instant)>,
) {
    let id = &due.id;
    let mut noted = upkeep.noted();
    match result {
        Ok(()) => {
            noted.renewals.remove(id);
            written.insert(id.clone(), (due.token, serve::instant()));
            tracing::info!("the token for the cluster {id} is renewed");
        }
        Err((reason, refused)) => {
            let before = noted.renewals.remove(id).filter(|f| f.token == due.token);
            let first = || Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
            let mut backoff = before.map_or_else(first, |f| f.backoff);
            let next = serve::instant() + backoff.wait();
            noted.renewals.insert(id.clone(), Failure { reason, refused, token: due.token, next, backoff });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> Secret<String> {
        let text = serde_json::to_value(ByteString(claims.as_bytes().to_vec())).unwrap_or_default();
        let text = text.as_str().unwrap_or_default().replace('+', "-").replace('/', "_").replace('=', "");
        Secret::new(format!("e30.{text}.sig"))
    }

    #[test]
    fn a_token_says_when_it_ends() {
        let life = |issued, expires| Some(Life { issued: Timestamp(issued), expires: Timestamp(expires) });
        // of every length modulo 3, and with what differs in the URL's alphabet
        for pad in ["", "?", "??", "~~>", "ÿÿ"] {
            assert_eq!(Life::of(&jwt(&format!(r#"{{"iat":100,"exp":400,"x":"{pad}"}}"#))), life(100, 400));
        }
        for bad in [r#"{"iat":400,"exp":100}"#, r#"{"exp":100}"#, "no JSON"] {
            assert_eq!(Life::of(&jwt(bad)), None);
        }
        assert_eq!(Life::of(&Secret::new("opaque".into())), None);
    }

    /// A clock that runs hours ahead makes every token look old at once: without this each would be renewed again and again.
    #[test]
    fn a_token_rests_for_a_minute_after_a_renewal_whatever_the_clock_says() {
        let seconds = Duration::from_secs;
        assert_eq!(rests(false, None, seconds(0)), Some(seconds(60)));
        assert_eq!(rests(false, None, seconds(59)), Some(seconds(1)));
        assert_eq!(rests(false, None, seconds(60)), None);
        // who asks for more often gets it, and who asks for less often no longer rest
        assert_eq!(rests(false, Some(seconds(3)), seconds(1)), Some(seconds(2)));
        assert_eq!(rests(false, Some(seconds(3)), seconds(3)), None);
        assert_eq!(rests(false, Some(seconds(3600)), seconds(60)), None);
        // the renewal comes back through the watch first, or it is made once more
        assert_eq!(rests(true, Some(seconds(3)), seconds(30)), Some(seconds(30)));
        assert_eq!(rests(true, None, seconds(61)), Some(seconds(0)));
    }

    #[test]
    fn a_token_is_renewed_at_a_third_of_what_was_granted() {
        let life = Life { issued: Timestamp(1000), expires: Timestamp(4000) };
        for seed in 0..2000 {
            let Timestamp(at) = life.renew(None, seed);
            assert!((1900..=2000).contains(&at), "{at}");
        }
        assert_ne!(life.renew(None, 0), life.renew(None, 999));
        assert_eq!(life.renew(Some(Duration::from_secs(2)), 999), Timestamp(1002));
        // what is asked for may be more than is granted
        assert_eq!(life.renew(Some(Duration::from_secs(24 * 3600)), 0), Timestamp(3000));
    }
}
