//! Watching API servers.
