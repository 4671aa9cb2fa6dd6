//! A bound on the lines of the log that a peer may cause.

/// Lines in a second; others are counted.
const LINES_A_SECOND: u32 = 50;

/// Bounds the lines that a peer may cause.
#[derive(Default)]
pub(super) struct Allowance {
    second: i64,
    used: u32,
    left_out: u64,
}

impl Allowance {
    /// Whether one more line is allowed in this second; then what was left out before.
    pub(super) fn take(&mut self, now: i64) -> Option<String> {
        if now - self.second >= 1_000_000_000 {
            (self.second, self.used) = (now, 0);
        }
        if self.used >= LINES_A_SECOND {
            self.left_out += 1;
            return None;
        }
        self.used += 1;
        Some(match std::mem::take(&mut self.left_out) {
            0 => String::new(),
            n => format!(" (and {n} lines before it that were left out)"),
        })
    }
}
