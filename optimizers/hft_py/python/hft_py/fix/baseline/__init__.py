"""The readable codec in Python: the reference that the compiled one agrees with.

It offers the same classes as ``hft_py._rust.fix``, with the same methods; sessions are compiled
only.
"""

from hft_py.fix.baseline.dictionary import Dictionary
from hft_py.fix.baseline.message import Message

__all__ = ["Dictionary", "Message"]
