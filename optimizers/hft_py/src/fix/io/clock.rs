//! The clocks of an engine.

use crate::fix::session::Now;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since 1970-01-01 UTC.
pub(crate) fn utc() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Both clocks.
pub(super) fn now() -> Now {
    Now {
        utc: utc(),
        monotonic: monotonic(),
    }
}

/// Nanoseconds since this process first asked.
pub(super) fn monotonic() -> i64 {
    nanoseconds(START.elapsed())
}

pub(super) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
