//! Entropy and mutual information of every window of consecutive observations.
//!
//! A step changes at most two cells of the joint table and of each margin, so it takes constant
//! time. Sums are whole numbers: every window equals its own recomputation in every bit.

use super::binning::Code;
use super::estimator::{Estimator, Terms};
use super::information::{Information, Sums};
use super::tables::{Margin, Triple};
use std::collections::HashMap;

/// The information in each window of `window` observations of `x` and `y`, and bits in a unit.
///
/// `estimator` is not shrinkage, all of whose terms change at every step; `z` is ignored.
pub fn rolling<C: Code>(
    data: &Triple<'_, C>,
    window: usize,
    estimator: Estimator,
) -> (Vec<Information>, f64) {
    let terms = Terms::new(estimator, window, window);
    let [nx, ny, _] = data.sizes();
    let joint = joint_codes(data);
    let (mut of_x, mut of_y) = (vec![0; nx], vec![0; ny]);
    let mut of_xy = vec![0; joint.iter().max().map_or(0, |most| *most as usize + 1)];
    let mut sums = Sums::default();
    sums.add(Margin::Z, terms.total);
    let mut found = Vec::with_capacity(joint.len() + 1 - window);
    for t in 0..joint.len() {
        let mut step = |t: usize, enters: bool| {
            let y = data.y.map_or(0, |y| y.codes[t].index());
            for (margin, count) in [
                (Margin::Xyz, &mut of_xy[joint[t] as usize]),
                (Margin::Xz, &mut of_x[data.x.codes[t].index()]),
                (Margin::Yz, &mut of_y[y]),
            ] {
                let before = terms.of(*count);
                *count = if enters { *count + 1 } else { *count - 1 };
                sums.add(margin, terms.of(*count) - before);
            }
        };
        if t >= window {
            step(t - window, false);
        }
        step(t, true);
        if t + 1 >= window {
            found.push(sums.information());
        }
    }
    (found, terms.unit)
}

/// A number for each pair of codes that occurs.
fn joint_codes<C: Code>(data: &Triple<'_, C>) -> Vec<u32> {
    let rows = data.rows();
    let mut numbers = HashMap::new();
    (0..rows)
        .map(|t| {
            let y = data.y.map_or(0, |y| y.codes[t].index());
            let new = numbers.len() as u32;
            *numbers.entry((data.x.codes[t].index(), y)).or_insert(new)
        })
        .collect()
}
