//! Mutual information of continuous variables by k nearest neighbours: terms of each point.
//!
//! With `e` the distance of a point to its k-th neighbour in all coordinates together (maximum
//! norm), and `n_x` the number of other points nearer than `e` in `x` alone, the terms are
//!
//! * `psi(k) + psi(n) - psi(n_x + 1) - psi(n_y + 1)`: Kraskov, Stoegbauer, Grassberger, Physical
//!   Review E 69, 066138 (2004), equation 8;
//! * `psi(k) - psi(n_xz + 1) - psi(n_yz + 1) + psi(n_z + 1)`: Frenzel, Pompe, Physical Review
//!   Letters 99, 204101 (2007), equation 5.
//!
//! Where more than `k` points are equal `e` is zero. Then all counts are of equal points, and `k` is
//! theirs too, the point itself counted: Gao, Kannan, Oh, Viswanath, NIPS 2017.

use super::line::Line;
use super::tree::Tree;
use crate::Error;
use crate::parallel::fill;
use crate::watch::Watch;
use std::borrow::Cow;

/// The Euler–Mascheroni constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// Rows of as many coordinates as a variable has.
#[derive(Debug, Clone, Copy)]
pub struct Variable<'a> {
    /// Row after row.
    pub values: &'a [f64],
    /// Coordinates of a row.
    pub width: usize,
}

/// The terms whose mean is the mutual information of `x` and `y`, given `z` where there is one, in
/// nats; `0 < k < n`.
///
/// # Errors
/// What the watcher raised.
pub fn information(
    [x, y]: [Variable<'_>; 2],
    z: Option<Variable<'_>>,
    k: usize,
    threads: usize,
    watch: &mut dyn Watch,
) -> Result<Vec<f64>, Error> {
    let psi = digamma(x.values.len() / x.width);
    if let Some(z) = z {
        let sets: [&[_]; 4] = [&[x, y, z], &[x, z], &[y, z], &[z]];
        return terms(sets, &[-1.0, -1.0, 1.0], &psi, k, threads, watch);
    }
    let sets: [&[_]; 3] = [&[x, y], &[x], &[y]];
    let mut terms = terms(sets, &[-1.0, -1.0], &psi, k, threads, watch)?;
    terms
        .iter_mut()
        .for_each(|term| *term += psi[psi.len() - 1]);
    Ok(terms)
}

/// `psi(k)` of each point, and of each set of variables but the first, which holds all, `psi(m + 1)`
/// times its sign: `m` other points are nearer in the set than the k-th neighbour is in all.
fn terms<const N: usize>(
    sets: [&[Variable<'_>]; N],
    signs: &[f64],
    psi: &[f64],
    k: usize,
    threads: usize,
    watch: &mut dyn Watch,
) -> Result<Vec<f64>, Error> {
    // Each set sorts its points by itself.
    let mut spaces = [const { None }; N];
    fill(
        &mut spaces,
        threads,
        watch,
        || (),
        |(), set, space| {
            *space = Some(Space::new(sets[set]));
        },
    )?;
    let mut spaces = spaces.into_iter().flatten();
    let Some(Space::Tree(joint)) = spaces.next() else {
        return Err(Error::Internal("the joint space has one coordinate".into()));
    };
    let mut radii = joint.kth_distances(k, threads, watch)?;
    let mut terms = vec![psi[k - 1]; radii.len()];
    if radii.contains(&0.0) {
        // So small a radius has only equal points within it.
        let equal = |radius: &f64| {
            if *radius > 0.0 {
                0.0
            } else {
                f64::MIN_POSITIVE
            }
        };
        let small: Vec<f64> = radii.iter().map(equal).collect();
        let equals = joint.count_within(&small, threads, watch)?;
        for ((term, radius), equals) in terms.iter_mut().zip(&mut radii).zip(equals) {
            if *radius == 0.0 {
                (*term, *radius) = (psi[equals as usize], f64::MIN_POSITIVE);
            }
        }
    }
    for (space, sign) in spaces.zip(signs) {
        let counts = match space {
            Space::Line(line) => line.count_within(&radii, threads, watch)?,
            Space::Tree(tree) => tree.count_within(&radii, threads, watch)?,
        };
        for (term, count) in terms.iter_mut().zip(counts) {
            *term += sign * psi[count as usize];
        }
    }
    Ok(terms)
}

/// The points in some of the variables.
enum Space<'a> {
    Line(Line<'a>),
    Tree(Tree),
}

impl<'a> Space<'a> {
    fn new(variables: &[Variable<'a>]) -> Self {
        let (points, width) = joined(variables);
        if width == 1 {
            Self::Line(Line::new(points))
        } else {
            Self::Tree(Tree::new(&points, width))
        }
    }
}

/// Rows of all variables together, and their width.
fn joined<'a>(variables: &[Variable<'a>]) -> (Cow<'a, [f64]>, usize) {
    if let [only] = variables {
        return (only.values.into(), only.width);
    }
    let width = variables.iter().map(|v| v.width).sum();
    let n = variables[0].values.len() / variables[0].width;
    let mut points = Vec::with_capacity(n * width);
    for row in 0..n {
        for v in variables {
            points.extend_from_slice(&v.values[row * v.width..][..v.width]);
        }
    }
    (points.into(), width)
}

/// The digamma function of `1..=n`: minus Euler's constant, plus harmonic numbers.
fn digamma(n: usize) -> Vec<f64> {
    let (mut sum, mut lost) = (-EULER, 0.0);
    let next = |m: usize| {
        let value = sum;
        // What rounding loses of a step is added to the next.
        let step = 1.0 / m as f64 - lost;
        sum = value + step;
        lost = (sum - value) - step;
        value
    };
    (1..=n).map(next).collect()
}
