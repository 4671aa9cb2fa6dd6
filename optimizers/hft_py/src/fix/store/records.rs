//! What the file of a message store consists of, and reading it record by record.

use super::disk::read_exact_at;
use std::fs::File;
use std::io;

pub(super) const MAGIC: &[u8; 8] = b"QPPFIX01";
/// Magic, creation time, CRC-32 and padding; then two slots.
pub(super) const HEADER: u64 = 24;
pub(super) const SLOT: u64 = 16;
pub(super) const START: u64 = HEADER + 2 * SLOT;
/// Length (4), kind (1), number (4), CRC-32 (4).
pub(super) const PREFIX: usize = 13;
pub(super) const MESSAGE: u8 = b'M';
pub(super) const NEXT_OUT: u8 = b'N';
/// One entry of the index for so many bytes of the file.
pub(super) const STRIDE: u64 = 64 * 1024;
/// How much of the file is read at once.
pub(super) const WINDOW: usize = 256 * 1024;
/// No record is longer; a length that is belongs to a damaged record.
pub(super) const LONGEST: u32 = 64 * 1024 * 1024;

/// Offset, kind, number and body.
pub(super) type Record<'a> = (u64, u8, u32, &'a [u8]);

/// Whole records from an offset on, through a window of the file.
pub(super) struct Records<'a> {
    file: &'a File,
    pub(super) at: u64,
    end: u64,
    buffer: Vec<u8>,
    /// Offset in the file of the buffer's first byte.
    base: u64,
    pub(super) damaged: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(file: &'a File, at: u64, end: u64) -> Self {
        Self {
            file,
            at,
            end,
            buffer: Vec::new(),
            base: at,
            damaged: false,
        }
    }

    /// The next one; `None` at the end and before a record that is not whole.
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        let at = self.at;
        if !self.fill(PREFIX)? {
            self.damaged = self.at != self.end;
            return Ok(None);
        }
        let head = &self.buffer[(at - self.base) as usize..];
        let length = u32_at(head, 0);
        let (kind, number, sum) = (head[4], u32_at(head, 5), u32_at(head, 9));
        if length > LONGEST || !self.fill(PREFIX + length as usize)? {
            self.damaged = true;
            return Ok(None);
        }
        let start = (at - self.base) as usize;
        let record = &self.buffer[start..start + PREFIX + length as usize];
        if crc(&[&record[..9], &record[PREFIX..]]) != sum {
            self.damaged = true;
            return Ok(None);
        }
        self.at += record.len() as u64;
        Ok(Some((at, kind, number, &record[PREFIX..])))
    }

    /// Have `n` bytes from `at` on in the buffer, if the file holds so many.
    fn fill(&mut self, n: usize) -> io::Result<bool> {
        let have = self.base + self.buffer.len() as u64;
        if self.at + n as u64 <= have {
            return Ok(true);
        }
        if self.at + n as u64 > self.end {
            return Ok(false);
        }
        let size = n.max(WINDOW).min((self.end - self.at) as usize);
        self.buffer.resize(size, 0);
        read_exact_at(self.file, &mut self.buffer, self.at)?;
        self.base = self.at;
        Ok(true)
    }
}

/// Add to the index the first message of each stride.
pub(super) fn remember(index: &mut Vec<(u32, u64)>, number: u32, at: u64) {
    if index.last().is_none_or(|(_, last)| at - last >= STRIDE) {
        index.push((number, at));
    }
}

pub(super) fn crc(parts: &[&[u8]]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    for part in parts {
        sum.update(part);
    }
    sum.finalize()
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

pub(super) fn slot_bytes(next: u32, turn: u32) -> [u8; 12] {
    let mut slot = [0; 12];
    slot[..4].copy_from_slice(&next.to_le_bytes());
    slot[4..8].copy_from_slice(&turn.to_le_bytes());
    let sum = crc(&[&slot[..8]]);
    slot[8..].copy_from_slice(&sum.to_le_bytes());
    slot
}
