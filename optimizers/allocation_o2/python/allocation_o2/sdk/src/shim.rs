//! From the C interface to a [`Strategy`]: nothing unwinds out of these functions.

use crate::ffi::{self, Description, View};
use crate::{Dates, Error, Prices, Strategy};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keep message and place of a panic in a strategy, instead of printing them.
fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                return previous(info);
            }
            let payload = info.payload();
            let message = payload
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("no message");
            let place = info
                .location()
                .map(|at| format!(", at {at}"))
                .unwrap_or_default();
            PANIC.replace(format!("{message}{place}"));
        }));
    });
}

fn guarded<S: Strategy>(work: impl FnOnce() -> Result<(), Error>) -> i32 {
    install_hook();
    INSIDE.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(false);
    match outcome {
        Ok(Ok(())) => ffi::OK,
        Ok(Err(error)) => {
            LAST.replace(error.to_string());
            ffi::FAILED
        }
        Err(payload) => {
            // The payload is the strategy's own value: dropping it may panic again.
            std::mem::forget(payload);
            LAST.replace(format!("{} panicked: {}", S::NAME, PANIC.take()));
            ffi::PANICKED
        }
    }
}

pub(crate) unsafe extern "C" fn describe<S: Strategy>() -> *const Description {
    let mut found = std::ptr::null();
    guarded::<S>(|| {
        found = S::description().table(S::ALLOW_CASH, S::USES_CURRENT);
        Ok(())
    });
    found
}

pub(crate) unsafe extern "C" fn create<S: Strategy>(
    values: *const u64,
    count: usize,
    instance: *mut *mut c_void,
) -> i32 {
    guarded::<S>(|| {
        let mut strategy = S::default();
        for index in 0..count {
            // SAFETY: the caller gives `count` values.
            strategy.set(index, unsafe { values.add(index).read() })?;
        }
        // SAFETY: the caller gives a place for the pointer.
        unsafe { instance.write(Box::into_raw(Box::new(strategy)).cast()) };
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn set<S: Strategy>(
    instance: *mut c_void,
    index: usize,
    value: u64,
) -> i32 {
    // SAFETY: made by `create`, and no other thread uses it meanwhile.
    guarded::<S>(|| unsafe { &mut *instance.cast::<S>() }.set(index, value))
}

pub(crate) unsafe extern "C" fn destroy<S: Strategy>(instance: *mut c_void) {
    guarded::<S>(|| {
        // SAFETY: made by `create`, and used no more.
        drop(unsafe { Box::from_raw(instance.cast::<S>()) });
        Ok(())
    });
}

pub(crate) unsafe extern "C" fn min_observations<S: Strategy>(
    instance: *const c_void,
    observations: *mut usize,
) -> i32 {
    guarded::<S>(|| {
        // SAFETY: made by `create`; the caller gives a place for the number.
        unsafe { observations.write((*instance.cast::<S>()).min_observations()) };
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn predict<S: Strategy>(
    instance: *const c_void,
    prices: *const View,
    weights: *mut f64,
    count: usize,
) -> i32 {
    guarded::<S>(|| {
        // SAFETY: as `lent` demands.
        let (strategy, prices, weights) = unsafe { lent::<S>(instance, prices, weights, count) };
        strategy.predict(prices, weights)
    })
}

pub(crate) unsafe extern "C" fn predict_many<S: Strategy>(
    instance: *const c_void,
    prices: *const View,
    dates: *const Dates,
    weights: *mut f64,
    count: usize,
) -> i32 {
    guarded::<S>(|| {
        // SAFETY: as `lent` demands; the caller gives dates.
        let ((strategy, prices, weights), dates) =
            unsafe { (lent::<S>(instance, prices, weights, count), dates.read()) };
        strategy.predict_many(prices, dates, weights)
    })
}

/// # Safety
/// The instance is made by `create`; prices and weights are the caller's, who lends them for this
/// call: the former for reading, the latter, apart from them, for writing.
unsafe fn lent<'a, S: Strategy>(
    instance: *const c_void,
    prices: *const View,
    weights: *mut f64,
    count: usize,
) -> (&'a S, Prices<'a>, &'a mut [f64]) {
    // SAFETY: the caller's promise.
    unsafe {
        let weights = match count {
            0 => &mut [][..],
            _ => std::slice::from_raw_parts_mut(weights, count),
        };
        (&*instance.cast::<S>(), Prices::from_view(&*prices), weights)
    }
}

pub(crate) unsafe extern "C" fn last_error(buffer: *mut u8, capacity: usize) -> usize {
    LAST.with_borrow(|message| {
        // SAFETY: the caller has room for `capacity` bytes.
        unsafe { buffer.copy_from_nonoverlapping(message.as_ptr(), message.len().min(capacity)) };
        message.len()
    })
}
