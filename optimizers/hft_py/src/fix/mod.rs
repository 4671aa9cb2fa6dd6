//! FIX 4.2: codec, dictionary, session state machine, message store, sockets.

pub mod application;
pub mod codec;
pub mod dictionary;
pub mod io;
pub mod link;
pub mod session;
pub mod store;
