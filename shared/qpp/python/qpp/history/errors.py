"""What can go wrong with the history, as one class: the message is one clear line."""


class HistoryError(RuntimeError):
    """The history cannot be recorded, read or shown; the message says why and the remedy."""
