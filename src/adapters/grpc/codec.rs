//! The raw codec: a response writes itself into the stream's buffer, from pieces that were encoded once.

use std::marker::PhantomData;

use bytes::BufMut;
use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, EncodeBuf, Encoder};

/// A message that knows how to write itself.
pub trait WriteMessage: Send {
    /// How many bytes it writes.
    fn len(&self) -> usize;
    /// Whether it writes none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Writes it.
    fn write(&self, out: &mut dyn BufMut);
}

/// A response on its way out.
pub struct Frame(pub Box<dyn WriteMessage>);

/// Decodes requests with prost, and lets responses write themselves.
pub struct RawCodec<D>(PhantomData<D>);

impl<D> Default for RawCodec<D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// The encoding half of [`RawCodec`].
pub struct RawEncoder;

impl Encoder for RawEncoder {
    type Item = Frame;
    type Error = Status;

    fn encode(&mut self, item: Frame, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.reserve(item.0.len());
        item.0.write(out);
        Ok(())
    }
}

impl<D: Message + Default + Send + 'static> Codec for RawCodec<D> {
    type Encode = Frame;
    type Decode = D;
    type Encoder = RawEncoder;
    type Decoder = tonic_prost::ProstDecoder<D>;

    fn encoder(&mut self) -> RawEncoder {
        RawEncoder
    }

    fn decoder(&mut self) -> Self::Decoder {
        tonic_prost::ProstCodec::<D, D>::raw_decoder(Default::default())
    }
}
