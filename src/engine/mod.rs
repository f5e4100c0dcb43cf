//! From what feeds say to what streams see: the writer, its subscribers, and publication.
//!
//! One OS thread, the writer, owns index, catalog and subscribers. Everybody else holds a [`Published`] state that never
//! changes. It knows no port and no role: discovery serves what it publishes, and commands ask [`load_once`].

mod feeds;
mod load;
mod mailbox;
mod published;
mod subscribers;
mod writer;

pub use feeds::{FeedState, FeedStatus, Feeds};
pub use load::{Loaded, load_once, load_pods};
pub use mailbox::News;
pub use published::{Engine, EngineStopped, Feeder, Options, Published, Subscriber};
