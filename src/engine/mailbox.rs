//! What a stream is told between two of its responses: which rows to look at again. Telling it twice changes nothing, so
//! that nothing queues, however slow the stream is.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::pure::xds::{Touched, Type};

/// What there is to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// These rows.
    pub touched: BTreeSet<Touched>,
    /// All rows of these types.
    pub types: BTreeSet<Type>,
    /// Something beyond rows: which clusters are missing, or registered.
    pub clusters: bool,
    /// What is known of the proxy itself may have changed: it may have another view.
    pub review: bool,
}

impl News {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        let Self { touched, types, clusters, review } = self;
        touched.is_empty() && types.is_empty() && !clusters && !review
    }
}

/// A stream's mailbox: filled by the writer, emptied by the stream.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    news: Mutex<News>,
    bell: Notify,
}

impl Mailbox {
    pub(super) fn put(&self, news: News) {
        if news.is_empty() {
            return;
        }
        let mut held = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        held.touched.extend(news.touched);
        held.types.extend(news.types);
        held.clusters |= news.clusters;
        held.review |= news.review;
        drop(held);
        self.bell.notify_one();
    }

    pub(super) async fn take(&self) -> News {
        loop {
            let news = std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner));
            if !news.is_empty() {
                return news;
            }
            self.bell.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn news_gathers_until_it_is_taken() {
        let mailbox = Mailbox::default();
        let row = |name: &str| Touched { ty: Type::Endpoint, name: name.into() };
        mailbox.put(News { touched: [row("a")].into(), ..News::default() });
        mailbox.put(News { touched: [row("a"), row("b")].into(), review: true, ..News::default() });
        mailbox.put(News { clusters: true, ..News::default() });
        let all = News { touched: [row("a"), row("b")].into(), clusters: true, review: true, ..News::default() };
        assert_eq!(mailbox.take().await, all);
    }
}
