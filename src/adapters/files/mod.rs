//! Files: writes that are whole or not there, with their mode from birth; reads that are capped; folders, listed and made.
//!
//! A write goes to a hidden temporary file in the same folder, which has its final mode when it is created, is flushed to
//! the disk, and takes its name in one step. A run that is killed can leave such a temporary file behind: readers never see
//! it, and the next write of the same name (or [`remove_leftovers`]) removes it.

#![expect(clippy::disallowed_methods, reason = "files are what this room is for")]

mod error;
mod folder;
mod read;
mod temp;
mod write;

pub use error::FilesError;
pub use folder::{
    Entry, FolderLock, Stat, create_private_dir, create_public_dir, exists, is_dir, is_file, link_target, list_dir,
    list_dir_if_there, lock_folder, real_path, stat,
};
pub use read::{read_capped, read_capped_if_there, read_text};
pub use temp::{TempFolder, remove_file};
pub use write::{remove_leftovers, write_new_private, write_new_public, write_private, write_public};
