//! Indices from uniform numbers: distinct individuals, a coordinate.

/// Different indices below `size`, none of them in `taken`; one for each uniform.
///
/// Each is drawn among the free places and then moved past the taken ones, so no draw is rejected.
/// `K` counts the uniforms, `T` the places taken at the end.
#[inline]
pub fn distinct<const K: usize>(uniforms: &[f64], size: usize, taken: &[usize]) -> [usize; K] {
    let mut used = [usize::MAX; 8];
    let mut count = 0;
    for &index in taken {
        insert(&mut used, &mut count, index);
    }
    let mut chosen = [0; K];
    for (slot, uniform) in chosen.iter_mut().zip(uniforms) {
        let mut index = (uniform * (size - count) as f64) as usize;
        for &other in &used[..count] {
            index += usize::from(index >= other);
        }
        insert(&mut used, &mut count, index);
        *slot = index;
    }
    chosen
}

/// Keep the first `count` places sorted.
#[inline]
fn insert(used: &mut [usize; 8], count: &mut usize, index: usize) {
    let mut place = *count;
    while place > 0 && used[place - 1] > index {
        used[place] = used[place - 1];
        place -= 1;
    }
    used[place] = index;
    *count += 1;
}

/// A coordinate's index of a uniform number.
#[inline]
pub fn index(uniform: f64, bound: usize) -> usize {
    (uniform * bound as f64) as usize
}
