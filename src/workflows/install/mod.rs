//! Install: registry → plan → diff → write, on file clusters; and the same manifests into a folder of the user's choice.

mod apply;
mod diff;
mod error;
mod generate;
mod input;
mod plan;
mod report;
mod run;
mod settings;
mod standing;
mod trust;

pub use diff::{Action, Change};
pub use error::InstallError;
pub use generate::{generate, stream};
pub use input::{PlanCluster, PlanInput, values_file};
pub use plan::{Options, Plan, PlannedCluster, image};
pub use report::{ClusterReport, InstallReport, ObjectReport, SecretReport, State};
pub use run::{Prepared, prepare};

/// More than any manifest, value file or certificate holds, in bytes.
const MAX_FILE: u64 = 16 << 20;
