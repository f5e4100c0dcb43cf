//! Encoded pieces by their bytes: what is the same in many resources, and in many views, is in memory once.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::super::build::Rope;

/// Pieces that are shorter cost less than the bookkeeping.
const WORTH: usize = 64;

/// The pieces that stand, by the hash of their bytes. One that nothing else holds any more goes with the next sweep.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    by_hash: BTreeMap<u128, Bytes>,
    /// How many there may be before the next sweep.
    room: usize,
}

impl Fragments {
    /// The piece with these bytes: one that stands, or this one, which stands from now on. Sharing compares bytes, not hashes.
    pub(super) fn share(&mut self, piece: Bytes) -> Bytes {
        if piece.len() < WORTH {
            return piece;
        }
        let hash = xxhash_rust::xxh3::xxh3_128(&piece);
        match self.by_hash.get(&hash) {
            Some(standing) if *standing == piece => standing.clone(),
            Some(_) => piece,
            None => {
                self.sweep();
                self.by_hash.insert(hash, piece.clone());
                piece
            }
        }
    }

    /// The rope of shared pieces. One of a single piece is a resource of its own, which nothing else holds.
    pub(super) fn share_rope(&mut self, rope: Rope) -> Rope {
        if rope.len() < 2 {
            return rope;
        }
        rope.iter().map(|piece| self.share(piece.clone())).collect::<Arc<[Bytes]>>()
    }

    /// Lets go of what nobody holds, once there are an eighth more than were held the last time.
    fn sweep(&mut self) {
        if self.by_hash.len() < self.room.max(256) {
            return;
        }
        self.by_hash.retain(|_, piece| !piece.is_unique());
        self.room = self.by_hash.len() + self.by_hash.len() / 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pieces_are_one_and_what_nobody_holds_goes() {
        let mut fragments = Fragments::default();
        let piece = |n: usize| Bytes::from(format!("{n:0100}"));
        let held = fragments.share(piece(7));
        assert_eq!(fragments.share(piece(7)).as_ptr(), held.as_ptr());
        let rope = fragments.share_rope([piece(1), piece(7)].into());
        assert_eq!(rope[1].as_ptr(), held.as_ptr());
        for n in 0..10_000 {
            assert_eq!(fragments.share(piece(n)), piece(n));
        }
        assert!(fragments.by_hash.len() <= 256, "{}", fragments.by_hash.len());
        assert_eq!(fragments.share(piece(7)).as_ptr(), held.as_ptr());
    }
}
