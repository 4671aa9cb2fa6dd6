//! Signatures against known values, and the ways of computing them against each other.

use hft_py::signatures::{
    Pairs, Paths, Refinement, Shape, Windows, combine, join, kernel, logarithm, rolling, running,
    signature,
};
use hft_py::{Error, Stop};

fn never() -> impl FnMut() -> Result<(), Stop> {
    || Ok(())
}

/// A path that turns all the time.
fn path(points: usize, channels: usize) -> Vec<f64> {
    (0..points * channels)
        .map(|i| (i as f64 * 0.7).sin() + (i * i) as f64 * 1e-5)
        .collect()
}

fn signature_of(shape: &Shape, path: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; shape.length()];
    let points = path.len() / shape.channels();
    signature(shape, path, points, &mut out, 1, &mut never()).expect("a path");
    out
}

fn close(one: &[f64], two: &[f64]) {
    assert_eq!(one.len(), two.len());
    for (a, b) in one.iter().zip(two) {
        assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0), "{a} {b}");
    }
}

#[test]
fn the_path_of_the_textbooks() {
    let shape = Shape::new(2, 2).expect("a shape");
    let mut found = signature_of(&shape, &[0.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
    assert_eq!(found, [1.0, 1.0, 0.5, 1.0, 0.0, 0.5]);
    logarithm(&shape, &mut found, 1, &mut never()).expect("a signature");
    assert_eq!(found, [1.0, 1.0, 0.0, 0.5, -0.5, 0.0]);
}

#[test]
fn every_way_gives_the_same() {
    for (channels, depth, points) in [
        (1, 4, 40),
        (2, 5, 129),
        (3, 3, 300),
        (6, 2, 140),
        (7, 1, 200),
    ] {
        let shape = Shape::new(channels, depth).expect("a shape");
        let (length, path) = (shape.length(), path(points, channels));
        let whole = signature_of(&shape, &path);
        let mut rows = vec![0.0; (points - 1) * length];
        running(&shape, &path, points, 1, &mut rows, 2, &mut never()).expect("a path");
        close(&rows[rows.len() - length..], &whole);
        let cut = 17 * channels;
        let first = signature_of(&shape, &path[..cut + channels]);
        let second = signature_of(&shape, &path[cut..]);
        let mut product = vec![0.0; length];
        combine(&shape, &first, &second, &mut product, 1, &mut never()).expect("two rows");
        close(&product, &whole);
        let step: Vec<f64> = (0..channels)
            .map(|c| path[channels + c] - path[c])
            .collect();
        let mut joined = signature_of(&shape, &path[channels..]);
        join(&shape, &mut joined, &step, true, 1, &mut never()).expect("a row and a segment");
        close(&joined, &whole);
        for segments in [5, 38] {
            let windows = Windows { segments, step: 1 };
            let mut rows = vec![0.0; windows.count(points) * length];
            rolling(&shape, &path, points, windows, &mut rows, 2, &mut never()).expect("windows");
            for (i, row) in rows.chunks_exact(length).enumerate() {
                let part = &path[i * channels..(i + segments + 1) * channels];
                close(row, &signature_of(&shape, part));
            }
        }
    }
}

#[test]
fn the_kernel_of_two_lines() {
    // The sum of p^k / (k!)^2, with the inner product p = 0.6.
    let expected = (1..20).fold((1.0, 1.0), |(sum, term): (f64, f64), k| {
        let next = term * 0.6 / f64::from(k * k);
        (sum + next, next)
    });
    let (x, y) = ([0.0, 0.0, 0.9, 0.3], [0.0, 0.0, 0.5, 0.5]);
    let [x, y] = [&x, &y].map(|values| Paths { values, points: 2 });
    let mut out = [0.0];
    for orders in [Refinement(9, 9), Refinement(10, 8)] {
        kernel((x, y), 2, orders, Pairs::Each, &mut out, 1, &mut never()).expect("paths");
        assert!((out[0] - expected.0).abs() < 1e-6);
    }
}

#[test]
fn what_is_refused() {
    assert!(Shape::new(0, 2).is_err() && Shape::new(2, 0).is_err() && Shape::new(9, 60).is_err());
    let shape = Shape::new(2, 2).expect("a shape");
    let refused = signature(&shape, &[0.0; 8], 4, &mut [0.0; 12], 1, &mut never());
    assert!(matches!(refused, Err(Error::Length { name: "paths", .. })));
    let mut stop = || Err(Stop::Fatal(-1));
    let stopped = signature(&shape, &[0.0; 8], 4, &mut [0.0; 6], 1, &mut stop);
    assert!(matches!(stopped, Err(Error::Stopped(_))));
}
