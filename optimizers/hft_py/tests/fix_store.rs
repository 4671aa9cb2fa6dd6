//! The message store in a file against a model in memory, through torn writes and damage.

#![cfg(feature = "fix")]

use hft_py::fix::store::{FileStore, MemoryStore, Store, Sync, Syncer};
use proptest::prelude::*;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("fix-store-{}-{n}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("FIX.4.2-A-B.store")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> FileStore {
    FileStore::open(path, 7, Sync::Never, None).unwrap()
}

/// All that a store tells.
fn contents(store: &impl Store) -> (u32, u32, i64, Vec<(u32, Vec<u8>)>) {
    let mut messages = Vec::new();
    let mut visit = |seq, message: &[u8]| {
        messages.push((seq, message.to_vec()));
        true
    };
    store.read(1, u32::MAX, &mut visit).unwrap();
    (store.next_in(), store.next_out(), store.created(), messages)
}

#[derive(Clone, Debug)]
enum Call {
    Append(u8, usize),
    In(u32),
    Out(i32),
    Reset(i64),
    Reopen,
    Read(u32, u32),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        8 => (any::<u8>(), 0..40_000usize).prop_map(|(byte, n)| Call::Append(byte, n)),
        4 => (1..1000u32).prop_map(Call::In),
        1 => (-9..9i32).prop_map(Call::Out),
        1 => any::<i64>().prop_map(Call::Reset),
        2 => Just(Call::Reopen),
        2 => (0..60u32, 0..60u32).prop_map(|(from, to)| Call::Read(from, to)),
    ];
    proptest::collection::vec(call, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_file_holds_what_the_memory_holds(calls in calls()) {
        let folder = Folder::new();
        let mut file = Some(open(&folder.file()));
        let mut model = MemoryStore::new(7);
        for call in calls {
            let store = file.as_mut().unwrap();
            match call {
                Call::Append(byte, n) => {
                    let (seq, message) = (model.next_out(), vec![byte; n]);
                    store.append(seq, &message).unwrap();
                    model.append(seq, &message).unwrap();
                }
                Call::In(next) => {
                    store.set_next_in(next).unwrap();
                    model.set_next_in(next).unwrap();
                }
                Call::Out(by) => {
                    let next = model.next_out().saturating_add_signed(by).max(1);
                    store.set_next_out(next).unwrap();
                    model.set_next_out(next).unwrap();
                    // Numbers that are used again have no message until then.
                    let kept = contents(&model).3.into_iter().filter(|(seq, _)| *seq < next);
                    let mut cut = MemoryStore::new(model.created());
                    for (seq, message) in kept {
                        cut.append(seq, &message).unwrap();
                    }
                    cut.set_next_out(next).unwrap();
                    cut.set_next_in(model.next_in()).unwrap();
                    model = cut;
                }
                Call::Reset(now) => {
                    store.reset(now).unwrap();
                    model.reset(now).unwrap();
                }
                Call::Reopen => {
                    drop(file.take());
                    let reopened = open(&folder.file());
                    prop_assert_eq!(reopened.recovery().cut, 0);
                    file = Some(reopened);
                }
                Call::Read(from, to) => {
                    let read = |store: &dyn Store| {
                        let mut seen = Vec::new();
                        store.read(from, to, &mut |seq, _| { seen.push(seq); seen.len() < 5 }).unwrap();
                        seen
                    };
                    prop_assert_eq!(read(store), read(&model));
                }
            }
            prop_assert_eq!(contents(file.as_ref().unwrap()), contents(&model));
        }
    }
}

#[test]
fn a_file_cut_anywhere_keeps_its_whole_records_and_says_what_it_lost() {
    let folder = Folder::new();
    let mut ends = Vec::new();
    {
        let mut store = open(&folder.file());
        store.set_next_in(42).unwrap();
        for seq in 1..=8 {
            store.append(seq, &vec![b'x'; seq as usize * 5]).unwrap();
            ends.push(fs::metadata(folder.file()).unwrap().len());
        }
    }
    let whole = fs::read(folder.file()).unwrap();
    let first = ends[0] as usize - 5 - 13;
    for length in first..=whole.len() {
        fs::write(folder.file(), &whole[..length]).unwrap();
        let mut store = open(&folder.file());
        let kept = ends.iter().filter(|end| **end <= length as u64).count() as u32;
        assert_eq!(
            (store.next_out(), store.next_in()),
            (kept + 1, 42),
            "{length}"
        );
        let end = if kept == 0 {
            first as u64
        } else {
            ends[kept as usize - 1]
        };
        assert_eq!(store.recovery().cut, length as u64 - end);
        store.append(kept + 1, b"next").unwrap();
        drop(store);
        let store = open(&folder.file());
        assert_eq!((store.recovery().cut, store.next_out()), (0, kept + 2));
    }
}

#[test]
fn damage_of_any_byte_loses_no_message_before_it_and_invents_none() {
    let folder = Folder::new();
    {
        let mut store = open(&folder.file());
        store.set_next_in(5).unwrap();
        store.set_next_in(6).unwrap();
        for seq in 1..=4 {
            store
                .append(seq, format!("message {seq}").as_bytes())
                .unwrap();
        }
    }
    let whole = fs::read(folder.file()).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        fs::write(folder.file(), &damaged).unwrap();
        match FileStore::open(&folder.file(), 7, Sync::Never, None) {
            Err(error) => {
                assert!(at < 20, "{at}: {error}");
                assert_eq!(error.kind(), ErrorKind::InvalidData);
            }
            Ok(store) => {
                // The slot not written last still counts: messages come twice rather than never.
                assert!(
                    [5, 6].contains(&store.next_in()),
                    "{at}: {}",
                    store.next_in()
                );
                let messages = contents(&store).3;
                let before = (at.saturating_sub(56) / (13 + 9)).min(4);
                assert_eq!(messages.len(), if at < 56 { 4 } else { before }, "{at}");
                for (seq, message) in messages {
                    assert_eq!(message, format!("message {seq}").as_bytes());
                }
            }
        }
    }
}

#[test]
fn one_store_is_open_once_and_another_file_is_refused() {
    let folder = Folder::new();
    let store = open(&folder.file());
    let second = FileStore::open(&folder.file(), 7, Sync::Never, None).unwrap_err();
    assert_eq!(second.kind(), ErrorKind::WouldBlock);
    assert!(second.to_string().contains("open already"), "{second}");
    drop(store);
    fs::write(folder.file(), [b'#'; 100]).unwrap();
    let foreign = FileStore::open(&folder.file(), 7, Sync::Never, None).unwrap_err();
    assert_eq!(foreign.kind(), ErrorKind::InvalidData);
    assert_eq!(fs::read(folder.file()).unwrap(), [b'#'; 100]);
}

#[test]
fn the_policies_keep_the_same_messages() {
    for sync in [Sync::Always, Sync::Interval, Sync::Never] {
        let folder = Folder::new();
        let syncer = Arc::new(Syncer::start(Duration::from_millis(1)).unwrap());
        {
            let mut store =
                FileStore::open(&folder.file(), 7, sync, Some(Arc::clone(&syncer))).unwrap();
            store.append(1, b"one").unwrap();
            store.reset(9).unwrap();
            store.append(1, b"two").unwrap();
        }
        drop(syncer);
        let store = open(&folder.file());
        assert_eq!(contents(&store), (1, 2, 9, vec![(1, b"two".to_vec())]));
    }
}
