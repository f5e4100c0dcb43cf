//! The registry: a directory is the mesh. Live clusters by their kubeconfigs and file clusters by their manifests, behind
//! one interface; every problem of the directory at once, with its file, and never with a value that may be a secret.

mod add;
mod aside;
mod credential;
mod entry;
mod event;
mod folder;
mod follow;
mod judge;
mod kubeconfig;
mod live;
mod load;
mod mesh_file;
mod origin;
mod pages;
mod pilot;
mod read;
mod scan;
mod secret;
mod server;
mod shape;
mod source;
mod watch;

pub use add::{AddError, Added, add};
pub use aside::{files_of, set_aside};
pub use credential::{Credential, token_claims, token_expires};
pub use entry::{Entry, Inside, Primary, Problem, Registry, RegistryError, Unread};
pub use event::{Event, Subject};
pub use folder::{BadDocument, Folder, is_manifest, load_folder};
pub use follow::follow;
pub use live::Timing;
pub use load::{LoadError, Objects, load_once, load_pods};
pub use origin::Origin;
pub use pilot::PilotAccess;
pub use secret::{Holdings, InCluster, SETTINGS, connector_of, token_of, with_token};
pub use source::{ReadOptions, Source, Trust};
pub use watch::watch;

/// Where the control plane lives.
const SYSTEM_NAMESPACE: &str = "istio-system";
