//! A book chosen at run time: the choice is made once a batch, not once an event.

use crate::{BTreeMapBook, CachedHashMapBook, HashMapBook, RingBook, VecBook};

/// A book of any kind.
#[derive(Clone, Debug)]
pub(super) enum AnyBook {
    HashScan(HashMapBook),
    HashCached(CachedHashMapBook),
    BTree(BTreeMapBook),
    Vec(VecBook),
    Ring(RingBook),
}

impl AnyBook {
    /// The names of the kinds, the published baseline first.
    pub(super) const NAMES: [&str; 5] = ["hash_scan", "hash_cached", "btree", "vec", "ring"];

    /// An empty book of the kind of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "hash_scan" => Self::HashScan(HashMapBook::default()),
            "hash_cached" => Self::HashCached(CachedHashMapBook::default()),
            "btree" => Self::BTree(BTreeMapBook::default()),
            "vec" => Self::Vec(VecBook::default()),
            "ring" => Self::Ring(RingBook::default()),
            _ => return None,
        })
    }

    /// The name of its kind.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::HashScan(_) => "hash_scan",
            Self::HashCached(_) => "hash_cached",
            Self::BTree(_) => "btree",
            Self::Vec(_) => "vec",
            Self::Ring(_) => "ring",
        }
    }
}

/// Evaluate an expression with the book inside, its type known.
macro_rules! with_book {
    ($any:expr, $book:ident => $body:expr) => {
        match $any {
            AnyBook::HashScan($book) => $body,
            AnyBook::HashCached($book) => $body,
            AnyBook::BTree($book) => $body,
            AnyBook::Vec($book) => $body,
            AnyBook::Ring($book) => $body,
        }
    };
}
pub(super) use with_book;
