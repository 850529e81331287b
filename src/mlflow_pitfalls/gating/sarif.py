"""A gate's result as SARIF 2.1.0 (OASIS standard, 27 March 2020): a rule for each check, a result for each flag.

A run has no source file, so a result's place is a logical location: the run, inside its experiment.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from mlflow_pitfalls.checks.base import Check
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.checks.docs import explanations
from mlflow_pitfalls.gating.judging import Answer, GateResult, Judged
from mlflow_pitfalls.model.outcomes import Evidence, Outcome, Status
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.version import __version__

SARIF_VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
TOOL = "mlflow-pitfalls"
_FINGERPRINT = "mlflowPitfallsCheck/v1"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note", Severity.NONE: "none"}


def to_sarif(result: GateResult) -> str:
    """The report as JSON text: every flag, also those too mild to stop the run; ignored ones as suppressed."""
    docs = explanations()
    checks = {check.name: check for check in ALL_CHECKS}
    named = {judged.outcome.check: index for index, judged in enumerate(result.judged)}
    log = {
        "$schema": SCHEMA,
        "version": SARIF_VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": TOOL,
                        "version": __version__,
                        "rules": [_rule(judged.outcome, checks, docs) for judged in result.judged],
                    }
                },
                "automationDetails": {"id": f"{TOOL}/{_identifier(result.run.experiment_id)}/"},
                "invocations": [_invocation(result, named)],
                "results": [
                    _result(judged, result, named[judged.outcome.check]) for judged in result.judged if _told(judged)
                ],
                "properties": _run_properties(result.run),
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _told(judged: Judged) -> bool:
    outcome = judged.outcome
    return outcome.status is Status.FLAGGED or outcome.would_be is not Severity.NONE


def _rule(outcome: Outcome, checks: Mapping[str, Check], docs: Mapping[str, str]) -> dict[str, Any]:
    """The check's own documentation; of a check that this version does not know, its name."""
    check = checks.get(outcome.check)
    name = text.name(outcome.check)
    summary = check.summary if check is not None and check.summary else name
    rule: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "defaultConfiguration": {"level": _LEVELS[check.severity if check is not None else Severity.MEDIUM]},
        "properties": {"tags": [outcome.group.value, outcome.group.heading]},
    }
    if name in docs:
        rule["help"] = {"text": docs[name], "markdown": docs[name]}
    return rule


def _result(judged: Judged, result: GateResult, index: int) -> dict[str, Any]:
    outcome = judged.outcome
    severity = outcome.severity if outcome.status is Status.FLAGGED else outcome.would_be
    found: dict[str, Any] = {
        "ruleId": text.name(outcome.check),
        "ruleIndex": index,
        "kind": "fail",
        "level": _LEVELS[severity],
        "message": {"text": text.clean(outcome.message)},
        "locations": [{"logicalLocations": [_place(result.run)]}],
        "partialFingerprints": {_FINGERPRINT: f"{_identifier(result.run.experiment_id)}/{text.name(outcome.check)}"},
        "properties": {
            **_run_properties(result.run),
            "severity": severity.value,
            "stopsTheRun": judged.answer is Answer.FAILED,
            **_evidence(outcome.evidence),
        },
    }
    if outcome.status is Status.IGNORED:
        why = outcome.suppression.terms if outcome.suppression is not None else "by settings"
        found["suppressions"] = [{"kind": "external", "justification": text.clean(why)}]
    return found


def _place(run: RunInfo) -> dict[str, str]:
    return {
        "name": text.name(run.run_name or run.run_id),
        "fullyQualifiedName": f"experiments/{_identifier(run.experiment_id)}/runs/{_identifier(run.run_id)}",
        "kind": "resource",
    }


def _run_properties(run: RunInfo) -> dict[str, str]:
    return {
        "runId": _identifier(run.run_id),
        "experimentId": _identifier(run.experiment_id),
        "runName": text.name(run.run_name or run.run_id),
    }


def _evidence(evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        return {}
    numbers: dict[str, float | None] = {"value": evidence.value, "threshold": evidence.threshold}
    if evidence.interval is not None:
        numbers |= {"intervalLow": evidence.interval.low, "intervalHigh": evidence.interval.high}
    known = {name: value for name, value in numbers.items() if value is not None and math.isfinite(value)}
    return {
        **known,
        "statistic": text.clean(evidence.statistic),
        "unit": text.name(evidence.unit) if evidence.unit else "",
        "rows": evidence.rows,
    }


def _invocation(result: GateResult, named: Mapping[str, int]) -> dict[str, Any]:
    failed = [judged.outcome for judged in result.judged if judged.answer is Answer.ERRORED]
    return {
        "executionSuccessful": True,
        "exitCode": result.exit_status,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": text.clean(outcome.message)},
                "associatedRule": {"id": text.name(outcome.check), "index": named[outcome.check]},
            }
            for outcome in failed
        ],
    }


def _identifier(value: str) -> str:
    return text.clean(value, text.NAME_LIMIT)
