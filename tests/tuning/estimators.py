"""Estimators that worker processes can import: one that writes down every row it sees, and ones that misbehave."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier


def digests(rows) -> set[str]:
    return {hashlib.sha1(np.ascontiguousarray(row, dtype=np.float64).tobytes()).hexdigest() for row in np.asarray(rows)}


class Witness(LogisticRegression):
    """Writes the digests of all rows that any of its methods is given, each behind the number of the process."""

    def __init__(self, seen="", C=1.0):
        super().__init__(C=C, solver="liblinear")
        self.seen = seen

    def _note(self, X):
        text = "".join(f"{os.getpid()} {digest}\n" for digest in digests(X))
        with Path(self.seen).open("ab", buffering=0) as file:  # in one piece: other processes write there too
            file.write(text.encode())

    def fit(self, X, y):
        self._note(X)
        return super().fit(X, y)

    def predict(self, X):
        self._note(X)
        return super().predict(X)

    def decision_function(self, X):
        self._note(X)
        return super().decision_function(X)

    def predict_proba(self, X):
        self._note(X)
        return super().predict_proba(X)


class Slow(DecisionTreeClassifier):
    """Takes its time; ``killer`` names a file: the first process that finds none there makes it, and is killed."""

    def __init__(self, max_depth=None, seconds=0.0, killer="", random_state=0):
        super().__init__(max_depth=max_depth, random_state=random_state)
        self.seconds = seconds
        self.killer = killer

    def fit(self, X, y):
        time.sleep(self.seconds)
        if self.killer:
            try:
                Path(self.killer).touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)


class Fragile(DecisionTreeClassifier):
    """Cannot be fitted with a depth above its limit, 0 for none at all."""

    def __init__(self, max_depth=1, limit=3, random_state=0):
        super().__init__(max_depth=max_depth, random_state=random_state)
        self.limit = limit

    def fit(self, X, y):
        if self.max_depth > self.limit:
            raise ZeroDivisionError("too deep")
        return super().fit(X, y)


class Interrupting(DecisionTreeClassifier):
    """The user presses Ctrl-C in the fit of this number, counted in a file."""

    def __init__(self, max_depth=1, at=0, counter="", random_state=0):
        super().__init__(max_depth=max_depth, random_state=random_state)
        self.at = at
        self.counter = counter

    def fit(self, X, y):
        with Path(self.counter).open("a", encoding="utf-8") as file:
            file.write(".")
        if Path(self.counter).stat().st_size == self.at:
            raise KeyboardInterrupt
        return super().fit(X, y)


class Homebound(DecisionTreeClassifier):
    """Can be read in the process of this number only."""

    def __init__(self, max_depth=1, home=0, random_state=0):
        super().__init__(max_depth=max_depth, random_state=random_state)
        self.home = home

    def __setstate__(self, state):
        if os.getpid() != state["home"]:
            raise ModuleNotFoundError("No module named 'at_home'")
        super().__setstate__(state)
