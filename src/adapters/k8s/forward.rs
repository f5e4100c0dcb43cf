//! Port-forwarding: a byte stream to a port of a pod, through its API server, without a port on this machine.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, Portforwarder};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::K8sError;
use super::error::safe;
use super::request::within;

/// How long the reason of a broken stream may lag behind its end.
const REASON: Duration = Duration::from_millis(500);

/// An open connection to a port of a pod. Dropping it ends the forwarding.
pub struct Forwarded {
    stream: DuplexStream,
    reason: Reason,
    /// kube leaves its task running where the server never answers the end: it is ended with the stream
    _ends: Ends,
}

/// Who the peer of a stream is, and what the server says of it where the stream breaks.
#[derive(Clone)]
pub(super) struct Reason {
    peer: String,
    said: Shared<BoxFuture<'static, Option<String>>>,
}

struct Ends(Portforwarder);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Opens a connection to a port of a pod, as `kubectl port-forward` does for every connection that it takes. Wants `get` of
/// `pods/portforward`, as the request is a GET, and from Kubernetes 1.35 on `create`, too.
///
/// Whether something listens there shows only once the stream is used: see [`super::PodHttp`].
///
/// # Errors
/// [`K8sError`]: the server's refusal in its words, [`K8sError::Deadline`] where it does not answer.
pub async fn forward(
    client: &kube::Client,
    namespace: &str,
    pod: &str,
    port: u16,
    deadline: Duration,
) -> Result<Forwarded, K8sError> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let opened = within(deadline, async {
        pods.portforward(pod, &[port]).await.map_err(|error| match error {
            kube::Error::UpgradeConnection(_) => K8sError::Protocol("it does not switch to port-forwarding"),
            other => other.into(),
        })
    });
    let mut forwarder = opened.await?;
    let (stream, said) = (forwarder.take_stream(port), forwarder.take_error(port));
    let (Some(stream), Some(said)) = (stream, said) else {
        return Err(K8sError::Protocol("port-forwarding opened no stream"));
    };
    let peer = format!("port {port} of the pod {namespace}/{pod}");
    Ok(Forwarded { stream, reason: Reason { peer, said: said.boxed().shared() }, _ends: Ends(forwarder) })
}

impl Forwarded {
    /// Who is at the other end.
    pub(super) fn reason(&self) -> Reason {
        self.reason.clone()
    }
}

impl Reason {
    /// A peer that nobody says anything of.
    #[cfg(test)]
    pub(super) fn unknown(peer: &str) -> Self {
        Self { peer: peer.to_owned(), said: futures::future::ready(None).boxed().shared() }
    }

    /// The error of a stream that broke: what the server says of it, else `why`.
    pub(super) async fn error(&self, why: &str) -> K8sError {
        let said = tokio::time::timeout(REASON, self.said.clone()).await.ok().flatten();
        let reason = said.map_or_else(|| why.to_owned(), |text| in_short(&text));
        K8sError::Peer { peer: self.peer.clone(), reason }
    }
}

/// A kubelet's words hold the sandbox and the network namespace; what counts stands at their end.
fn in_short(said: &str) -> String {
    if said.contains("connection refused") {
        return "nothing listens there (connection refused)".to_owned();
    }
    safe(said)
}

impl fmt::Debug for Forwarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarded").field("peer", &self.reason.peer).finish_non_exhaustive()
    }
}

impl AsyncRead for Forwarded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Forwarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        // kube closes both directions at once: an answer that is still to come would be lost
        self.as_mut().poll_flush(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_port_is_named_without_the_kubelets_inner_words() {
        let kubelet = "error forwarding port 15000 to pod 6f2: failed to connect to localhost:15000 inside namespace \
                       \"/var/run/netns/cni-1\": dial tcp4 127.0.0.1:15000: connect: connection refused";
        assert_eq!(in_short(kubelet), "nothing listens there (connection refused)");
        assert_eq!(in_short("pod is gone.\n"), "pod is gone");
    }
}
