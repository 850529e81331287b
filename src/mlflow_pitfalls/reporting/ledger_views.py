"""What was fitted in the background for this report, what it took, and what the budget cut."""

from __future__ import annotations

from mlflow_pitfalls.model.record import ProbeFacts, RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Code, Exhibit
from mlflow_pitfalls.reporting.score_views import ROWS_SHOWN, Table

_STATUS = {"done": "ran", "cut": "cut by the budget", "failed": "failed", "not_needed": "not needed"}
_ORDER = ("done", "cut", "failed", "not_needed")
_LIFTED = "1"  # the largest share: as long as the script's own fits


def ledger_exhibit(record: RunRecord) -> Exhibit | None:
    """Each probe, and the command that runs what was cut."""
    probes = record.probes
    if not probes:
        return None
    cut = any(probe.status == "cut" for probe in probes)
    return Exhibit(
        key="probes",
        title="Extra small fits in the background",
        says=_says(probes),
        tables=(_table(probes),),
        codes=(Code(label="Run again with a larger budget", text=_command(record)),) if cut else (),
        brief=cut,
    )


def _says(probes: tuple[ProbeFacts, ...]) -> str:
    counted = {status: sum(probe.status == status for probe in probes) for status in _ORDER}
    told = [f"{text.number(counted[status])} {_STATUS[status]}" for status in _ORDER if counted[status]]
    took = sum(probe.seconds for probe in probes)
    said = f"{text.count(len(probes), 'probe')}: {text.listed(told)}; {text.seconds(took)} in all."
    return f"{said} Its checks stay undecided where a probe was cut." if counted["cut"] else said


def _table(probes: tuple[ProbeFacts, ...]) -> Table:
    ranked = sorted(probes, key=lambda probe: _ORDER.index(probe.status) if probe.status in _ORDER else len(_ORDER))
    return Table(
        caption="Probes",
        head=("Probe", "What became of it", "Time", "Why"),
        rows=tuple(
            (
                text.name(probe.name),
                _STATUS.get(probe.status, text.name(probe.status)),
                text.seconds(probe.seconds) if probe.seconds else "",
                text.clean(probe.reason, 160),
            )
            for probe in ranked[:ROWS_SHOWN]
        ),
        numeric=(2,),
        more=max(0, len(probes) - ROWS_SHOWN),
    )


def _command(record: RunRecord) -> str:
    site = text.name(record.fit.site).partition(":")[0] if record.fit else ""
    script = site if site.endswith(".py") and not set(site) - _PLAIN else "train.py"
    return f"MLFLOW_PITFALLS_PROBE_BUDGET={_LIFTED} mlflow-pitfalls run {script}"


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
