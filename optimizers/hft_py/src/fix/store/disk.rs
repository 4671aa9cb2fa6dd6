//! Opening, locking and writing the file of a message store.

use super::records::{HEADER, MAGIC, SLOT, START, crc, slot_bytes};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

pub(super) fn read_write() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options
}

/// A new file at `path`, whole before it has that name.
pub(super) fn create(path: &Path, created: i64, next_in: u32, turn: u32) -> io::Result<File> {
    let temporary = path.with_extension("tmp");
    let file = read_write()
        .create(true)
        .truncate(true)
        .open(&temporary)
        .map_err(|error| named(&temporary, &error))?;
    let mut header = Vec::from(MAGIC);
    header.extend_from_slice(&created.to_le_bytes());
    header.extend_from_slice(&crc(&[&header]).to_le_bytes());
    header.resize((HEADER + u64::from(turn % 2) * SLOT) as usize, 0);
    header.extend_from_slice(&slot_bytes(next_in, turn));
    header.resize(START as usize, 0);
    hook::before_write();
    write_all_at(&file, &header, 0).map_err(|error| named(&temporary, &error))?;
    hook::after_write();
    std::fs::rename(&temporary, path).map_err(|error| named(path, &error))?;
    Ok(file)
}

/// The lock is a file of its own: the store's file is replaced at a reset.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let at = path.with_extension("lock");
    let file = read_write()
        .create(true)
        .truncate(false)
        .open(&at)
        .map_err(|error| named(&at, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::WouldBlock,
            format!(
                "the message store {} is open already, in this process or in another; \
                 close that one, or give the session a folder of its own",
                path.display()
            ),
        )),
        Err(TryLockError::Error(error)) => Err(named(&at, &error)),
    }
}

pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Read at an offset; the file's own position means nothing to a store.
pub(super) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset);
    #[cfg(not(unix))]
    {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = file;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(buffer)
    }
}

/// Write at an offset.
pub(super) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, bytes, offset);
    #[cfg(not(unix))]
    {
        use std::io::{Seek, SeekFrom, Write};
        let mut file = file;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }
}

/// For tests of recovery: the process ends itself at its n-th write, as if killed.
pub(crate) mod hook {
    use std::sync::atomic::{AtomicI64, Ordering};

    static LEFT: AtomicI64 = AtomicI64::new(0);

    /// End the process before write `n / 2` if `n` is odd, after it if even; 0 never.
    #[cfg(feature = "python")]
    pub(crate) fn exit_at(n: i64) {
        LEFT.store(n, Ordering::Relaxed);
    }

    fn count() {
        if LEFT.load(Ordering::Relaxed) > 0 && LEFT.fetch_sub(1, Ordering::Relaxed) == 1 {
            std::process::abort();
        }
    }

    pub(in crate::fix::store) fn before_write() {
        count();
    }

    pub(in crate::fix::store) fn after_write() {
        count();
    }
}
