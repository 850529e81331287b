"""The loop of a judge: one case file a line comes in, one line of JSON goes out."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 240  # a case; then it has no answer

Judge = Callable[[Path], dict[str, Any]]


def answer_all(judge: Judge) -> None:
    """Judge each file that standard input names; whatever the tool prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _too_slow)
    for name in sys.stdin:
        started = time.perf_counter()
        signal.alarm(SECONDS)
        try:
            line = judge(Path(name.strip()))
        except Exception as error:  # noqa: BLE001 - one case must not end the others
            line = {"error": f"{type(error).__name__}: {error}"[:300]}
        finally:
            signal.alarm(0)
        line["seconds"] = round(time.perf_counter() - started, 1)
        out.write(json.dumps(line) + "\n")
        out.flush()


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"no answer within {SECONDS} s")
