"""Names of NumPy's functions by what they take and give."""

from __future__ import annotations

# Functions of NumPy that are called on single numbers as well.
SCALAR = {
    "exp", "log", "sqrt", "sin", "cos", "tan", "abs", "power", "isnan", "isfinite", "sign", "floor",
    "ceil", "float64", "float32", "int64", "int32", "log1p", "expm1", "tanh", "maximum", "minimum",
    "fabs", "round", "errstate", "bool_", "square", "hypot", "log2", "log10", "isclose",
}  # fmt: skip
REDUCTIONS = {
    "sum", "mean", "std", "var", "max", "min", "median", "prod", "argmax", "argmin", "any", "all",
    "dot", "cumsum", "cumprod", "ptp", "quantile", "percentile", "nanmean", "nanstd", "nansum",
    "nanmax", "nanmin", "corr", "cov", "corrcoef", "polyfit", "lstsq", "average", "skew", "kurt",
    "fmean", "stdev", "pstdev", "variance", "amax", "amin", "fsum", "kurtosis", "linregress",
}  # fmt: skip
DRAWS = {"normal", "standard_normal", "uniform", "random", "integers", "choice", "lognormal",
          "standard_t", "poisson", "exponential", "gamma", "multivariate_normal"}  # fmt: skip
