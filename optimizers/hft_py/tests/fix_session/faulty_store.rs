//! A store that fails, or forgets.

use hft_py::fix::store::{MemoryStore, Store};
use std::io;

/// A store whose writes fail after a while, or which forgets messages.
#[derive(Clone)]
pub struct FaultyStore {
    pub kept: MemoryStore,
    /// How many writes still succeed; none is without end.
    pub writes: Option<u32>,
    pub forgets: bool,
}

impl FaultyStore {
    fn write(&mut self) -> io::Result<()> {
        match &mut self.writes {
            Some(0) => Err(io::Error::other("the disk is full")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Store for FaultyStore {
    fn next_in(&self) -> u32 {
        self.kept.next_in()
    }

    fn next_out(&self) -> u32 {
        self.kept.next_out()
    }

    fn created(&self) -> i64 {
        self.kept.created()
    }

    fn append(&mut self, seq: u32, message: &[u8]) -> io::Result<()> {
        self.write()?;
        self.kept.append(seq, message)
    }

    fn set_next_in(&mut self, next: u32) -> io::Result<()> {
        self.write()?;
        self.kept.set_next_in(next)
    }

    fn set_next_out(&mut self, next: u32) -> io::Result<()> {
        self.write()?;
        self.kept.set_next_out(next)
    }

    fn read(
        &self,
        from: u32,
        to: u32,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> io::Result<()> {
        if self.forgets {
            return Ok(());
        }
        self.kept.read(from, to, visit)
    }

    fn reset(&mut self, now: i64) -> io::Result<()> {
        self.write()?;
        self.kept.reset(now)
    }
}
