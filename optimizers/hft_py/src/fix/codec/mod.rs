//! Tag=value messages: found in a stream, indexed without copies, read, and written.
//!
//! [`frame`] finds where a message ends and checks its BodyLength and CheckSum; [`Index::scan`]
//! finds its fields; a [`View`] reads them out of the received bytes. A warm [`Index`] and a warm
//! [`Encoder`] allocate nothing. Both passes take time proportional to the bytes of the message.

mod encode;
mod frame;
mod groups;
mod message;
mod scan;
mod values;
pub(crate) mod words;

pub use encode::Encoder;
pub use frame::{Framed, Garble, SOH, frame};
pub use groups::{Entries, Group};
pub use message::{Message, View};
pub use scan::{DataTags, Field, Index};
pub use values::{
    Decimal, is_decimal, parse_date, parse_int, parse_time, parse_time_of_day, write_time,
};
pub(crate) use values::{is_date, is_time};
