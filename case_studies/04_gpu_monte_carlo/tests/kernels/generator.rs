//! The random numbers: known answers, the same bits everywhere.

use gpu_monte_carlo::{Isa, normals, philox4x32, uniforms};
use proptest::prelude::*;

/// Random123's file of known answers (`kat_vectors`), of seven rounds and of ten.
#[test]
#[rustfmt::skip]
fn known_answers() {
    const PI: [u32; 4] = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
    const PI_KEY: [u32; 2] = [0xa409_3822, 0x299f_31d0];
    const MAX: u32 = u32::MAX;
    let cases = [
        (7, [0; 4], [0; 2], [0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48]),
        (7, [MAX; 4], [MAX; 2], [0x5207_ddc2, 0x4516_5e59, 0x4d8e_e751, 0x8c52_f662]),
        (7, PI, PI_KEY, [0x4dfc_caba, 0x190a_87f0, 0xc473_62ba, 0xb6b5_242a]),
        (10, [0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        (10, [MAX; 4], [MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        (10, PI, PI_KEY, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ];
    for (rounds, counter, key, words) in cases {
        assert_eq!(philox4x32(rounds, counter, key), words);
    }
}

fn words(seed: u64, path: u64, group: usize) -> [u32; 4] {
    philox4x32(
        7,
        [path as u32, group as u32, (path >> 32) as u32, 0],
        [seed as u32, (seed >> 32) as u32],
    )
}

fn double(seed: u64, path: u64, step: usize) -> f64 {
    (f64::from(words(seed, path, step / 4)[step % 4]) + 0.5) * (-32.0_f64).exp2()
}

fn single(seed: u64, path: u64, step: usize) -> f32 {
    (words(seed, path, step / 4)[step % 4] as f32 + 0.5) * (-32.0_f32).exp2()
}

/// The least and the largest share of trials in which a bit of the words changes, over every
/// bit of counter and key that is turned.
fn avalanche(rounds: usize, trials: u32) -> (f64, f64) {
    let mut found = (f64::MAX, 0.0_f64);
    for turned in 0..192 {
        let mut changed = [0_u32; 128];
        for trial in 0..trials {
            let counter = [trial, trial % 63, 0, 0];
            let (mut near, mut key) = (counter, [trial / 63, 0]);
            let before = philox4x32(rounds, counter, key);
            match turned {
                0..128 => near[turned / 32] ^= 1 << (turned % 32),
                _ => key[turned / 32 - 4] ^= 1 << (turned % 32),
            }
            let after = philox4x32(rounds, near, key);
            for (bit, count) in changed.iter_mut().enumerate() {
                *count += ((before[bit / 32] ^ after[bit / 32]) >> (bit % 32)) & 1;
            }
        }
        for count in changed {
            let share = f64::from(count) / f64::from(trials);
            found = (found.0.min(share), found.1.max(share));
        }
    }
    found
}

/// Whichever bit of counter or key changes, each bit of the words changes half the time: in the
/// order in which paths, groups and seeds are counted here. After three rounds some do not.
#[test]
fn one_bit_in_half_of_the_bits_out() {
    let trials = 4_000;
    // 24,576 shares: the largest of as many normals is 4.1; 5.5 has a chance of 1 in 1,000.
    let bound = 5.5 * 0.5 / f64::from(trials).sqrt();
    let even = |rounds| {
        let (least, most) = avalanche(rounds, trials);
        least > 0.5 - bound && most < 0.5 + bound
    };
    assert!(even(7));
    assert!(!even(3));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_set_gives_the_uniforms_of_the_definition(
        seed: u64,
        first in prop_oneof![0..1_000_u64, (1_u64 << 32) - 300..(1 << 32) + 300, 1_u64 << 61..1 << 62],
        paths in 1..300_usize,
        steps in 1..11_usize,
    ) {
        for isa in Isa::available() {
            let mut doubles = vec![0.0_f64; paths * steps];
            let mut singles = vec![0.0_f32; paths * steps];
            uniforms(isa, seed, first, steps, &mut doubles);
            uniforms(isa, seed, first, steps, &mut singles);
            for i in 0..paths * steps {
                let (path, step) = (first + (i / steps) as u64, i % steps);
                prop_assert_eq!(doubles[i].to_bits(), double(seed, path, step).to_bits());
                prop_assert_eq!(singles[i].to_bits(), single(seed, path, step).to_bits());
            }
        }
    }
}

#[test]
fn normals_are_box_muller() {
    let (paths, steps) = (500, 6);
    for isa in Isa::available() {
        let mut u = vec![0.0_f64; paths * steps];
        let mut z = vec![0.0_f64; paths * steps];
        let mut z32 = vec![0.0_f32; paths * steps];
        let mut u32s = vec![0.0_f32; paths * steps];
        uniforms(isa, 1, 77, steps, &mut u);
        normals(isa, 1, 77, steps, &mut z);
        uniforms(isa, 1, 77, steps, &mut u32s);
        normals(isa, 1, 77, steps, &mut z32);
        let exact = |u1: f64, u2: f64| {
            let (r, (sin, cos)) = (
                (-2.0 * u1.ln()).sqrt(),
                (std::f64::consts::TAU * u2).sin_cos(),
            );
            [r * cos, r * sin]
        };
        for i in (0..u.len()).step_by(2) {
            let expected = exact(u[i], u[i + 1]);
            let expected32 = exact(f64::from(u32s[i]), f64::from(u32s[i + 1]));
            for j in 0..2 {
                assert!((z[i + j] - expected[j]).abs() < 1e-11, "{isa:?}");
                assert!(
                    (f64::from(z32[i + j]) - expected32[j]).abs() < 2e-6,
                    "{isa:?}"
                );
            }
        }
    }
}
