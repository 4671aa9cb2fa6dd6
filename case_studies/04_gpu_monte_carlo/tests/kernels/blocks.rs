//! Threads, splits, instruction sets and other options in the batch change no result.

use crate::{PLAIN, PRECISIONS};
use gpu_monte_carlo::{
    BLOCK, COLUMNS, Error, Isa, MAX_BLOCKS, Precision, Simulation, Terms, block_sums,
};

fn options() -> Vec<Terms> {
    [
        (0.0126, 1.0, 1.0),
        (0.02, -1.0, 5.0),
        (0.2, 1.0, 3.0),
        (0.001, 1.0, 0.0),
        (0.0126, -1.0, 2.0),
    ]
    .map(|(b, phi, flags)| {
        // A quarter of the average is known, of the geometric ones, too.
        let rest = if flags < 2.0 {
            [0.0, 1.0, 1.0, 1.0]
        } else {
            [24.0, 0.75, 0.99, 0.75]
        };
        let mut row = [0.0; COLUMNS];
        row[..8].copy_from_slice(&[100.0, 100.0, 1e-4, b, 0.95, phi, flags, b * 16.0]);
        row[8..12].copy_from_slice(&rest);
        row[12..].copy_from_slice(&[0.05, 0.004, 1.0]);
        Terms::from_row(&row, 0).unwrap()
    })
    .to_vec()
}

fn run(precision: Precision) -> Simulation<'static> {
    Simulation {
        seed: 9,
        first_block: 3,
        blocks: 5,
        observations: 7,
        antithetic: true,
        control: true,
        greeks: true,
        precision,
        threads: 1,
        ..PLAIN
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn threads_and_splits_change_no_bit() {
    for precision in PRECISIONS {
        let whole = bits(&block_sums(&options(), &run(precision)).unwrap());
        for threads in [0, 2, 7] {
            let mut parts = Vec::new();
            for (first_block, blocks) in [(3, 1), (4, 0), (4, 3), (7, 1)] {
                let part = Simulation {
                    first_block,
                    blocks,
                    threads,
                    ..run(precision)
                };
                parts.extend(block_sums(&options(), &part).unwrap());
            }
            assert_eq!(whole, bits(&parts));
        }
    }
}

#[test]
fn other_options_change_no_bit() {
    for precision in PRECISIONS {
        let simulation = run(precision);
        let together = block_sums(&options(), &simulation).unwrap();
        let width = simulation.moments();
        for (i, option) in options().iter().enumerate() {
            let alone = block_sums(&[*option], &simulation).unwrap();
            let rows = together
                .chunks_exact(width)
                .skip(i)
                .step_by(options().len());
            assert_eq!(
                bits(&alone),
                bits(&rows.flatten().copied().collect::<Vec<_>>())
            );
        }
    }
}

#[test]
fn greeks_and_controls_leave_the_price_alone() {
    for precision in PRECISIONS {
        let all = run(precision);
        let few = Simulation {
            control: false,
            greeks: false,
            ..all
        };
        let (all, few) = (block_sums(&options(), &all), block_sums(&options(), &few));
        for (all, few) in all
            .unwrap()
            .chunks_exact(16)
            .zip(few.unwrap().chunks_exact(6))
        {
            assert_eq!(bits(&all[..3]), bits(&few[..3]));
            assert_eq!(few[3..], [0.0; 3]);
        }
    }
}

#[test]
fn instruction_sets_agree() {
    for (precision, bound) in [(Precision::Float64, 1e-12), (Precision::Float32, 1e-5)] {
        for antithetic in [false, true] {
            let sums: Vec<_> = Isa::available()
                .into_iter()
                .map(|isa| {
                    let simulation = Simulation {
                        isa,
                        antithetic,
                        ..run(precision)
                    };
                    block_sums(&options(), &simulation).unwrap()
                })
                .collect();
            for other in &sums[1..] {
                for (a, b) in sums[0].chunks_exact(16).zip(other.chunks_exact(16)) {
                    for (i, (x, y)) in a.iter().zip(b).enumerate() {
                        // Sums of either sign are compared with the size of their terms.
                        let scale = if i >= 8 && i % 2 == 0 {
                            (a[i + 1] * a[0]).sqrt()
                        } else {
                            x.abs()
                        };
                        assert!((x - y).abs() <= bound * scale, "sum {i}: {x} and {y}");
                    }
                }
            }
            // The two with fused multiply-add do the same operations.
            if let [_, avx2, avx512] = &sums[..] {
                assert_eq!(bits(avx2), bits(avx512));
            }
        }
    }
}

#[test]
fn other_seeds_and_blocks_give_other_sums() {
    let sums = block_sums(&options(), &run(Precision::Float64)).unwrap();
    let width = sums.len() / 5;
    assert_eq!(sums[0], BLOCK as f64);
    assert_ne!(sums[1], sums[width + 1]);
    for seed in [8, 9 + (1 << 32)] {
        let other = Simulation {
            seed,
            ..run(Precision::Float64)
        };
        assert_ne!(block_sums(&options(), &other).unwrap()[1], sums[1]);
    }
}

#[test]
fn numbers_out_of_range_are_errors() {
    let last = Simulation {
        first_block: MAX_BLOCKS - 5,
        ..run(Precision::Float64)
    };
    assert!(block_sums(&options()[..1], &last).is_ok());
    for (first_block, observations, wrong) in [
        (MAX_BLOCKS - 4, 7, "blocks"),
        (u64::MAX, 7, "first_block"),
        (0, 0, "observations"),
    ] {
        let simulation = Simulation {
            first_block,
            observations,
            ..last
        };
        let error = block_sums(&options(), &simulation).unwrap_err();
        assert!(matches!(error, Error::Range { name, .. } if name == wrong));
    }
    let huge = Simulation {
        first_block: 0,
        blocks: 1 << 47,
        ..last
    };
    let error = block_sums(&options(), &huge).unwrap_err();
    assert!(matches!(error, Error::OutOfMemory { .. }));
}

#[test]
fn no_blocks_or_no_options_give_no_sums() {
    let none = Simulation {
        blocks: 0,
        ..run(Precision::Float64)
    };
    assert!(block_sums(&options(), &none).unwrap().is_empty());
    assert!(
        block_sums(&[], &run(Precision::Float64))
            .unwrap()
            .is_empty()
    );
}
