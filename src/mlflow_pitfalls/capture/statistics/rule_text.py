"""A rule over one column as a person reads it: in words, as scikit-learn code and as a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.profile.labels import STRICT
from mlflow_pitfalls.capture.statistics.rule import GROUP_MEAN, TREE, Rule

_GROUPS_TOLD = 6
_MAX_VALUE_LENGTH = 40
_MAX_IDENTIFIER_LENGTH = 120
_DEFAULT_MIN_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTexts:
    """The rule in three languages; what would tell a value under strict privacy is empty."""

    words: str
    python: str
    sql: str


def rule_texts(
    rule: Rule, *, classes: Any, labels: Mapping[Any, str], target_name: str, named_columns: bool, privacy: str
) -> RuleTexts:
    """Put a rule into words, code and a query.

    Args:
        rule: The rule; its values are each shared by at least 20 training rows.
        classes: Classes by code; None in regression.
        labels: The label under which a class is told.
        target_name: The target's name.
        named_columns: Whether the user's table has column names, so that code may use them.
        privacy: ``strict`` tells neither cuts nor values.
    """
    told = None if classes is None else [labels.get(value, f"class {i + 1}") for i, value in enumerate(classes)]
    strict = privacy == STRICT
    return RuleTexts(
        words="" if strict else _words(rule, told),
        python=_python(rule, named_columns, is_classification=classes is not None),
        sql="" if strict and rule.kind == TREE else _sql(rule, target_name, is_classification=classes is not None),
    )


def _words(rule: Rule, labels: list[str] | None) -> str:
    groups = [*range(1, len(rule.rows)), *([0] if rule.kind == GROUP_MEAN or rule.rows[0] else [])]
    if rule.kind == GROUP_MEAN:  # the commonest values first, what is left last
        groups[: len(rule.levels)] = sorted(groups[: len(rule.levels)], key=lambda group: -rule.rows[group])
    parts = [f"{_condition(rule, group)} → {_answer(rule, group, labels)}" for group in groups]
    hidden = len(parts) - _GROUPS_TOLD
    if hidden > 1:
        parts = [*parts[: _GROUPS_TOLD - 1], f"and {hidden} more values", parts[-1]]
    return "; ".join(parts)


def _condition(rule: Rule, group: int) -> str:
    if group == 0:
        return "anything else" if rule.kind == GROUP_MEAN else "missing"
    if rule.kind == GROUP_MEAN:
        return f"'{_short(rule.levels[group - 1])}'"
    return f"up to {_number(rule.cuts[group - 1])}" if group <= len(rule.cuts) else "above"


def _number(cut: float) -> str:
    return f"{cut:g}" if float(f"{cut:g}") == cut else repr(cut)


def _answer(rule: Rule, group: int, labels: list[str] | None) -> str:
    means = rule.means[group]
    if labels is None:
        return f"{float(f'{means[0]:.4g}'):.10g}"
    best = int(np.argmax(means))
    return f"{_short(labels[best])} ({100 * means[best]:.0f} %)"


def _python(rule: Rule, named_columns: bool, *, is_classification: bool) -> str:
    tree = "DecisionTreeClassifier" if is_classification else "DecisionTreeRegressor"
    column = f"X_train[[{rule.column!r}]]" if named_columns else f"X_train[:, [{rule.position}]]"
    if rule.kind == TREE:
        depth = 1 if len(rule.cuts) == 1 else 2
        return f"{tree}(max_depth={depth}, min_samples_leaf={_DEFAULT_MIN_ROWS}).fit({column}, y_train)"
    encoder = f"OneHotEncoder(min_frequency={_DEFAULT_MIN_ROWS}, handle_unknown='infrequent_if_exist')"
    return f"make_pipeline({encoder}, {tree}()).fit({column}, y_train)"


def _sql(rule: Rule, target_name: str, *, is_classification: bool) -> str:
    column, target = _identifier(rule.column), _identifier(target_name)
    group = column if rule.kind == GROUP_MEAN else f"CASE {' '.join(_cases(rule, column))} END"
    answer, groups = (f"{target}, ", "1, 2") if is_classification else (f"AVG({target}) AS answer, ", "1")
    return " ".join(["SELECT", group, "AS bucket,", f"{answer}COUNT(*) AS n FROM training_rows", "GROUP BY", groups])


def _cases(rule: Rule, column: str) -> Iterator[str]:
    yield f"WHEN {column} IS NULL THEN 0"
    for group, cut in enumerate(rule.cuts, start=1):
        yield f"WHEN {column} <= {cut!r} THEN {group}"
    yield f"ELSE {len(rule.cuts) + 1}"


def _identifier(name: str) -> str:
    """A quoted name of standard SQL; what cannot be printed would end the line or hide what follows."""
    clean = "".join(char if char.isprintable() else "_" for char in name)
    return '"' + clean[:_MAX_IDENTIFIER_LENGTH].replace('"', '""') + '"'


def _short(text: str) -> str:
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= _MAX_VALUE_LENGTH else clean[: _MAX_VALUE_LENGTH - 1] + "…"
