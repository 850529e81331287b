"""The best rule over one column, to copy."""

from __future__ import annotations

from mlflow_pitfalls.model.record import RuleFacts, RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Code, Exhibit


def rule_exhibit(record: RunRecord) -> Exhibit | None:
    """The rule in words, as Python and as SQL, beside the model's score; none where it tells nothing."""
    rule = record.rule
    if rule is None or (rule.skill.interval is not None and rule.skill.interval.low <= 0):
        return None
    codes = (("Python", rule.python), ("SQL", rule.sql))
    return Exhibit(
        key="rule",
        title="The best rule with one column",
        says=" ".join(part for part in (_words(rule), _compared(rule)) if part),
        codes=tuple(Code(label=label, text=text.clean_block(block)) for label, block in codes if block.strip()),
    )


def _words(rule: RuleFacts) -> str:
    words, column = text.clean(rule.words).rstrip(". "), text.name(rule.column)
    if not words:
        return ""
    return f"{words}." if column in words else f"{column}: {words}."


def _compared(rule: RuleFacts) -> str:
    said = (
        f"This rule over {text.name(rule.column)} alone scores {text.estimate(rule.score)} in "
        f"{text.clean(rule.metric, text.NAME_LIMIT)} on the held-out rows, a skill of {text.score(rule.skill.value)}; "
        f"the model's skill is higher by {text.estimate(rule.difference)}"
    )
    bounds = rule.difference.interval
    if bounds is None:
        return f"{said}."
    if bounds.low <= 0:
        return f"{said}, which may be nothing at all: the rule may do."
    return f"{said}: that is what the model adds."
