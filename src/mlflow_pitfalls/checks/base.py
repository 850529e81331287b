"""What a check is: a pure function of a record, with its name, thresholds, links and documentation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy, Status
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

SECTIONS = ("What it does", "Why is this bad", "Example", "How to fix", "References")
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HEADING = re.compile(rf"^({'|'.join(SECTIONS)}):\s*$", re.MULTILINE)


class Cost(StrEnum):
    """What a check's facts cost to gather."""

    FREE = "free"  # what the run already computed
    SCAN = "scan"  # a pass over a bounded sample of the data
    PROBE = "probe"  # extra fits, inside the probe budget only


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a check compares with; users may set another one.

    Attributes:
        default: The value without the user's own.
        unit: What the value counts, e.g. ``share of rows`` or ``skill``.
        meaning: What it is compared with, in plain words.
        source: Where the value comes from.
    """

    default: float
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """A precedence link: when ``check`` flags, it names the cause and the linking check is its symptom.

    Attributes:
        check: Name of the check that names the cause.
        same_columns: The link holds only where every column that the symptom names stands in the cause's flag too.
        when: What of the record the link holds for; None for every one.
        condition: The same in words, for the docs: "where …".
    """

    check: str
    same_columns: bool = False
    when: Callable[[RunRecord], bool] | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """One check's thresholds by name, with the user's own values in place."""

    thresholds: Mapping[str, Threshold]
    values: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """The value in force.

        Raises:
            KeyError: The check declares no such threshold.
        """
        return self.values.get(name, self.thresholds[name].default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.thresholds)

    def source(self, name: str) -> str:
        """Where the value in force comes from."""
        return "your setting" if name in self.values else self.thresholds[name].source


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check's function answers. ``severity`` None stands for the check's default."""

    status: Status
    message: str
    severity: Severity | None = None
    evidence: Evidence | None = None
    remedies: tuple[Remedy, ...] = ()


def flagged(
    message: str, *, evidence: Evidence, remedies: Collection[Remedy], severity: Severity | None = None
) -> Verdict:
    """The claim that the run fell into this pitfall, with what it rests on.

    Args:
        message: Both numbers and the next step, in plain words.
        evidence: The numbers behind the claim.
        remedies: What to do, most effective first.
        severity: Where it differs from the check's default.
    """
    return Verdict(
        status=Status.FLAGGED, message=message, severity=severity, evidence=evidence, remedies=tuple(remedies)
    )


def passed(message: str, *, evidence: Evidence | None = None) -> Verdict:
    """The evidence is there, and does not show this pitfall."""
    return Verdict(status=Status.PASSED, message=message, evidence=evidence)


def not_applicable(reason: str) -> Verdict:
    """The question does not arise on this run."""
    return Verdict(status=Status.NOT_APPLICABLE, message=reason)


def inconclusive(reason: str, needs: str, *, evidence: Evidence | None = None) -> Verdict:
    """Too little evidence to decide.

    Args:
        reason: Why it cannot be decided.
        needs: What it would take, e.g. ``about 400 held-out rows``.
        evidence: The numbers there are.
    """
    return Verdict(status=Status.INCONCLUSIVE, message=f"{reason}. It would take {needs}.", evidence=evidence)


CheckFunction = Callable[[RunRecord, Limits], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A pitfall that can be detected. Its name is a tag, a filter, a docs page and a suppression key, for ever.

    Attributes:
        name: Kebab-case name.
        group: The way of going wrong that it belongs to.
        severity: The default severity of a flag.
        severities: Every severity that a flag can have, mildest first.
        cost: What its facts cost to gather.
        needs: Facts without which the check is not applicable.
        thresholds: Its thresholds by name.
        explained_by: Checks whose flags name the cause of this one's, in order of precedence.
        function: The pure function that decides.
        summary: One sentence: what it flags.
        sections: The documentation by section title, thresholds not yet filled in.
    """

    name: str
    group: Group
    severity: Severity
    severities: tuple[Severity, ...]
    cost: Cost
    needs: tuple[Fact, ...]
    thresholds: Mapping[str, Threshold]
    explained_by: tuple[Link, ...]
    function: CheckFunction
    summary: str
    sections: Mapping[str, str]

    def __call__(self, record: RunRecord, limits: Limits | None = None) -> Verdict:
        """Judge one record; with the default thresholds where none are given."""
        for fact in self.needs:
            if not fact.present(record):
                return not_applicable(fact.absence(record))
        return self.function(record, limits or self.limits())

    def limits(self, overrides: Mapping[str, float] | None = None) -> Limits:
        """The thresholds with the user's own values, which are keyed by ``check.threshold``."""
        prefix = f"{self.name}."
        own = {key.removeprefix(prefix): value for key, value in (overrides or {}).items() if key.startswith(prefix)}
        return Limits(
            self.thresholds, MappingProxyType({key: value for key, value in own.items() if key in self.thresholds})
        )


def check(
    *,
    name: str,
    group: Group,
    severity: Severity,
    cost: Cost,
    needs: tuple[Fact, ...] = (),
    thresholds: Mapping[str, Threshold] | None = None,
    explained_by: tuple[str | Link, ...] = (),
    severities: tuple[Severity, ...] = (),
) -> Callable[[CheckFunction], Check]:
    """Turn a pure function into a :class:`Check`; its docstring is the check's documentation.

    Args:
        name: Kebab-case name.
        group: The way of going wrong that it belongs to.
        severity: The default severity.
        cost: What its facts cost to gather.
        needs: Facts without which the answer is "not applicable".
        thresholds: Thresholds by name.
        explained_by: Names of, or links to, checks whose flags name the cause of this one's.
        severities: Every severity that a flag can have; the default alone where it is left out.

    Raises:
        ValueError: The name is not kebab-case, or the docstring lacks its summary or one of its sections.
    """
    if not _KEBAB.fullmatch(name):
        raise ValueError(f"a check's name is kebab-case, found {name!r}")

    def decorate(function: CheckFunction) -> Check:
        summary, sections = _documentation(name, function)
        return Check(
            name=name,
            group=group,
            severity=severity,
            severities=severities or (severity,),
            cost=cost,
            needs=needs,
            thresholds=MappingProxyType(dict(thresholds or {})),
            explained_by=tuple(link if isinstance(link, Link) else Link(link) for link in explained_by),
            function=function,
            summary=summary,
            sections=MappingProxyType(sections),
        )

    return decorate


def _documentation(name: str, function: CheckFunction) -> tuple[str, dict[str, str]]:
    text = inspect.getdoc(function) or ""
    head, *parts = _HEADING.split(text)
    sections = {title: inspect.cleandoc(body) for title, body in zip(parts[::2], parts[1::2], strict=True)}
    missing = [title for title in SECTIONS if not sections.get(title)]
    # Under `python -OO` there are no docstrings at all: checks work there, their documentation is empty.
    if text and (missing or not head.strip()):
        raise ValueError(f"check {name}: its docstring lacks {', '.join(missing) or 'a summary'}")
    return " ".join(head.split()), sections
