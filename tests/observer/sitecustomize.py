"""Found by Python as it starts: a script runs as it always does, and at its very end its results are written down.

Both global random states are seeded first. ``OBSERVED`` names the file for the results; ``WITHOUT_ENABLE=1`` takes
``mlflow_pitfalls.enable()`` away.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from pathlib import Path

SEED = 20260101


def _observe() -> None:
    path = os.environ.pop("OBSERVED", None)  # processes that the script starts are not observed
    if path is None:
        return
    if os.environ.pop("WITHOUT_ENABLE", None):
        import mlflow_pitfalls

        mlflow_pitfalls.enable = lambda **options: None
    import random

    import numpy as np

    np.random.seed(SEED), random.seed(SEED)
    atexit.register(_write, Path(path))  # registered first, it runs last: after all that we do at exit


def _write(path: Path) -> None:
    import random

    import numpy as np
    from digests import digest_of, digests_of

    found = digests_of(vars(sys.modules["__main__"]))
    found["the random state of NumPy"] = digest_of(np.random.get_state())
    found["the random state of random"] = digest_of(random.getstate())
    path.write_text(json.dumps(found), encoding="utf-8")


_observe()
