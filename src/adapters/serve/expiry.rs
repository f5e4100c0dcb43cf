//! The end that a peer's certificate sets: nobody stays longer than what he was let in by.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tonic::transport::server::Connected;

use super::connections::GRACE;
use crate::data::model::Timestamp;

/// The clock is looked at this often at least: a machine that slept, or whose clock was set, is noticed.
const LOOK: Duration = Duration::from_secs(60);

/// Waits until a point in time is over, by the clock of the day.
pub async fn until(end: Timestamp) {
    loop {
        let left = end.0.saturating_add(1).saturating_sub(super::now().0);
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_secs(left).min(LOOK)).await;
    }
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection whose peer seems to have hung up once its certificate is over: streams had [`GRACE`] to end in words, and a
/// peer that comes again shows its new certificate. Who does not read by then is cut.
pub(super) struct Expiring<IO> {
    io: IO,
    over: bool,
    wait: Option<Wait>,
}

impl<IO> Expiring<IO> {
    /// `end`: when the peer's certificate is over.
    pub(super) fn new(io: IO, end: Option<Timestamp>) -> Self {
        let wait = |end| -> Wait {
            Box::pin(async move {
                until(end).await;
                tokio::time::sleep(GRACE).await;
            })
        };
        Self { io, over: false, wait: end.map(wait) }
    }

    /// Whether the next wait is over; the one after the end is the last.
    fn passed(&mut self, cx: &mut Context<'_>) -> bool {
        let passed = self.wait.as_mut().is_some_and(|wait| wait.as_mut().poll(cx).is_ready());
        if passed {
            self.wait = (!self.over).then(|| -> Wait { Box::pin(tokio::time::sleep(GRACE)) });
        }
        passed
    }

    /// Before anything is written: whether it may be.
    fn may_write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let cut = self.over && (self.wait.is_none() || self.passed(cx));
        if cut {
            Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the peer's certificate is over"))
        } else {
            Ok(())
        }
    }
}

impl<IO: Connected> Connected for Expiring<IO> {
    type ConnectInfo = IO::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.io.connect_info()
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Expiring<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.over && self.passed(cx) {
            self.over = true;
        }
        match self.over {
            // nothing read is the end
            true => Poll::Ready(Ok(())),
            false => Pin::new(&mut self.io).poll_read(cx, buf),
        }
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Expiring<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.may_write(cx)?;
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.may_write(cx)?;
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.may_write(cx)?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.may_write(cx)?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
