//! Columns of texts, read where they lie through Arrow's C stream interface, which Polars offers.
//!
//! Source: Apache Arrow, "The Arrow C data interface", "The Arrow C stream interface".

use crate::execution::texts as kernel;
use crate::execution::texts::{Texts, View};
use crate::python::run;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

#[repr(C)]
struct Schema {
    format: *const c_char,
    rest: [*mut c_void; 2],
    flags: i64,
    n_children: i64,
    more: [*mut c_void; 2],
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

#[repr(C)]
struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *const *const c_void,
    children: *mut c_void,
    dictionary: *mut c_void,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

#[repr(C)]
struct Stream {
    get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the producer's own function, called once.
            unsafe { release(self) }
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the producer's own function, called once.
            unsafe { release(self) }
        }
    }
}

/// A column: at most one chunk, and the texts in it.
struct Column(Option<Array>);

impl Column {
    /// The chunk of a series of one chunk without missing values.
    fn read(series: &Bound<'_, PyAny>) -> PyResult<Self> {
        let refused = |why: &str| PyValueError::new_err(format!("texts: {why}"));
        let capsule = series.call_method0("__arrow_c_stream__")?;
        let capsule = capsule.cast::<PyCapsule>()?;
        let stream = capsule
            .pointer_checked(Some(c"arrow_array_stream"))?
            .cast::<Stream>()
            .as_ptr();
        let mut schema = Schema {
            format: null_mut(),
            rest: [null_mut(); 2],
            flags: 0,
            n_children: 0,
            more: [null_mut(); 2],
            release: None,
            private_data: null_mut(),
        };
        // SAFETY: a capsule of this name holds a stream, which lives as long as the capsule.
        let (get_schema, get_next) = unsafe { ((*stream).get_schema, (*stream).get_next) };
        let (Some(get_schema), Some(get_next)) = (get_schema, get_next) else {
            return Err(refused("the stream is closed"));
        };
        // SAFETY: the stream writes into the structure; both are alive.
        if unsafe { get_schema(stream, &raw mut schema) } != 0 {
            return Err(refused("the stream has no schema"));
        }
        // SAFETY: a schema has its format, a C string.
        if unsafe { CStr::from_ptr(schema.format) } != c"vu" {
            return Err(refused("expected a column of string views"));
        }
        let next = || {
            let mut array = Array {
                length: 0,
                null_count: 0,
                offset: 0,
                n_buffers: 0,
                n_children: 0,
                buffers: null_mut(),
                children: null_mut(),
                dictionary: null_mut(),
                release: None,
                private_data: null_mut(),
            };
            // SAFETY: as above; at the end the array stays released.
            if unsafe { get_next(stream, &raw mut array) } != 0 {
                return Err(refused("the stream broke off"));
            }
            Ok(array.release.is_some().then_some(array))
        };
        let first = next()?;
        if first.is_some() && next()?.is_some() {
            return Err(refused("expected one chunk: rechunk the column"));
        }
        match first {
            Some(array) if array.null_count != 0 || array.n_buffers < 3 => {
                Err(refused("expected a column without missing values"))
            }
            first => Ok(Self(first)),
        }
    }

    fn texts(&self) -> Texts<'_> {
        let Some(array) = self.0.as_ref().filter(|array| array.length > 0) else {
            return Texts {
                views: &[],
                buffers: Vec::new(),
            };
        };
        let variadic = array.n_buffers as usize - 3;
        // SAFETY: an array of string views has a bitmap, the views, the variadic buffers and, last,
        // their lengths (64-bit); all live until the array is released, which borrows `self`.
        unsafe {
            let buffers = std::slice::from_raw_parts(array.buffers, variadic + 3);
            let views = buffers[1].cast::<View>().add(array.offset as usize);
            let lengths = buffers[variadic + 2].cast::<i64>();
            let bytes = |i: usize| match buffers[i + 2].cast::<u8>() {
                start if start.is_null() => &[][..],
                start => std::slice::from_raw_parts(start, *lengths.add(i) as usize),
            };
            Texts {
                views: std::slice::from_raw_parts(views, array.length as usize),
                buffers: (0..variadic).map(bytes).collect(),
            }
        }
    }
}

/// The row of the first text that was there before, or -1.
#[pyfunction]
fn repeated_text(py: Python<'_>, texts: &Bound<'_, PyAny>, threads: usize) -> PyResult<i64> {
    let column = Column::read(texts)?;
    let texts = column.texts();
    let found = run(py, || kernel::repeated_text(&texts, threads))?;
    Ok(found.map_or(-1, |row| row as i64))
}

/// Places of texts among keys: see the Python function of that name.
#[pyfunction]
fn match_texts<'py>(
    py: Python<'py>,
    keys: &Bound<'py, PyAny>,
    texts: &Bound<'py, PyAny>,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let columns = (Column::read(keys)?, Column::read(texts)?);
    let (keys, texts) = (columns.0.texts(), columns.1.texts());
    Ok(run(py, || kernel::match_texts(&keys, &texts, threads))?.into_pyarray(py))
}

/// The first row of another side than its order's, or -1: see the Python function of that name.
#[pyfunction]
fn other_side(
    py: Python<'_>,
    texts: &Bound<'_, PyAny>,
    codes: PyReadonlyArray1<'_, i32>,
    buys: PyReadonlyArray1<'_, bool>,
) -> PyResult<i64> {
    let column = Column::read(texts)?;
    let (texts, codes, buys) = (column.texts(), codes.as_slice()?, buys.as_slice()?);
    let found = run(py, || kernel::other_side(&texts, codes, buys))?;
    Ok(found.map_or(-1, |row| row as i64))
}

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(repeated_text, m)?)?;
    m.add_function(wrap_pyfunction!(match_texts, m)?)?;
    m.add_function(wrap_pyfunction!(other_side, m)?)
}
