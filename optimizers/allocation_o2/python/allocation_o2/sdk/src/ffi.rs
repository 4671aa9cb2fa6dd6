//! The C interface, version 2: what a library of a strategy exports.
//!
//! It exports one symbol, `allocation_o2_interface`, a function without arguments that returns a
//! pointer to an [`Interface`] that stays valid. [`export!`](crate::export) writes it for a
//! strategy in Rust. In C it reads:
//!
//! ```c
//! typedef union { double real; int64_t integer; uint64_t whole; } value; /* bool: whole, 0 or 1 */
//! typedef struct {
//!     const char *name, *doc;            /* UTF-8, ended by a zero byte */
//!     uint32_t kind;                     /* 0 bool, 1 int64_t, 2 uint64_t, 3 double */
//!     uint32_t limits;                   /* bit 0: low is a limit, bit 1: high is one */
//!     value initial, low, high;          /* the default, and the ends of the range, included */
//! } parameter;
//! typedef struct {
//!     const char *name, *doc;
//!     uint32_t flags;                    /* bit 0: allows cash, bit 1: reads current weights */
//!     uint32_t count;
//!     const parameter *parameters;
//! } description;
//! typedef struct {
//!     const double *data;                /* asset i begins at data + i * stride */
//!     size_t n_assets, n_observations, stride;
//! } prices;
//! typedef struct {
//!     size_t first, step, window;        /* row k: observation first + k * step, see below */
//! } dates;
//! typedef struct {
//!     uint32_t version;                  /* 2 */
//!     uint32_t size;                     /* sizeof(interface) */
//!     const description *(*describe)(void);
//!     int32_t (*create)(const value *values, size_t count, void **instance);
//!     int32_t (*set)(void *instance, size_t index, value value);
//!     void (*destroy)(void *instance);
//!     int32_t (*min_observations)(const void *instance, size_t *observations);
//!     int32_t (*predict)(const void *instance, const prices *prices, double *weights, size_t count);
//!     int32_t (*predict_many)(const void *instance, const prices *prices, const dates *dates,
//!                             double *weights, size_t count); /* or null */
//!     size_t (*last_error)(char *buffer, size_t capacity);
//! } interface;
//! const interface *allocation_o2_interface(void);
//! ```
//!
//! A status is 0, 1 for an error or 2 for a panic; then `last_error` gives the message of the
//! latest failure in the calling thread: it writes at most `capacity` bytes of UTF-8 and returns
//! the length of the whole. `describe` returns null where it fails. `create` takes a value for each
//! parameter, in order. `predict` finds the weights that are held now in `weights`, or zeros where
//! the strategy does not read them, and overwrites them; several threads may call it for the same
//! instance at once, and `min_observations` with it. No other thread calls anything else meanwhile,
//! and nothing unwinds or throws out of a function.
//!
//! `predict_many` may be null. Else it writes a row of weights for each of `count / n_assets` dates,
//! as [`Strategy::predict_many`] describes; a row is made from the last `window` observations up to
//! its own, all of them where `window` is 0. It is not called where current weights are read.

use crate::{Dates, Strategy, shim};
use std::ffi::{c_char, c_void};

/// The version of the interface that this crate writes.
pub const VERSION: u32 = 2;
/// The name of the exported function.
pub const SYMBOL: &str = "allocation_o2_interface";

/// All went well.
pub const OK: i32 = 0;
/// The strategy returned an error.
pub const FAILED: i32 = 1;
/// The strategy panicked.
pub const PANICKED: i32 = 2;

/// A parameter is a `bool`.
pub const BOOL: u32 = 0;
/// A parameter is an `i64`.
pub const INTEGER: u32 = 1;
/// A parameter is a `u64` or a `usize`.
pub const WHOLE: u32 = 2;
/// A parameter is an `f64`.
pub const REAL: u32 = 3;

/// [`Parameter::low`] is a limit.
pub const HAS_LOW: u32 = 1;
/// [`Parameter::high`] is a limit.
pub const HAS_HIGH: u32 = 2;
/// Weights may sum to less than one.
pub const ALLOWS_CASH: u32 = 1;
/// `predict` reads the weights that are held.
pub const USES_CURRENT: u32 = 2;

/// One parameter; values are the 64 bits of their type.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// UTF-8, ended by a zero byte.
    pub name: *const c_char,
    /// A description, possibly empty.
    pub doc: *const c_char,
    /// [`BOOL`], [`INTEGER`], [`WHOLE`] or [`REAL`].
    pub kind: u32,
    /// [`HAS_LOW`] and [`HAS_HIGH`].
    pub limits: u32,
    /// The default.
    pub initial: u64,
    /// The least value allowed.
    pub low: u64,
    /// The largest value allowed.
    pub high: u64,
}

/// What a strategy is, before one is made.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The name of its class.
    pub name: *const c_char,
    /// A description, possibly empty.
    pub doc: *const c_char,
    /// [`ALLOWS_CASH`] and [`USES_CURRENT`].
    pub flags: u32,
    /// The number of parameters.
    pub count: u32,
    /// As many parameters.
    pub parameters: *const Parameter,
}

/// Where prices lie.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The first price of the first asset.
    pub data: *const f64,
    /// The number of assets.
    pub n_assets: usize,
    /// The number of prices of each asset.
    pub n_observations: usize,
    /// From the beginning of an asset to that of the next one, in numbers.
    pub stride: usize,
}

/// The functions of a strategy. The first two members stay where they are in every version.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Interface {
    /// [`VERSION`].
    pub version: u32,
    /// The size of this table in bytes.
    pub size: u32,
    /// The description, or null where it fails.
    pub describe: unsafe extern "C" fn() -> *const Description,
    /// A new instance from a value for each parameter.
    pub create: unsafe extern "C" fn(*const u64, usize, *mut *mut c_void) -> i32,
    /// Change a parameter, by its index.
    pub set: unsafe extern "C" fn(*mut c_void, usize, u64) -> i32,
    /// End an instance.
    pub destroy: unsafe extern "C" fn(*mut c_void),
    /// The fewest observations that `predict` needs.
    pub min_observations: unsafe extern "C" fn(*const c_void, *mut usize) -> i32,
    /// Weights for prices, written into the memory of the caller.
    pub predict: unsafe extern "C" fn(*const c_void, *const View, *mut f64, usize) -> i32,
    /// Weights for many dates, written into the memory of the caller; null where `predict` is to be
    /// called for each.
    pub predict_many: Option<
        unsafe extern "C" fn(*const c_void, *const View, *const Dates, *mut f64, usize) -> i32,
    >,
    /// The message of the latest failure in this thread.
    pub last_error: unsafe extern "C" fn(*mut u8, usize) -> usize,
}

/// The table of a strategy written in Rust.
#[must_use]
pub const fn interface<S: Strategy>() -> &'static Interface {
    const {
        &Interface {
            version: VERSION,
            size: size_of::<Interface>() as u32,
            describe: shim::describe::<S>,
            create: shim::create::<S>,
            set: shim::set::<S>,
            destroy: shim::destroy::<S>,
            min_observations: shim::min_observations::<S>,
            predict: shim::predict::<S>,
            predict_many: if S::MANY_DATES {
                Some(shim::predict_many::<S>)
            } else {
                None
            },
            last_error: shim::last_error,
        }
    }
}
