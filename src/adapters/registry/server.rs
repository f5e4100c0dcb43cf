//! The API server of a live cluster as its kubeconfig has it: its CA bundle, the name it must prove, and a way in with another
//! credential than the user's.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::ByteString;
use kube::config::{AuthInfo, Cluster, Kubeconfig};
use serde_json::json;

use super::Source;
use super::read;
use crate::adapters::k8s::{Connector, K8sError, Plugins, ServedNames, served_names};
use crate::data::model::Secret;

impl Source {
    fn cluster(&self) -> Option<&Cluster> {
        match self {
            Source::Folder(_) => None,
            Source::Live { kubeconfig, .. } => kubeconfig.expose().clusters.first()?.cluster.as_ref(),
        }
    }

    /// The bundle that its certificate chains to, in PEM; `None` where the kubeconfig names none: then the system's counts.
    pub fn ca_bundle(&self) -> Option<Vec<u8>> {
        let cluster = self.cluster()?;
        match (&cluster.certificate_authority_data, &cluster.certificate_authority) {
            (Some(data), _) => serde_json::from_value::<ByteString>(data.as_str().into()).ok().map(|b| b.0),
            (None, Some(path)) => read::bytes(path.as_ref()).ok(),
            (None, None) => None,
        }
    }

    /// The name that its certificate must have, where that is not the URL's host.
    pub fn tls_server_name(&self) -> Option<String> {
        self.cluster()?.tls_server_name.clone().filter(|name| !name.is_empty())
    }

    /// Whether the kubeconfig takes any certificate.
    pub fn skips_verification(&self) -> bool {
        self.cluster().is_some_and(|c| c.insecure_skip_tls_verify == Some(true))
    }

    /// The names in the certificate that the API server shows.
    ///
    /// # Errors
    /// [`K8sError`]; where the kubeconfig names no CA, or leads through a proxy, nothing is known.
    pub async fn served_names(&self, deadline: Duration) -> Result<ServedNames, K8sError> {
        let unknown = |why: &str| K8sError::Config(why.to_owned());
        let cluster = self.cluster().ok_or_else(|| unknown("it is no live cluster"))?;
        if cluster.proxy_url.is_some() {
            return Err(unknown("it leads through a proxy"));
        }
        let bundle = self.ca_bundle().ok_or_else(|| unknown("it names no CA"))?;
        let server = cluster.server.clone().unwrap_or_default();
        served_names(&server, self.tls_server_name().as_deref(), &bundle, deadline).await
    }

    /// What makes clients of the same API server, at the same address, with nothing but this bearer token.
    pub fn with_token(&self, token: &Secret<String>) -> Option<Connector> {
        let Source::Live { kubeconfig, .. } = self else { return None };
        let mut with: Kubeconfig = kubeconfig.expose().clone();
        let user = with.contexts.first()?.context.as_ref()?.user.clone().unwrap_or_else(|| "token".to_owned());
        let auth: AuthInfo = serde_json::from_value(json!({"token": token.expose()})).ok()?;
        with.auth_infos = vec![kube::config::NamedAuthInfo {
            name: user.clone(),
            auth_info: Some(auth),
            ..kube::config::NamedAuthInfo::default()
        }];
        if let Some(context) = with.contexts.first_mut().and_then(|c| c.context.as_mut()) {
            context.user = Some(user);
        }
        Some(Connector::new(Arc::new(Secret::new(with)), Plugins::Refuse))
    }
}
