//! The kubeconfig of a test cluster, as text, and a client for it.

use futures::FutureExt;
use k8s_openapi::ByteString;
use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::pki::Pair;

/// A kubeconfig with certificates and key inside: it names no file.
pub fn text(name: &str, server: &str, ca: &str, who: &Pair) -> String {
    let data = |pem: &str| serde_json::to_string(&ByteString(pem.as_bytes().to_vec())).unwrap();
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
         clusters:\n- name: {name}\n  cluster: {{server: \"{server}\", certificate-authority-data: {ca}}}\n\
         users:\n- name: {name}\n  user: {{client-certificate-data: {crt}, client-key-data: {key}}}\n\
         contexts:\n- name: {name}\n  context: {{cluster: {name}, user: {name}}}\n",
        ca = data(ca),
        crt = data(&who.certificate),
        key = data(&who.key),
    )
}

/// A client for a kubeconfig's text; it belongs to the runtime that it is made in.
pub fn client_of(kubeconfig: &str) -> kube::Client {
    let parsed = Kubeconfig::from_yaml(kubeconfig).unwrap();
    let config = kube::Config::from_custom_kubeconfig(parsed, &KubeConfigOptions::default())
        .now_or_never()
        .expect("it comes from text alone: there is nothing to wait for");
    kube::Client::try_from(config.unwrap()).unwrap()
}
