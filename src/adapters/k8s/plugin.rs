//! Credential plugins (`client.authentication.k8s.io`): run once, with standard input closed and a deadline; what they
//! print is never repeated.

#![expect(clippy::disallowed_methods, reason = "a kubeconfig on the terminal may name a plugin to run")]

use std::process::Stdio;
use std::time::Duration;

use k8s_openapi::ByteString;
use kube::config::{AuthInfo, Cluster, ExecConfig, ExecInteractiveMode};
use serde::Deserialize;
use tokio::io::AsyncReadExt;

use super::K8sError;

/// How long a plugin may take.
const DEADLINE: Duration = Duration::from_secs(15);
/// More than any credential.
const MAX_OUTPUT: u64 = 1 << 20;

/// The part of an `ExecCredential` that counts.
#[derive(Deserialize)]
struct Credential {
    status: Option<CredentialStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialStatus {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs the plugin and puts its credentials into `auth`.
pub(super) async fn run(exec: &ExecConfig, cluster: &Cluster, auth: &mut AuthInfo) -> Result<(), K8sError> {
    let failed = |reason: &str| K8sError::Plugin(reason.to_owned());
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(failed("wants to talk to a terminal, which it gets none of here"));
    }
    let Some(command) = &exec.command else { return Err(failed("has no command")) };
    let mut process = tokio::process::Command::new(command);
    process.args(exec.args.iter().flatten());
    for pair in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (pair.get("name"), pair.get("value")) {
            process.env(name, value);
        }
    }
    for name in exec.drop_env.iter().flatten() {
        process.env_remove(name);
    }
    process.env("KUBERNETES_EXEC_INFO", info(exec, cluster));
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = process.spawn().map_err(|e| failed(&format!("cannot be started: {}", e.kind())))?;
    let Some(stdout) = child.stdout.take() else { return Err(failed("has no output")) };
    let both = async {
        let mut text = Vec::new();
        stdout.take(MAX_OUTPUT).read_to_end(&mut text).await?;
        Ok::<_, std::io::Error>((child.wait().await?, text))
    };
    let (status, text) = tokio::time::timeout(DEADLINE, both)
        .await
        .map_err(|_| failed(&format!("did not end within {} s", DEADLINE.as_secs())))?
        .map_err(|e| failed(&format!("broke off: {}", e.kind())))?;
    if !status.success() {
        return Err(failed(&format!("ended with {status}")));
    }
    let credential: Credential = serde_json::from_slice(&text).map_err(|_| failed("printed no ExecCredential"))?;
    let status = credential.status.ok_or_else(|| failed("gave no credentials"))?;
    take(auth, status)
}

fn take(auth: &mut AuthInfo, status: CredentialStatus) -> Result<(), K8sError> {
    let base64 = |pem: String| match serde_json::to_value(ByteString(pem.into_bytes())) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(K8sError::Plugin("gave a certificate that cannot be used".into())),
    };
    let CredentialStatus { token, client_certificate_data, client_key_data } = status;
    if token.is_none() && client_certificate_data.is_none() {
        return Err(K8sError::Plugin("gave no credentials".into()));
    }
    if let (Some(certificate), Some(key)) = (client_certificate_data, client_key_data) {
        auth.client_certificate_data = Some(base64(certificate)?);
        auth.client_key_data = Some(base64(key)?.into());
    }
    auth.token = token.map(Into::into);
    Ok(())
}

/// `KUBERNETES_EXEC_INFO`, as the plugin's own API version says.
fn info(exec: &ExecConfig, cluster: &Cluster) -> String {
    let version = exec.api_version.as_deref().unwrap_or("client.authentication.k8s.io/v1");
    let mut spec = serde_json::json!({"interactive": false});
    if exec.provide_cluster_info {
        spec["cluster"] = serde_json::json!({
            "server": cluster.server,
            "tls-server-name": cluster.tls_server_name,
            "certificate-authority-data": cluster.certificate_authority_data,
            "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
        });
    }
    serde_json::json!({"kind": "ExecCredential", "apiVersion": version, "spec": spec}).to_string()
}
