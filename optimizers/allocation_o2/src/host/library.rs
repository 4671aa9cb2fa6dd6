//! Opening the library of a strategy.

use super::{Error, Kind};
use allocation_o2::ffi::{Interface, SYMBOL, VERSION};
use std::path::Path;
use std::sync::Arc;

/// Open a library, which runs the code in it.
///
/// It is never closed: a thread or a thread-local value of the strategy may outlive its last
/// instance. A file that is opened again takes no further memory.
///
/// # Errors
/// The file is no library for this machine, exports no strategy, or one of another version.
pub fn open(path: &Path) -> Result<Arc<Kind>, Error> {
    let shown = path.display();
    let library = load(path).map_err(|cause| {
        Error::Library(format!(
            "{shown} cannot be opened as a library: {}",
            words(&cause)
        ))
    })?;
    type Entry = unsafe extern "C" fn() -> *const Interface;
    // SAFETY: a symbol of this name is a function of this type, or the library breaks its contract.
    let entry = unsafe { library.get::<Entry>(SYMBOL.as_bytes()) }.map_err(|_| {
        Error::Library(format!(
            "{shown} has no symbol {SYMBOL}: expected a compiled strategy, whose file ends with \
             export!(NAME)"
        ))
    })?;
    // SAFETY: as above.
    let table = unsafe { entry() };
    std::mem::forget(library);
    if table.is_null() {
        return Err(Error::Library(format!(
            "{shown} returns no interface from {SYMBOL}"
        )));
    }
    // SAFETY: the first member of the table is its version, in every version.
    let version = unsafe { table.cast::<u32>().read() };
    if version != VERSION {
        return Err(Error::Library(format!(
            "{shown} has version {version} of the interface, expected {VERSION}: compile the \
             strategy again with this version of allocation_o2"
        )));
    }
    // SAFETY: a table of this version stays valid while the library is open, which is for ever.
    Kind::new(unsafe { &*table })
}

#[cfg(unix)]
fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // All symbols now: one that is missing would end the process when it is first called.
    // SAFETY: the user asked to run this library's code.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

#[cfg(not(unix))]
fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: the user asked to run this library's code.
    unsafe { libloading::Library::new(path) }
}

fn words(error: &libloading::Error) -> String {
    use std::error::Error;
    match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}
