//! Where the levels of a signature lie.

use crate::Error;

/// The greatest depth: of two channels or more, no deeper signature fits a memory.
pub const MAX_DEPTH: usize = 64;

/// Channels and depth, and where each level begins.
#[derive(Debug, Clone)]
pub struct Shape {
    channels: usize,
    depth: usize,
    /// Of level `k` at `k - 1`; the length of a signature last.
    begins: Vec<usize>,
    /// `channels^k`, from `k = 0`.
    widths: Vec<usize>,
}

impl Shape {
    /// # Errors
    /// [`Error::Value`], where one of them is 0, and where the length is no `usize`.
    pub fn new(channels: usize, depth: usize) -> Result<Self, Error> {
        if channels == 0 {
            return Err(Error::value("channels", channels, "1 or more"));
        }
        if depth == 0 || depth > MAX_DEPTH {
            return Err(Error::value("depth", depth, "1 to 64"));
        }
        let (mut begins, mut widths) = (vec![0_usize], vec![1_usize]);
        for _ in 0..depth {
            let width = widths[widths.len() - 1].checked_mul(channels);
            let end = width.and_then(|width| begins[begins.len() - 1].checked_add(width));
            let (Some(width), Some(end)) = (width, end) else {
                return Err(Error::value("depth", depth, "less: the length overflows"));
            };
            widths.push(width);
            begins.push(end);
        }
        Ok(Self {
            channels,
            depth,
            begins,
            widths,
        })
    }

    /// Channels of the path.
    #[inline]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Levels of the signature.
    #[inline]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Numbers in a signature.
    #[inline]
    pub fn length(&self) -> usize {
        self.begins[self.depth]
    }

    /// Where level `k` begins, from `k = 1`.
    #[inline]
    pub(super) fn begin(&self, k: usize) -> usize {
        self.begins[k - 1]
    }

    /// Numbers in level `k`, from `k = 0`.
    #[inline]
    pub(super) fn width(&self, k: usize) -> usize {
        self.widths[k]
    }
}
