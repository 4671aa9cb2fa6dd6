//! A kind of strategy: its description, checked once, and its functions.

use super::Error;
use allocation_o2::ffi::{self, Interface};
use std::ffi::{CStr, c_char};
use std::sync::Arc;

/// A kind of strategy, of which instances are made.
#[derive(Debug)]
pub struct Kind {
    /// The name of its class.
    pub name: String,
    /// Its description, possibly empty.
    pub doc: String,
    /// Weights may sum to less than one.
    pub allow_cash: bool,
    /// It reads the weights that are held.
    pub uses_current: bool,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    pub(super) table: &'static Interface,
}

/// A parameter of a strategy.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its description, possibly empty.
    pub doc: String,
    /// The value of an instance that is not given another.
    pub initial: Value,
    /// The least value allowed.
    pub low: Option<Value>,
    /// The largest value allowed.
    pub high: Option<Value>,
}

/// A value of a parameter, which has its type as well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// An integer not below zero.
    Whole(u64),
    /// A real number.
    Real(f64),
}

impl Value {
    fn new(kind: u32, bits: u64) -> Option<Self> {
        Some(match kind {
            ffi::BOOL => Self::Bool(bits != 0),
            ffi::INTEGER => Self::Integer(bits as i64),
            ffi::WHOLE => Self::Whole(bits),
            ffi::REAL => Self::Real(f64::from_bits(bits)),
            _ => return None,
        })
    }

    pub(super) fn bits(self) -> u64 {
        match self {
            Self::Bool(value) => value.into(),
            Self::Integer(value) => value as u64,
            Self::Whole(value) => value,
            Self::Real(value) => value.to_bits(),
        }
    }
}

impl Kind {
    /// From the table of a strategy, which must be of [`ffi::VERSION`].
    ///
    /// # Errors
    /// The strategy cannot describe itself.
    pub fn new(table: &'static Interface) -> Result<Arc<Self>, Error> {
        // SAFETY: the function of a table of this version.
        let found = unsafe { (table.describe)() };
        if found.is_null() {
            return Err(Error::Library(last_error(table)));
        }
        // SAFETY: a description, whose pointers stay valid.
        let found = unsafe { &*found };
        let parameters = match found.count {
            0 => &[][..],
            // SAFETY: as many parameters as the description says.
            count => unsafe { std::slice::from_raw_parts(found.parameters, count as usize) },
        };
        Ok(Arc::new(Self {
            name: text(found.name),
            doc: text(found.doc),
            allow_cash: found.flags & ffi::ALLOWS_CASH != 0,
            uses_current: found.flags & ffi::USES_CURRENT != 0,
            parameters: parameters.iter().map(parameter).collect::<Result<_, _>>()?,
            table,
        }))
    }

    /// The place and the declaration of a parameter.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn parameter(&self, name: &str) -> Result<(usize, &Parameter), Error> {
        let mut all = self.parameters.iter().enumerate();
        all.find(|(_, one)| one.name == name).ok_or_else(|| {
            let known: Vec<_> = self
                .parameters
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            let known = if known.is_empty() {
                "none".into()
            } else {
                known.join(", ")
            };
            Error::Parameter(format!(
                "{} has no parameter '{name}', its own: {known}",
                self.name
            ))
        })
    }

    /// What a status means, with the message of the strategy.
    pub(super) fn outcome(&self, status: i32) -> Result<(), Error> {
        match status {
            ffi::OK => Ok(()),
            ffi::PANICKED => Err(Error::Panic(last_error(self.table))),
            _ => Err(Error::Strategy(last_error(self.table))),
        }
    }
}

fn parameter(found: &ffi::Parameter) -> Result<Parameter, Error> {
    let name = text(found.name);
    let value = |bits| {
        Value::new(found.kind, bits).ok_or_else(|| {
            Error::Library(format!(
                "parameter {name} has the unknown type {}",
                found.kind
            ))
        })
    };
    let end = |flag, bits| (found.limits & flag != 0).then(|| value(bits)).transpose();
    Ok(Parameter {
        doc: text(found.doc),
        initial: value(found.initial)?,
        low: end(ffi::HAS_LOW, found.low)?,
        high: end(ffi::HAS_HIGH, found.high)?,
        name,
    })
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: a string of a description ends with a zero byte.
    unsafe { CStr::from_ptr(pointer) }
        .to_string_lossy()
        .into_owned()
}

pub(super) fn last_error(table: &Interface) -> String {
    // SAFETY: room for no byte: asks for the length.
    let length = unsafe { (table.last_error)(std::ptr::NonNull::dangling().as_ptr(), 0) };
    let mut bytes = vec![0; length];
    // SAFETY: room for as many bytes as it is told.
    unsafe { (table.last_error)(bytes.as_mut_ptr(), length) };
    String::from_utf8_lossy(&bytes).into_owned()
}
