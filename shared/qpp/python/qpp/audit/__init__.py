"""The audit: a client's slow program in, its bottlenecks and a roadmap out.

``qpp audit`` runs the program bare and under profilers (:mod:`qpp.audit.measure`), charges the
time to the client's own lines and groups them into places that a person would rewrite
(:mod:`qpp.audit.places`), names the pattern of each (:mod:`qpp.audit.rules`), bounds what a remedy
can bring, and writes one document (:mod:`qpp.audit.document`) as JSON, Markdown and HTML.
"""

__all__ = ["AuditError"]


class AuditError(RuntimeError):
    """The audit cannot be made; the message names the cause and the remedy."""
