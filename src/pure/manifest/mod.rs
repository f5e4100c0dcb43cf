//! Values + templates → objects, checked against the API types; the inventory that remembers them.

mod allowed;
mod check;
mod image;
mod inventory;
mod mesh_file;
mod object;
mod overlay;
mod render;
mod resources;
mod roles;
mod stub;
mod values;

pub use check::{CheckError, check};
pub use image::{ImageError, reference};
pub use inventory::{INVENTORY_NAME, Inventory, InventoryError, SecretKeys, Unknown, run_time};
pub use mesh_file::problems as mesh_file_problems;
pub use object::{Object, ObjectKey};
pub use overlay::{Layer, ValuesError};
pub use render::{ClusterManifests, RenderError, Target, render};
pub use resources::{RESOURCES, Resource};
pub use roles::{PORTS, PortRow, ROLES, Role, Stage};
pub use stub::{is_taken_over, stub};
pub use values::{
    DiscoveryValues, Family, ImageValues, MeshValues, OpenPorts, OutboundMode, OutboundTrafficPolicy, PullPolicy,
    Resources, TlsValues, Values,
};
