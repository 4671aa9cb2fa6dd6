//! A store that lasts as long as the process: for tests, for simulations, and for sessions that
//! start at 1 with each logon.

use super::Store;
use std::collections::BTreeMap;
use std::io;

/// Messages and numbers in memory. Each message costs its bytes and about 40 more.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    next_in: u32,
    next_out: u32,
    created: i64,
    messages: BTreeMap<u32, Box<[u8]>>,
}

impl MemoryStore {
    /// An empty store whose numbers start at 1 at the time `now`, in nanoseconds UTC.
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self {
            next_in: 1,
            next_out: 1,
            created: now,
            messages: BTreeMap::new(),
        }
    }
}

impl Store for MemoryStore {
    fn next_in(&self) -> u32 {
        self.next_in
    }

    fn next_out(&self) -> u32 {
        self.next_out
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn append(&mut self, seq: u32, message: &[u8]) -> io::Result<()> {
        self.messages.insert(seq, message.into());
        self.next_out = seq + 1;
        Ok(())
    }

    fn set_next_in(&mut self, next: u32) -> io::Result<()> {
        self.next_in = next;
        Ok(())
    }

    fn set_next_out(&mut self, next: u32) -> io::Result<()> {
        self.next_out = next;
        Ok(())
    }

    fn read(
        &self,
        from: u32,
        to: u32,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> io::Result<()> {
        if from > to {
            return Ok(());
        }
        for (&seq, message) in self.messages.range(from..=to) {
            if !visit(seq, message) {
                break;
            }
        }
        Ok(())
    }

    fn reset(&mut self, now: i64) -> io::Result<()> {
        *self = Self::new(now);
        Ok(())
    }
}
