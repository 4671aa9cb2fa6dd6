//! Name, description and parameters of a strategy, and their table in the C interface.

use crate::Parameter;
use crate::ffi::{self, Description};
use std::ffi::{CString, c_char};
use std::sync::OnceLock;

/// Name, description and parameters of a strategy.
#[derive(Debug)]
pub struct Described {
    name: &'static str,
    doc: String,
    parameters: Vec<Parameter>,
    table: OnceLock<Table>,
}

#[derive(Debug)]
struct Table(&'static Description);

// SAFETY: what the pointers of a description lead to is never written or freed.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

impl Described {
    /// From the name and the lines of a doc comment.
    #[must_use]
    pub fn new(name: &'static str, doc: &[&str], parameters: Vec<Parameter>) -> Self {
        Self {
            name,
            doc: text(doc),
            parameters,
            table: OnceLock::new(),
        }
    }

    /// The parameter of this index.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index)
    }

    /// The table of the C interface, made at the first call and kept.
    pub(crate) fn table(&self, allow_cash: bool, uses_current: bool) -> *const Description {
        let table = self.table.get_or_init(|| {
            let parameters: Vec<_> = self.parameters.iter().map(Parameter::table).collect();
            let flag = |on, flag| if on { flag } else { 0 };
            Table(Box::leak(Box::new(Description {
                name: leaked(self.name),
                doc: leaked(&self.doc),
                flags: flag(allow_cash, ffi::ALLOWS_CASH) | flag(uses_current, ffi::USES_CURRENT),
                count: parameters.len() as u32,
                parameters: parameters.leak().as_ptr(),
            })))
        });
        table.0
    }
}

/// The lines of a doc comment, without the space that each begins with.
pub(crate) fn text(lines: &[&str]) -> String {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.join("\n")
}

/// A string of the C interface, never freed: there is one for each strategy of a library.
pub(crate) fn leaked(text: &str) -> *const c_char {
    CString::new(text.replace('\0', ""))
        .unwrap_or_default()
        .into_raw()
}
