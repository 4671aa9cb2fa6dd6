"""Entropy, mutual information and transfer entropy, with permutation tests.

Arguments come as source, then target; values are in bits unless ``base`` says otherwise.

>>> from hft_py.information_theory import compute_mutual_information
>>> compute_mutual_information([0, 0, 1, 1], [5, 5, 7, 7])
1.0
"""

from hft_py.information_theory.decomposition import (
    InformationDecomposition,
    compute_information_decomposition,
)
from hft_py.information_theory.divergence import compute_js_divergence, compute_kl_divergence
from hft_py.information_theory.entropy import (
    compute_conditional_entropy,
    compute_entropy,
    compute_joint_entropy,
)
from hft_py.information_theory.granger import (
    GrangerResult,
    compute_granger_causality,
    compute_granger_matrix,
)
from hft_py.information_theory.matrices import (
    compute_mutual_information_matrix,
    compute_transfer_entropy_matrix,
)
from hft_py.information_theory.mic import MICResult, compute_mic
from hft_py.information_theory.mutual_information import (
    compute_conditional_mutual_information,
    compute_mutual_information,
    compute_normalized_mutual_information,
)
from hft_py.information_theory.optimizer import InformationTheoryOptimizer
from hft_py.information_theory.result import (
    FeatureSelection,
    InformationMatrix,
    ParameterImportance,
    RedundancyReport,
    Significance,
)
from hft_py.information_theory.rolling import (
    compute_rolling_entropy,
    compute_rolling_mutual_information,
)
from hft_py.information_theory.selection import select_features_by_mutual_information
from hft_py.information_theory.significance import (
    compute_mutual_information_significance,
    compute_transfer_entropy_significance,
)
from hft_py.information_theory.transfer_entropy import compute_transfer_entropy

__all__ = [
    "FeatureSelection",
    "GrangerResult",
    "InformationDecomposition",
    "InformationMatrix",
    "InformationTheoryOptimizer",
    "MICResult",
    "ParameterImportance",
    "RedundancyReport",
    "Significance",
    "compute_conditional_entropy",
    "compute_conditional_mutual_information",
    "compute_entropy",
    "compute_granger_causality",
    "compute_granger_matrix",
    "compute_information_decomposition",
    "compute_joint_entropy",
    "compute_js_divergence",
    "compute_kl_divergence",
    "compute_mic",
    "compute_mutual_information",
    "compute_mutual_information_matrix",
    "compute_mutual_information_significance",
    "compute_normalized_mutual_information",
    "compute_rolling_entropy",
    "compute_rolling_mutual_information",
    "compute_transfer_entropy",
    "compute_transfer_entropy_matrix",
    "compute_transfer_entropy_significance",
    "select_features_by_mutual_information",
]
