//! A scripted API server: it lists pods, and forwards their ports to addresses on loopback as a kubelet would.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// What the server knows.
#[derive(Default)]
struct State {
    pods: Vec<Value>,
    /// Where `NAMESPACE/POD:PORT` leads.
    ports: BTreeMap<String, SocketAddr>,
    log: Vec<String>,
    /// What was asked over forwarded ports: `POD:PORT METHOD PATH`.
    asked: Vec<String>,
    /// Forwarding is answered with this status.
    forbidden: bool,
}

/// A server, stopped with the value.
pub(crate) struct Pods {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _runtime: tokio::runtime::Runtime,
}

impl Pods {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::<Mutex<State>>::default());
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state, _runtime: runtime }
    }

    /// Adds a ready pod with an app label.
    pub(crate) fn pod(&self, namespace: &str, name: &str, app: &str) {
        let pod = json!({
            "metadata": {"name": name, "namespace": namespace, "uid": name, "labels": {"app": app}},
            "spec": {"nodeName": "n1", "containers": [{"name": "app"}]},
            "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]},
        });
        self.state.lock().unwrap().pods.push(pod);
    }

    /// Lets a pod be one that is being deleted, and is Ready until its program ends.
    pub(crate) fn delete(&self, name: &str) {
        for pod in self.state.lock().unwrap().pods.iter_mut().filter(|pod| pod["metadata"]["name"] == name) {
            pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        }
    }

    /// Lets a port of a pod lead somewhere.
    pub(crate) fn port(&self, pod: &str, port: u16, to: SocketAddr) {
        self.state.lock().unwrap().ports.insert(format!("{pod}:{port}"), to);
    }

    /// Answers every port-forward with 403 from here on.
    pub(crate) fn forbid(&self) {
        self.state.lock().unwrap().forbidden = true;
    }

    /// The requests so far, forgotten with this.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().log)
    }

    /// The HTTP requests over forwarded ports so far, `NAMESPACE/POD:PORT METHOD PATH`, forgotten with this.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// Writes a registry of this one cluster, `main`.
    pub(crate) fn registry(&self, dir: &Path) {
        std::fs::create_dir_all(dir).unwrap();
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'http://{}'}}}}]\n\
             users: [{{name: u, user: {{}}}}]\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
             current-context: c\n",
            self.address
        );
        std::fs::write(dir.join("main.yaml"), text).unwrap();
    }
}

async fn connection(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(path) = path(&stream).await else { return };
    state.lock().unwrap().log.push(path.clone());
    if let Some((pod, port)) = forwarded(&path) {
        if !state.lock().unwrap().forbidden {
            let to = state.lock().unwrap().ports.get(&format!("{pod}:{port}")).copied();
            return forward(stream, &pod, port, to, &state).await;
        }
        let status = json!({"kind": "Status", "code": 403, "message": "pods \"x\" is forbidden: User \"u\" cannot create resource \"pods/portforward\""});
        return answer(&mut stream, "403 Forbidden", &status).await;
    }
    let (path, _) = path.split_once('?').unwrap_or((&path, ""));
    let items: Vec<Value> = if path.ends_with("/pods") {
        let namespace = path.strip_prefix("/api/v1/namespaces/").and_then(|p| p.split('/').next());
        let state = state.lock().unwrap();
        let of = |pod: &&Value| namespace.is_none_or(|n| pod["metadata"]["namespace"] == n);
        state.pods.iter().filter(of).cloned().collect()
    } else {
        Vec::new()
    };
    answer(&mut stream, "200 OK", &json!({"metadata": {"resourceVersion": "1"}, "items": items})).await;
}

/// The path of the request that waits there, left where it is.
async fn path(stream: &TcpStream) -> Option<String> {
    let mut head = [0; 4096];
    loop {
        let n = stream.peek(&mut head).await.ok().filter(|n| *n > 0)?;
        let text = String::from_utf8_lossy(&head[..n]).into_owned();
        if text.contains("\r\n\r\n") {
            return Some(text.split_whitespace().nth(1)?.to_owned());
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

/// `NAMESPACE/POD` and the port of a port-forward.
fn forwarded(path: &str) -> Option<(String, u16)> {
    let (pod, query) = path.strip_prefix("/api/v1/namespaces/")?.split_once("/portforward?")?;
    let (namespace, name) = pod.split_once("/pods/")?;
    Some((format!("{namespace}/{name}"), query.trim_start_matches('&').strip_prefix("ports=")?.parse().ok()?))
}

async fn answer(stream: &mut TcpStream, status: &str, body: &Value) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let body = body.to_string();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

/// What a kubelet does, by the protocol v4.channel.k8s.io: an even channel of data and an odd one of errors, each of which
/// begins with the port.
#[allow(clippy::result_large_err, reason = "the library's own type of a callback")]
async fn forward(stream: TcpStream, pod: &str, port: u16, to: Option<SocketAddr>, state: &Mutex<State>) {
    let protocol = |_: &Request, mut response: Response| {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("v4.channel.k8s.io"));
        Ok(response)
    };
    let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, protocol).await else { return };
    let [low, high] = port.to_le_bytes();
    for channel in [0, 1] {
        let _ = socket.send(Message::binary(vec![channel, low, high])).await;
    }
    let target = match to {
        Some(to) => TcpStream::connect(to).await.ok(),
        None => None,
    };
    let Some(target) = target else {
        let mut error = vec![1];
        error.extend(b"error forwarding port to pod 6f2, uid : dial tcp4 127.0.0.1:15000: connect: connection refused");
        let _ = socket.send(Message::binary(error)).await;
        let _ = socket.close(None).await;
        // what is still on its way must be read: else the system resets the connection, and the error is lost
        while let Some(Ok(_)) = socket.next().await {}
        return;
    };
    let (mut from_pod, mut to_pod) = target.into_split();
    let (mut sink, mut source) = socket.split();
    let up = async {
        while let Some(Ok(message)) = source.next().await {
            match message {
                Message::Binary(bytes) if bytes.first() == Some(&0) => {
                    let text = String::from_utf8_lossy(&bytes[1..]);
                    let lines = text.lines().filter_map(|line| line.strip_suffix(" HTTP/1.1"));
                    state.lock().unwrap().asked.extend(lines.map(|line| format!("{pod}:{port} {line}")));
                    // a peer that has hung up is the client's to notice
                    let _ = to_pod.write_all(&bytes[1..]).await;
                }
                Message::Close(_) => break,
                _ => {}
            }
        }
    };
    let down = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(n) = from_pod.read(&mut buffer).await {
            if n == 0 {
                break;
            }
            let mut frame = vec![0];
            frame.extend(&buffer[..n]);
            if sink.send(Message::binary(frame)).await.is_err() {
                break;
            }
        }
        let _ = sink.close().await;
    };
    tokio::select! { () = up => {}, () = down => {} }
}
