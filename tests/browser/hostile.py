"""A run in which every name that a user may choose is markup: run as a program by the fixtures."""

from __future__ import annotations

import mlflow
import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

import mlflow_pitfalls

ROWS = 1_200
EXPERIMENT = "hostile"
SCRIPT = "<script>pwned=1</script>"
IMAGE = "<img src=x onerror=pwned=1>"
BREAKOUT = '"></textarea></style></script><svg onload=pwned=1>'
LINK = "[click](javascript:pwned=1) ![x](//evil.example/x.png)"
ORDER = "pay\u202eexe.txt"


def _data() -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    names = [SCRIPT, BREAKOUT, LINK, ORDER, "{{7*7}}${7*7}", "plain"]
    X = pd.DataFrame(rng.normal(size=(ROWS, len(names))), columns=names)
    is_first = X["plain"] + rng.normal(scale=1.5, size=ROWS) > 0
    X[IMAGE] = is_first.astype(float) * 2 + 1  # leaks, so that flags and issues name it
    labels = pd.Series(np.where(is_first, SCRIPT, IMAGE), name=IMAGE)
    return X, labels


def main() -> None:
    mlflow_pitfalls.enable(autolog=False, terminal=False)
    mlflow.set_experiment(EXPERIMENT)
    X, y = _data()
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    # MLflow renders a description's pictures and plain HTML, as its author wants; scripts it does not.
    note = f"{SCRIPT} <b onclick=pwned=1>bold</b> [click](javascript:pwned=1)"
    tags = {"mlflow.note.content": note, "owner": IMAGE, "pitfalls.mine": SCRIPT}
    with mlflow.start_run(run_name=f"{IMAGE} {SCRIPT}", tags=tags):
        mlflow.log_param("path", BREAKOUT)
        model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
        mlflow.log_metric("accuracy", accuracy_score(y_test, model.predict(X_test)))


if __name__ == "__main__":
    main()
