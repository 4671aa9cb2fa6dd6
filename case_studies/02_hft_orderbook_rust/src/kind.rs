//! A book chosen at run time: the choice is made once a batch, not once an event.

use crate::{BTreeMapBook, Book, CachedHashMapBook, HashMapBook, RingBook, VecBook};

macro_rules! kinds {
    ($($kind:ident, $book:ident, $name:literal, $what:literal;)*) => {
        /// The books there are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum BookKind {
            $(#[doc = $what] $kind,)*
        }

        impl BookKind {
            /// All of them, the published baseline first.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its short name, as Python knows it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            /// The kind of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }

        /// A book of any kind.
        #[derive(Clone, Debug)]
        pub enum AnyBook {
            $(#[doc = $what] $kind($book),)*
        }

        impl AnyBook {
            /// An empty book.
            #[must_use]
            pub fn new(kind: BookKind) -> Self {
                match kind { $(BookKind::$kind => Self::$kind($book::default())),* }
            }

            /// Its kind.
            #[must_use]
            pub const fn kind(&self) -> BookKind {
                match self { $(Self::$kind(_) => BookKind::$kind),* }
            }

            /// Let a visitor work on the book itself, with its type known.
            pub fn with<V: Visitor>(&mut self, visitor: V) -> V::Output {
                match self { $(Self::$kind(book) => visitor.visit(book)),* }
            }
        }
    };
}

kinds! {
    HashScan, HashMapBook, "hash_scan", "[`HashMapBook`]";
    HashCached, CachedHashMapBook, "hash_cached", "[`CachedHashMapBook`]";
    BTree, BTreeMapBook, "btree", "[`BTreeMapBook`]";
    Vec, VecBook, "vec", "[`VecBook`]";
    Ring, RingBook, "ring", "[`RingBook`]";
}

/// Work that can be done on any book.
pub trait Visitor {
    /// What it yields.
    type Output;

    /// Do it.
    fn visit<B: Book>(self, book: &mut B) -> Self::Output;
}
