//! gRPC's framing of responses: a message goes out in pieces that were encoded once, a part of it at a time.
//!
//! A general codec encodes a message into one buffer that the stream then keeps: with a full configuration of a megabyte and
//! a half that was most of what a proxy cost. Here a stream holds one part of [`PART`] bytes, and only while it is sending.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use http::HeaderMap;
use tokio::sync::mpsc;
use tonic::Status;

/// How much of a message is handed to the transport at once, in bytes.
const PART: usize = 32 << 10;
/// Pieces from this size on are not copied.
const LARGE: usize = 8 << 10;

/// A message on its way out: its pieces, whose lengths add up to `len`.
pub struct Frame {
    len: usize,
    pieces: Box<dyn Iterator<Item = Bytes> + Send>,
}

impl Frame {
    /// A message of `len` bytes from its pieces.
    pub fn new(len: usize, pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self { len, pieces: Box::new(pieces) }
    }
}

/// The body of a stream's answer: frames, and at their end the status as trailers.
pub(super) struct Outgoing {
    frames: mpsc::Receiver<Result<Frame, Status>>,
    current: Option<Parts>,
    ended: bool,
}

impl Outgoing {
    pub(super) fn new(frames: mpsc::Receiver<Result<Frame, Status>>) -> Self {
        Self { frames, current: None, ended: false }
    }

    fn end(&mut self, status: &Status) -> Result<http_body::Frame<Bytes>, Status> {
        self.ended = true;
        self.current = None;
        self.frames.close();
        let mut trailers = HeaderMap::new();
        status.add_header(&mut trailers)?;
        Ok(http_body::Frame::trailers(trailers))
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Status>>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            match self.current.as_mut().map(Parts::next) {
                Some(Ok(Some(part))) => return Poll::Ready(Some(Ok(http_body::Frame::data(part)))),
                Some(Ok(None)) => self.current = None,
                Some(Err(status)) => return Poll::Ready(Some(self.end(&status))),
                None => {}
            }
            match std::task::ready!(self.frames.poll_recv(cx)) {
                Some(Ok(frame)) => self.current = Some(Parts::new(frame)),
                Some(Err(status)) => return Poll::Ready(Some(self.end(&status))),
                None => return Poll::Ready(Some(self.end(&Status::ok("")))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

/// A frame cut into parts for the transport.
struct Parts {
    frame: Frame,
    begun: bool,
    /// What is still owed of the message.
    left: usize,
    /// A piece that did not fit into the part before.
    rest: Bytes,
}

impl Parts {
    fn new(frame: Frame) -> Self {
        Self { left: frame.len, frame, begun: false, rest: Bytes::new() }
    }

    /// The next part; `None` after the last.
    fn next(&mut self) -> Result<Option<Bytes>, Status> {
        let mut part = BytesMut::new();
        if !self.begun {
            self.begun = true;
            let len = u32::try_from(self.left).map_err(|_| Status::internal("a response is larger than 4 GiB"))?;
            part.reserve(PART.min(self.left + 5));
            // gRPC over HTTP/2, "Length-Prefixed-Message": not compressed, then the length
            part.put_u8(0);
            part.put_u32(len);
        }
        while part.len() < PART {
            let mut piece = std::mem::take(&mut self.rest);
            if piece.is_empty() {
                let Some(next) = self.frame.pieces.next() else { break };
                piece = next;
            }
            self.left = self.left.checked_sub(piece.len()).ok_or_else(broken)?;
            if piece.len() >= LARGE && part.is_empty() {
                self.keep(piece.split_off(piece.len().min(PART)));
                return Ok(Some(piece));
            }
            if piece.len() >= LARGE {
                self.keep(piece);
                break;
            }
            part.reserve(piece.len().max(PART.min(self.left + piece.len()).saturating_sub(part.len())));
            part.put_slice(&piece);
        }
        if part.is_empty() {
            return if self.left == 0 { Ok(None) } else { Err(broken()) };
        }
        Ok(Some(part.freeze()))
    }

    /// Keeps what is not sent yet.
    fn keep(&mut self, rest: Bytes) {
        self.left += rest.len();
        self.rest = rest;
    }
}

/// The pieces are not as long as they were said to be: the message would never end, or run into the next.
fn broken() -> Status {
    Status::internal("a response has another length than announced")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(len: usize, pieces: Vec<Bytes>) -> Result<Vec<Bytes>, String> {
        let mut parts = Parts::new(Frame::new(len, pieces.into_iter()));
        let mut out = Vec::new();
        while let Some(part) = parts.next().map_err(|s| s.message().to_owned())? {
            out.push(part);
        }
        Ok(out)
    }

    #[test]
    fn parts_are_the_message_behind_its_length() {
        for sizes in
            [vec![], vec![1, 0, 2], vec![100; 1000], vec![LARGE, 3, 200_000, 1, PART, PART - 1, 7], vec![LARGE - 1; 9]]
        {
            let pieces: Vec<Bytes> = sizes
                .iter()
                .enumerate()
                .map(|(i, size)| (0..*size).map(|at| u8::try_from((at * 7 + i) % 251).unwrap_or(0)).collect())
                .collect();
            let message: Vec<u8> = pieces.concat();
            let parts = all(message.len(), pieces).unwrap_or_default();
            let sent: Vec<u8> = parts.concat();
            assert_eq!(sent.first(), Some(&0), "{sizes:?}");
            assert_eq!(sent.get(1..5), Some(&u32::try_from(message.len()).unwrap_or(0).to_be_bytes()[..]), "{sizes:?}");
            assert!(sent[5..] == message[..], "{sizes:?}");
            assert!(parts.iter().all(|p| p.len() <= PART + LARGE), "no part is larger than a part: {sizes:?}");
        }
    }

    #[test]
    fn a_large_piece_is_not_copied() {
        let piece = Bytes::from(vec![1; 3 * PART]);
        let parts = all(piece.len(), vec![piece.clone()]).unwrap_or_default();
        assert_eq!(parts[1].as_ptr(), piece.as_ptr());
        assert_eq!(parts.len(), 4);
    }

    #[test]
    fn a_wrong_length_ends_the_stream() {
        let piece = || vec![Bytes::from_static(b"abc")];
        assert!(all(2, piece()).is_err());
        assert!(all(4, piece()).is_err());
        assert!(all(3, piece()).is_ok());
    }
}
