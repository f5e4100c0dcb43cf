//! Install: registry → plan → compare → write, on file clusters and live ones; and the same manifests into a folder of the
//! user's choice.

mod asked;
mod backend;
mod change;
mod credentials;
mod error;
mod farewell;
mod folder;
mod foreign;
mod generate;
mod held;
mod input;
mod installed;
mod live;
mod plan;
mod preflight;
mod prepare;
mod ready;
mod removal;
mod report;
mod rights;
mod run;
mod secret;
mod settings;
mod skew;
mod standing;
mod steps;
mod stubs;
mod trust;
mod uninstall;
mod upgrade;
mod verify;
mod wait;
mod words;

pub use backend::Consent;
pub use change::{Action, Change, Payload};
pub use error::InstallError;
pub use generate::{generate, stream};
pub use held::HeldCa;
pub use input::{Place, PlanCluster, PlanInput, values_file};
pub use installed::{Installed, installed_in_folder, installed_live};
pub use live::Live;
pub use plan::{Options, Plan, PlannedCluster, image};
pub use prepare::{prepare, unplanned};
pub use removal::{Cleared, Removal, RemovalReport, Removing, prepare_removal, unplanned_removal};
pub use report::{ClusterReport, InstallReport, ObjectReport, SecretReport, State, Warning};
pub use run::{Prepared, Waiting};
pub use secret::{PlannedSecret, SecretData};
pub use trust::CaAt;
pub use uninstall::{
    Kept, Leave, Left, LeftCluster, Uninstall, UninstallReport, prepare_uninstall, unplanned_uninstall,
};
pub use verify::Verify;

/// More than any manifest, value file or certificate holds, in bytes.
const MAX_FILE: u64 = 16 << 20;
