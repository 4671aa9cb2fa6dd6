//! Parameters: their types, ranges and the macro that declares them.

use crate::description::{leaked, text};
use crate::{Error, ffi};
use std::fmt::Debug;
use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};

/// A type that a parameter can have.
#[diagnostic::on_unimplemented(
    message = "a parameter cannot be a `{Self}`",
    label = "expected `usize`, `i64`, `u64`, `f64` or `bool`"
)]
pub trait Value: Copy + PartialOrd + Debug + 'static {
    /// Its number in the C interface.
    const KIND: u32;
    /// How an error asks for a value not below a limit.
    const LEAST: fn(&Self) -> String = |low| format!("{low:?} or more");
    /// Its 64 bits.
    fn to_bits(self) -> u64;
    /// The value of these bits.
    fn from_bits(bits: u64) -> Self;
    /// Whether it is a number.
    fn is_finite(self) -> bool {
        true
    }
}

macro_rules! integers {
    ($($type:ty: $kind:expr),*) => { $(
        impl Value for $type {
            const KIND: u32 = $kind;
            fn to_bits(self) -> u64 {
                self as u64
            }
            fn from_bits(bits: u64) -> Self {
                bits as $type
            }
        }
    )* };
}
integers!(i64: ffi::INTEGER, u64: ffi::WHOLE, usize: ffi::WHOLE);

impl Value for bool {
    const KIND: u32 = ffi::BOOL;
    fn to_bits(self) -> u64 {
        self.into()
    }
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl Value for f64 {
    const KIND: u32 = ffi::REAL;
    const LEAST: fn(&Self) -> String = |low| format!("at least {low:?}");
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
}

/// A range that includes its ends: `1..=100`, `1..` or `..=100`.
#[diagnostic::on_unimplemented(
    message = "the range of a parameter includes its ends",
    label = "expected `low..=high`, `low..` or `..=high` of the parameter's type"
)]
pub trait Limits<T> {
    /// The ends.
    fn ends(&self) -> (Option<T>, Option<T>);
}

impl<T: Copy> Limits<T> for RangeInclusive<T> {
    fn ends(&self) -> (Option<T>, Option<T>) {
        (Some(*self.start()), Some(*self.end()))
    }
}

impl<T: Copy> Limits<T> for RangeFrom<T> {
    fn ends(&self) -> (Option<T>, Option<T>) {
        (Some(self.start), None)
    }
}

impl<T: Copy> Limits<T> for RangeToInclusive<T> {
    fn ends(&self) -> (Option<T>, Option<T>) {
        (None, Some(self.end))
    }
}

/// One parameter, as [`parameters!`](crate::parameters) declares it.
#[derive(Clone, Debug)]
pub struct Parameter {
    name: &'static str,
    doc: String,
    kind: u32,
    initial: u64,
    low: Option<u64>,
    high: Option<u64>,
}

impl Parameter {
    /// From a field, the lines of its doc comment and its default.
    #[must_use]
    pub fn new<T: Value>(name: &'static str, doc: &[&str], initial: T) -> Self {
        Self {
            name,
            doc: text(doc),
            kind: T::KIND,
            initial: initial.to_bits(),
            low: None,
            high: None,
        }
    }

    /// With a range.
    ///
    /// # Panics
    /// The default is outside.
    #[must_use]
    #[track_caller]
    pub fn within<T: Value>(mut self, limits: impl Limits<T>) -> Self {
        let (low, high) = limits.ends();
        (self.low, self.high) = (low.map(T::to_bits), high.map(T::to_bits));
        if let Err(error) = self.checked::<T>(self.initial) {
            panic!("the default {error}");
        }
        self
    }

    /// The value of these bits, where it is in the range.
    ///
    /// # Errors
    /// It is not; the message is the one that the Python side gives.
    pub fn checked<T: Value>(&self, bits: u64) -> Result<T, Error> {
        let value = T::from_bits(bits);
        let wrong = |expected: String| {
            let shown = format!("{value:?}").to_lowercase(); // "nan", as Python writes it
            Err(Error::new(format!(
                "{}={shown}, expected {expected}",
                self.name
            )))
        };
        if !value.is_finite() {
            return wrong("a finite number".into());
        }
        match (self.low.map(T::from_bits), self.high.map(T::from_bits)) {
            (Some(low), _) if value < low => wrong(T::LEAST(&low)),
            (_, Some(high)) if value > high => wrong(format!("at most {high:?}")),
            _ => Ok(value),
        }
    }

    pub(crate) fn table(&self) -> ffi::Parameter {
        let flag = |end: Option<u64>, flag| end.map_or(0, |_| flag);
        ffi::Parameter {
            name: leaked(self.name),
            doc: leaked(&self.doc),
            kind: self.kind,
            limits: flag(self.low, ffi::HAS_LOW) | flag(self.high, ffi::HAS_HIGH),
            initial: self.initial,
            low: self.low.unwrap_or_default(),
            high: self.high.unwrap_or_default(),
        }
    }
}

/// Declare a strategy and its parameters.
///
/// A field has a type (`usize`, `i64`, `u64`, `f64` or `bool`), a default, and a range where one
/// is needed; doc comments become the descriptions that Python shows.
///
/// ```
/// use allocation_o2::prelude::*;
///
/// parameters! {
///     /// Weights in proportion to past growth.
///     pub struct Momentum {
///         /// Observations to look back.
///         lookback_period: usize = 60, 1..=100_000;
///         /// One draws the assets' weights apart, zero makes them equal.
///         power: f64 = 1.0, 0.0..;
///         /// Leave assets out that fell.
///         only_rising: bool = true;
///     }
/// }
///
/// assert_eq!(Momentum::default().lookback_period, 60);
/// ```
#[macro_export]
macro_rules! parameters {
    (
        $(#[doc = $doc:expr])*
        $visibility:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:expr])*
                $field:ident: $type:ty = $default:expr $(, $range:expr)?;
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $($(#[doc = $field_doc])* pub $field: $type,)*
        }

        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::Parameters for $name {
            const NAME: &'static str = stringify!($name);

            fn description() -> &'static $crate::Described {
                static DESCRIBED: ::std::sync::OnceLock<$crate::Described> =
                    ::std::sync::OnceLock::new();
                DESCRIBED.get_or_init(|| {
                    $crate::Described::new(Self::NAME, &[$($doc),*], vec![$(
                        $crate::Parameter::new::<$type>(
                            stringify!($field),
                            &[$($field_doc),*],
                            $default,
                        )$(.within::<$type>($range))?,
                    )*])
                })
            }

            #[allow(unused_mut, unused_variables, unused_assignments)]
            fn set(&mut self, index: usize, value: u64) -> ::std::result::Result<(), $crate::Error> {
                let Some(parameter) = Self::description().parameter(index) else {
                    return Err($crate::Error::new(format!("no parameter {index}")));
                };
                let mut at = 0;
                $(
                    if index == at {
                        self.$field = parameter.checked::<$type>(value)?;
                    }
                    at += 1;
                )*
                Ok(())
            }
        }
    };
}
