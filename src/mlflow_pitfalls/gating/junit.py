"""A gate's result as JUnit XML, in the form of Ant's ``junit`` task that CI systems read: one test case a check."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from mlflow_pitfalls.gating.judging import Answer, GateResult, Judged
from mlflow_pitfalls.model.outcomes import Outcome, Status
from mlflow_pitfalls.reporting import text

SUITE = "mlflow-pitfalls"
# Characters that XML 1.0 cannot hold, escaped or not (production 2 of the recommendation); `text` removes most of them.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(result: GateResult) -> str:
    """The report as XML text. Flags too mild to stop the run pass, and say so in their ``system-out``."""
    amounts = {
        "tests": len(result.judged),
        "failures": result.count(Answer.FAILED),
        "errors": result.count(Answer.ERRORED),
        "skipped": result.count(Answer.SKIPPED),
    }
    counts = {name: str(amount) for name, amount in amounts.items()}
    root = ET.Element("testsuites", {"name": SUITE, **counts})
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, **counts, "time": "0"})
    _properties(suite, result)
    for judged in result.judged:
        _case(suite, judged, result)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _properties(suite: ET.Element, result: GateResult) -> None:
    known = {
        "mlflow.run_id": result.run.run_id,
        "mlflow.experiment_id": result.run.experiment_id,
        "mlflow.run_name": result.run.run_name,
        "fail_on": result.fail_on.value,
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in known.items():
        ET.SubElement(properties, "property", {"name": name, "value": _line(value)})


def _case(suite: ET.Element, judged: Judged, result: GateResult) -> None:
    outcome = judged.outcome
    group = outcome.group
    case = ET.SubElement(
        suite, "testcase", {"classname": f"{SUITE}.{group.value}", "name": _line(outcome.check), "time": "0"}
    )
    if judged.answer is Answer.FAILED:
        failure = ET.SubElement(case, "failure", {"message": _line(outcome.message), "type": outcome.severity.value})
        failure.text = _advice(outcome)
    elif judged.answer is Answer.ERRORED:
        ET.SubElement(case, "error", {"message": _line(outcome.message), "type": outcome.status.value})
    elif judged.answer is Answer.SKIPPED:
        ET.SubElement(case, "skipped", {"message": _line(f"{outcome.status.value}: {outcome.message}")})
    elif outcome.status is Status.FLAGGED:
        said = ET.SubElement(case, "system-out")
        said.text = _block(f"{outcome.severity.value}, below {result.fail_on.value}: {outcome.message}")


def _advice(outcome: Outcome) -> str:
    lines = [text.clean(outcome.message)]
    for remedy in outcome.remedies:
        lines.append(f"- {text.clean(remedy.text)}")
        lines += [f"    {line}" for line in text.clean_block(remedy.code).splitlines()]
    lines.append(f"mlflow-pitfalls explain {text.name(outcome.check)}")
    return _NO_XML.sub("\ufffd", "\n".join(lines))


def _line(value: str) -> str:
    return _NO_XML.sub("\ufffd", text.clean(value))


def _block(value: str) -> str:
    return _NO_XML.sub("\ufffd", text.clean_block(value))
