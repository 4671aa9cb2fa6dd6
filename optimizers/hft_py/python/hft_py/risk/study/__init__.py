"""The study: workloads, implementations, bounds, claims."""

from hft_py.risk.study.runs import (
    by_a_user,
    covariance,
    factors,
    for_skfolio,
    in_frames,
    pandas_ewm,
    scikit_learn,
    skfolio,
    skfolio_outputs,
)
from hft_py.risk.study.workloads import (
    EWMA,
    EWMA_SMALL,
    FACTORS,
    FACTORS_MIDDLE,
    FACTORS_SMALL,
    LEDOIT,
    LEDOIT_SMALL,
    workloads,
)
from qpp.study import BEST_PEER, Agreement, Claim, Implementation, Study

__all__ = ["study"]

COVARIANCES = (EWMA_SMALL, EWMA, LEDOIT_SMALL, LEDOIT)
MODELS = (FACTORS_SMALL, FACTORS_MIDDLE, FACTORS)
INPUT_BYTES = 2_500 * 3_000 * (8 * 20 + 1)  # of FACTORS: 18 styles, returns, capitalisations; mask

study = Study(
    name="hft_risk",
    title="Risk models: covariances and factor models",
    question="How long does a risk model of three thousand companies take, and how much memory?",
    headline=(FACTORS, "rust"),
    workloads=workloads(),
    baseline=Implementation(
        "pandas", by_a_user, prepare=in_frames, note="a long frame, regressed group by group"
    ),
    optimised=[
        factors("rust", backend="rust", only=MODELS, note="one pass over the exposures"),
        factors("rust-2-threads", backend="rust", threads=2, only=(FACTORS_MIDDLE, FACTORS)),
        factors("numpy", backend="python", only=MODELS[:2], note="the same, a date at a time"),
        covariance("blas", only=COVARIANCES, note="one product of a matrix with itself"),
        covariance("blas-2-threads", threads=2, only=(EWMA, LEDOIT)),
    ],
    peers=[
        Implementation(
            "skfolio",
            skfolio,
            prepare=for_skfolio,
            collect=skfolio_outputs,
            needs=("skfolio", "sklearn", "cvxpy"),
            only=(EWMA_SMALL, EWMA, *MODELS),
            note="exposures handed over as they are",
        ),
        Implementation("scikit-learn", scikit_learn, needs="sklearn", only=(LEDOIT_SMALL, LEDOIT)),
        Implementation(
            "pandas-ewm",
            pandas_ewm,
            prepare=in_frames,
            only=(EWMA_SMALL,),
            note="it computes every date; 500 assets would need 4 GB",
        ),
    ],
    agreement=Agreement(rtol=1e-8, atol=1e-14),
    claims=[
        Claim("rust", over="skfolio", at_least=5, on=[FACTORS_MIDDLE, FACTORS]),
        Claim("rust", over="pandas", at_least=24, on=[FACTORS_MIDDLE, FACTORS]),
        Claim(
            "rust",
            metric="resident_bytes",
            at_most=0.2 * INPUT_BYTES,
            on=FACTORS,
            note="a fifth of the inputs, results included",
        ),
        Claim("rust", over="pandas", metric="resident_memory", at_least=6, on=FACTORS),
        Claim("blas", over=BEST_PEER, at_least=1, on=[EWMA, LEDOIT]),
        Claim("blas", over="pandas-ewm", at_least=24, on=EWMA_SMALL),
        Claim("blas", over="pandas", at_least=24, on=EWMA),
        Claim("rust-2-threads", over="rust", at_least=1.3, on=FACTORS),
    ],
    analysis=(
        "The factor model reads the exposures once. Of each date it computes, while the exposures "
        "are in the cache, which assets are complete, the products of the normal equations in "
        "tiles of columns, and the residuals; sectors are sums over assets sorted by sector, so "
        "no column of zeros and ones exists. skfolio copies the exposures four times (to stack "
        "them, to apply the constraint, to weight them, to mask them), which costs both its time "
        "and its memory; pandas also pays for an index of millions of rows. The covariances are "
        "one BLAS call each, so nothing is left to compile: the EWMA leaves out dates whose weight "
        "is below rounding, three fifths of 2,000 at a decay of 0.94, and Ledoit and Wolf's fourth "
        "moments need no product of matrices. Where all dates count and the matrix is small, any "
        "implementation that ends in the same BLAS call is as fast."
    ),
    time_limit=600.0,
)
