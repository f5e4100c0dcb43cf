//! A connection that the server can end: at once, or when nothing has moved on it for a while.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

/// A connection, with its ends.
pub(super) struct Conn<IO> {
    io: IO,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    idle: Option<(Duration, Pin<Box<Sleep>>)>,
    _slot: Option<OwnedSemaphorePermit>,
}

impl<IO> Conn<IO> {
    /// Ended by `cut`.
    pub(super) fn new(io: IO, cut: CancellationToken) -> Self {
        Self { io, cut: Box::pin(cut.cancelled_owned()), idle: None, _slot: None }
    }

    /// Ended also where no byte comes or goes for `idle`; holds `slot` until it ends.
    pub(super) fn bounded(self, idle: Duration, slot: Option<OwnedSemaphorePermit>) -> Self {
        Self { idle: Some((idle, Box::pin(tokio::time::sleep(idle)))), _slot: slot, ..self }
    }

    /// What became of a read or write, with the ends looked at: progress starts the idle time anew.
    fn watched<T>(&mut self, cx: &mut Context<'_>, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if self.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the server is ending")));
        }
        let Some((time, sleep)) = &mut self.idle else { return moved };
        if moved.is_ready() {
            sleep.as_mut().reset(Instant::from_std(super::instant() + *time));
        } else if sleep.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        moved
    }
}

impl<IO: Connected> Connected for Conn<IO> {
    type ConnectInfo = IO::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.io.connect_info()
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Conn<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.io).poll_read(cx, buf);
        self.watched(cx, moved)
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Conn<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.io).poll_write(cx, buf);
        self.watched(cx, moved)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.watched(cx, moved)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    // flushing what is flushed is always ready: it is no progress
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
