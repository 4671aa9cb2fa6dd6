"""Signatures of paths: iterated integrals as features of streams, and what is computed with them.

>>> import numpy as np
>>> from hft_py.signatures import log_signature, signature
>>> path = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
>>> signature(path, 2), log_signature(path, 2)
(array([1. , 1. , 0.5, 1. , 0. , 0.5]), array([1. , 1. , 0.5]))

Numbers, their order and their names are those of iisignature and pySigLib, so results can be
compared one by one. What a function is called there:

=============================  =============================  ==================================
here                           iisignature                    pySigLib
=============================  =============================  ==================================
``signature``                  ``sig``                        ``sig``, ``signature``
``running_signature``          ``sig(path, m, 2)``            ``SigStream``
``rolling_signature``                                         ``SigWindowStream``
``log_signature``              ``logsig(path, prepare(d, m))``  ``log_sig(method=2)``
``... basis="words"``                                         ``log_sig(method=1)``
``... basis="expanded"``       ``logsig(path, s, "x")``       ``log_sig(method=0)``
``to_log_signature``                                          ``sig_to_log_sig``
``signature_length``           ``siglength``                  ``sig_length``
``log_signature_length``       ``logsiglength``               ``log_sig_length``
``combine``                    ``sigcombine``                 ``sig_combine``
``join``                       ``sigjoin``                    ``sig_join``
``... before=True``                                           ``sig_join(prepend=True)``
``words``, ``lyndon_words``    ``basis(prepare(d, m))``       ``words``, ``lyndon_words``
``transform_path``                                            ``transform_path``
``signature_kernel``                                          ``sig_kernel``
``signature_kernel_gram``                                     ``sig_kernel_gram``
``threads=``                                                  ``n_jobs=``
=============================  =============================  ==================================

``scale=`` replaces iisignature's ``sigscale``: scale the path. Nothing has a leading 1
(pySigLib's ``scalar_term=False``); esig's and signatory's ``scalar_term=True`` have one.
"""

from hft_py.signatures.algebra import combine, inverse, join
from hft_py.signatures.kernel import signature_kernel, signature_kernel_gram
from hft_py.signatures.logarithms import log_signature, to_log_signature
from hft_py.signatures.paths import rolling_signature, running_signature, signature
from hft_py.signatures.portfolio import SignaturePortfolio
from hft_py.signatures.result import SignaturePortfolioResult
from hft_py.signatures.transforms import transform_path
from hft_py.signatures.words import (
    log_signature_length,
    lyndon_words,
    signature_length,
    words,
)

__all__ = [
    "SignaturePortfolio",
    "SignaturePortfolioResult",
    "combine",
    "inverse",
    "join",
    "log_signature",
    "log_signature_length",
    "lyndon_words",
    "rolling_signature",
    "running_signature",
    "signature",
    "signature_kernel",
    "signature_kernel_gram",
    "signature_length",
    "to_log_signature",
    "transform_path",
    "words",
]
