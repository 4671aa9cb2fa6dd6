//! A session's messages and numbers in one append-only file, which a killed process leaves usable.
//!
//! The file begins with a header and two slots for the next inbound number, written in turn, so
//! that one of them is whole whatever happens. Records follow, each with its length, its kind, its
//! number and the CRC-32 of all that. [`FileStore::open`] reads them all once; a torn or damaged
//! tail is cut off and reported. In memory is one offset for each 64 KiB of the file.
//!
//! A record is written by one call at the known end of the file. When that fails (the disk is
//! full), what was written of it is cut off again and the store stays as it was: the caller gets the
//! error and may try again later. How far a message is safe once [`Store::append`] returns is the
//! [`Sync`] policy. A killed process loses nothing by any policy; a power cut may.

use super::Store;
use super::disk::{
    create, hook, lock, named, read_exact_at, read_write, sync_folder, write_all_at,
};
use super::records::{
    HEADER, LONGEST, MAGIC, MESSAGE, NEXT_OUT, Records, SLOT, START, crc, remember, slot_bytes,
    u32_at,
};
use super::syncer::{Dirty, Syncer};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// When a message is on the disk, beyond the operating system's cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Before [`Store::append`] returns, and so before the peer sees the message. A power cut loses nothing.
    Always,
    /// Within some milliseconds: a thread of the engine ([`Syncer`]) does it.
    Interval,
    /// When the operating system does it.
    Never,
}

/// What recovery found in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// How many whole records it read.
    pub records: u64,
    /// How many bytes it cut off the end, because a record there was torn or damaged.
    pub cut: u64,
}

/// A [`Store`] in a file.
#[derive(Debug)]
pub struct FileStore {
    path: PathBuf,
    file: Arc<File>,
    _lock: File,
    sync: Sync,
    syncer: Option<(Arc<Syncer>, Arc<Dirty>)>,
    created: i64,
    next_in: u32,
    next_out: u32,
    slot: u64,
    end: u64,
    /// Bytes beyond `end` that a failed write may have left.
    unclean: bool,
    /// Number and offset of a message's record, ascending in both.
    index: Vec<(u32, u64)>,
    record: Vec<u8>,
    recovery: Recovery,
}

impl FileStore {
    /// Open the store at `path`, or create it with the creation time `now` (UTC, nanoseconds).
    ///
    /// `syncer` does the work of [`Sync::Interval`] and is required for it.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if another process (or another session of this one) has the store open;
    /// `InvalidData` if the file is none of ours; else what the operating system says.
    pub fn open(
        path: &Path,
        now: i64,
        sync: Sync,
        syncer: Option<Arc<Syncer>>,
    ) -> io::Result<Self> {
        let lock = lock(path)?;
        let file = match read_write().open(path) {
            Ok(file) if file.metadata()?.len() >= START => file,
            // Absent, or a process was killed while it created the file: it holds nothing.
            Ok(_) => create(path, now, 1, 1)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(path, now, 1, 1)?,
            Err(error) => return Err(named(path, &error)),
        };
        let syncer = match (sync, syncer) {
            (Sync::Interval, Some(syncer)) => Some((syncer, Arc::new(Dirty::default()))),
            (Sync::Interval, None) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "the policy `interval` needs a syncer",
                ));
            }
            _ => None,
        };
        let mut store = Self {
            path: path.to_owned(),
            file: Arc::new(file),
            _lock: lock,
            sync,
            syncer,
            created: 0,
            next_in: 1,
            next_out: 1,
            slot: 0,
            end: START,
            unclean: false,
            index: Vec::new(),
            record: Vec::new(),
            recovery: Recovery::default(),
        };
        store.recover()?;
        store.watch();
        Ok(store)
    }

    /// What recovery found when the store was opened.
    pub fn recovery(&self) -> Recovery {
        self.recovery
    }

    fn recover(&mut self) -> io::Result<()> {
        let mut header = [0; START as usize];
        read_exact_at(&self.file, &mut header, 0)?;
        let (magic, rest) = header.split_at(8);
        if magic != MAGIC || crc(&[&header[..16]]) != u32_at(rest, 8) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "{} is no message store of this library; name another folder",
                    self.path.display()
                ),
            ));
        }
        self.created = i64::from_le_bytes(rest[..8].try_into().expect("eight bytes"));
        let mut newest = 0;
        for slot in 0..2 {
            let at = (HEADER + slot * SLOT) as usize;
            let bytes = &header[at..at + 12];
            let turn = u32_at(bytes, 4);
            if crc(&[&bytes[..8]]) == u32_at(bytes, 8) && turn >= newest {
                (newest, self.next_in, self.slot) = (turn, u32_at(bytes, 0), u64::from(turn));
            }
        }
        let length = self.file.metadata()?.len();
        let mut records = Records::new(&self.file, START, length);
        let (mut next_out, mut index, mut count) = (1, Vec::new(), 0);
        while let Some((at, kind, number, _)) = records.next()? {
            // Numbers ascend; what does not is no record of ours.
            match kind {
                MESSAGE if number >= next_out => {
                    remember(&mut index, number, at);
                    next_out = number + 1;
                }
                NEXT_OUT if number >= next_out => next_out = number,
                _ => break,
            }
            count += 1;
            self.end = records.at;
        }
        (self.next_out, self.index) = (next_out, index);
        self.recovery = Recovery {
            records: count,
            cut: length - self.end,
        };
        if self.recovery.cut > 0 {
            self.file.set_len(self.end)?;
        }
        Ok(())
    }

    /// Write a record at the end; nothing changes if that fails.
    fn write(&mut self, kind: u8, number: u32, body: &[u8]) -> io::Result<u64> {
        if self.unclean {
            self.file
                .set_len(self.end)
                .map_err(|error| named(&self.path, &error))?;
            self.unclean = false;
        }
        let length = u32::try_from(body.len())
            .ok()
            .filter(|length| *length <= LONGEST);
        let Some(length) = length else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "a message of {} bytes is longer than the store takes",
                    body.len()
                ),
            ));
        };
        let mut head = [0; 9];
        head[..4].copy_from_slice(&length.to_le_bytes());
        head[4] = kind;
        head[5..].copy_from_slice(&number.to_le_bytes());
        self.record.clear();
        self.record.extend_from_slice(&head);
        self.record
            .extend_from_slice(&crc(&[&head, body]).to_le_bytes());
        self.record.extend_from_slice(body);
        let written = (|| {
            hook::before_write();
            write_all_at(&self.file, &self.record, self.end)?;
            hook::after_write();
            match (&self.syncer, self.sync) {
                (_, Sync::Always) => self.file.sync_data(),
                (Some((_, dirty)), _) => dirty.mark(),
                _ => Ok(()),
            }
        })();
        if let Err(error) = written {
            self.unclean = self.file.set_len(self.end).is_err();
            return Err(named(&self.path, &error));
        }
        let at = self.end;
        self.end += self.record.len() as u64;
        Ok(at)
    }

    /// Put a file with the messages below `next_out` in the place of this one.
    fn rewrite(&mut self, created: i64, next_in: u32, next_out: u32) -> io::Result<()> {
        let temporary = self.path.with_extension("new");
        let file = create(&temporary, created, next_in, 1)?;
        let mut fresh = Self {
            path: temporary.clone(),
            file: Arc::new(file),
            _lock: self._lock.try_clone()?,
            sync: Sync::Never,
            syncer: None,
            created,
            next_in,
            next_out: 1,
            slot: 1,
            end: START,
            unclean: false,
            index: Vec::new(),
            record: Vec::new(),
            recovery: self.recovery,
        };
        if next_out > 1 {
            let mut failed = Ok(());
            self.read(1, next_out - 1, &mut |number, message| {
                failed = fresh.append(number, message);
                failed.is_ok()
            })?;
            failed?;
            fresh.set_next_out(next_out)?;
        }
        if self.sync != Sync::Never {
            fresh.file.sync_all()?;
        }
        std::fs::rename(&temporary, &self.path).map_err(|error| named(&self.path, &error))?;
        if self.sync != Sync::Never {
            sync_folder(&self.path)?;
        }
        self.file = fresh.file;
        self.created = created;
        (self.next_in, self.next_out, self.slot) = (next_in, next_out, fresh.slot);
        (self.end, self.index, self.unclean) = (fresh.end, fresh.index, false);
        self.watch();
        Ok(())
    }

    /// Tell the syncer which file is ours.
    fn watch(&self) {
        if let Some((syncer, dirty)) = &self.syncer {
            syncer.watch(&self.file, dirty);
        }
    }
}

impl Store for FileStore {
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
        if seq < self.next_out {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "message {seq} is stored already; the next one is {}",
                    self.next_out
                ),
            ));
        }
        let at = self.write(MESSAGE, seq, message)?;
        remember(&mut self.index, seq, at);
        self.next_out = seq + 1;
        Ok(())
    }

    fn set_next_in(&mut self, next: u32) -> io::Result<()> {
        if next == self.next_in {
            return Ok(());
        }
        let turn = self.slot + 1;
        let slot = slot_bytes(next, turn as u32);
        hook::before_write();
        write_all_at(&self.file, &slot, HEADER + turn % 2 * SLOT)
            .map_err(|error| named(&self.path, &error))?;
        hook::after_write();
        (self.slot, self.next_in) = (turn, next);
        Ok(())
    }

    fn set_next_out(&mut self, next: u32) -> io::Result<()> {
        if next < self.next_out {
            return self.rewrite(self.created, self.next_in, next);
        }
        if next > self.next_out {
            self.write(NEXT_OUT, next, &[])?;
            self.next_out = next;
        }
        Ok(())
    }

    fn read(
        &self,
        from: u32,
        to: u32,
        visit: &mut dyn FnMut(u32, &[u8]) -> bool,
    ) -> io::Result<()> {
        let entry = self.index.partition_point(|(number, _)| *number <= from);
        let start = entry
            .checked_sub(1)
            .map_or(START, |entry| self.index[entry].1);
        let mut records = Records::new(&self.file, start, self.end);
        while let Some((_, kind, number, body)) = records.next()? {
            if number > to {
                break;
            }
            if kind == MESSAGE && number >= from && !visit(number, body) {
                break;
            }
        }
        if records.damaged {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} was damaged while it was open", self.path.display()),
            ));
        }
        Ok(())
    }

    fn reset(&mut self, now: i64) -> io::Result<()> {
        self.rewrite(now, 1, 1)
    }
}
