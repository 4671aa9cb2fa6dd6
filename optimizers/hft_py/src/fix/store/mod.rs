//! Where a session keeps its sequence numbers and the messages it may have to send again.

mod disk;
mod file;
mod memory;
mod records;
mod syncer;

#[cfg(feature = "python")]
pub(crate) use disk::hook::exit_at as exit_at_write;
pub use file::{FileStore, Recovery, Sync};
pub use memory::MemoryStore;
pub use syncer::Syncer;

use std::io;

/// Sequence numbers and outbound messages of one session.
///
/// What a method stored counts as kept once it has returned `Ok`, as durably as the store
/// promises. After an error nothing of the call counts as stored.
pub trait Store: Send {
    /// The number of the next message expected from the peer, from 1.
    fn next_in(&self) -> u32;

    /// The number of the next message to send, from 1.
    fn next_out(&self) -> u32;

    /// When the numbers last started at 1, in nanoseconds UTC.
    fn created(&self) -> i64;

    /// Keep an outbound message before it is written to the peer; `next_out` becomes `seq + 1`.
    ///
    /// # Errors
    /// What the medium reports: a full disk, for example.
    fn append(&mut self, seq: u32, message: &[u8]) -> io::Result<()>;

    /// Set the number of the next message expected from the peer.
    ///
    /// # Errors
    /// What the medium reports.
    fn set_next_in(&mut self, next: u32) -> io::Result<()>;

    /// Set the number of the next message to send. Numbers left out have no message.
    ///
    /// # Errors
    /// What the medium reports.
    fn set_next_out(&mut self, next: u32) -> io::Result<()>;

    /// Visit the messages kept with numbers `from..=to` in ascending order, until `visit` returns
    /// false. Numbers without a message are left out. No more than one piece of the range is in
    /// memory at a time.
    ///
    /// # Errors
    /// What the medium reports.
    fn read(&self, from: u32, to: u32, visit: &mut dyn FnMut(u32, &[u8]) -> bool)
    -> io::Result<()>;

    /// Forget all messages, set both numbers to 1 and the time of creation to `now`.
    ///
    /// # Errors
    /// What the medium reports.
    fn reset(&mut self, now: i64) -> io::Result<()>;
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn next_in(&self) -> u32 {
        (**self).next_in()
    }

    fn next_out(&self) -> u32 {
        (**self).next_out()
    }

    fn created(&self) -> i64 {
        (**self).created()
    }

    fn append(&mut self, seq: u32, message: &[u8]) -> io::Result<()> {
        (**self).append(seq, message)
    }

    fn set_next_in(&mut self, next: u32) -> io::Result<()> {
        (**self).set_next_in(next)
    }

    fn set_next_out(&mut self, next: u32) -> io::Result<()> {
        (**self).set_next_out(next)
    }

    fn read(
        &self,
        from: u32,
        to: u32,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> io::Result<()> {
        (**self).read(from, to, visit)
    }

    fn reset(&mut self, now: i64) -> io::Result<()> {
        (**self).reset(now)
    }
}
