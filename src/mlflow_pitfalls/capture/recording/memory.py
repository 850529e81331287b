"""Peak memory of the process."""

from __future__ import annotations

import sys

_KIB = 1024
_MIB = 1024 * 1024


def peak_rss_mb() -> float | None:
    """The highest resident set size so far, in MiB; None where the platform does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MIB if sys.platform == "darwin" else peak / _KIB
