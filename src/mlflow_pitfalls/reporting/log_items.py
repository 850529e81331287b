"""What a run is to carry in MLflow: tags, metrics, artifacts and the note, made from its record and outcomes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.items import Artifact, LogItems, Metric, Note, Tag
from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import html, links, markdown, text
from mlflow_pitfalls.reporting.comparison_page import render_comparison
from mlflow_pitfalls.reporting.pictures import pictures
from mlflow_pitfalls.reporting.run_tags import PARTIAL, SETTLED, STATE_TAG, history_tags
from mlflow_pitfalls.reporting.tuning_sheets import tuning_pictures
from mlflow_pitfalls.reporting.verdict import SHOWN_SEVERITIES
from mlflow_pitfalls.tuning.suggestions.run_advice import Tuning

TAG_LIMIT = 8_000  # characters of a tag's value that every store of MLflow keeps
LOGGED_ARTIFACTS_TAG = "mlflow.loggedArtifacts"  # where MLflow's own log_table lists its tables
TABLE_COLUMNS = ("check", "severity", "group", "message", "value", "threshold", "remedy")


def partial_items(record: RunRecord, *, timestamp_ms: int = 0) -> LogItems:
    """What a run carries after a fit, before it is judged: version, state, the fit's time, and the facts so far.

    Only what will not change any more is a metric: a second value would make a line chart of MLflow's bar chart.

    Args:
        record: The run's facts so far.
        timestamp_ms: Time of the metrics, in milliseconds since 1970; 0 leaves it to the sink.
    """
    return LogItems(
        run_id=record.run.run_id,
        stage=PARTIAL,
        tags=_state_tags(record, PARTIAL),
        metrics=_metrics(_fit_times(record)) if len(record.fits) == 1 else (),
        artifacts=_made({links.RECORD_PATH: lambda: _utf8(to_json(record))}),
        timestamp_ms=timestamp_ms,
    )


def settled_items(
    record: RunRecord,
    outcomes: Outcomes,
    *,
    docs: Mapping[str, str],
    tuning: Tuning | None = None,
    losses: RowLosses | None = None,
    elsewhere: links.Elsewhere = links.NOWHERE,
    timestamp_ms: int = 0,
) -> LogItems:
    """All that a judged run carries. An artifact that cannot be made is left out and reported once.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        docs: Markdown docs by check name.
        tuning: What to tune next, and the script that does it; None where it was not looked for.
        losses: What each held-out row adds to the score; None where that is not kept.
        elsewhere: Further pages that the note and ``pitfalls.md`` link to.
        timestamp_ms: Time of the metrics, in milliseconds since 1970; 0 leaves it to the sink.
    """
    return LogItems(
        run_id=record.run.run_id,
        stage=SETTLED,
        tags=(*_state_tags(record, SETTLED), *_flag_tags(outcomes), *_history_tags(record), _tables_tag()),
        metrics=_metrics({**_counts(outcomes), **_scores(record), **_times(record)}),
        artifacts=(*_artifacts(record, outcomes, docs, tuning, elsewhere), *_made(_compared(record, losses))),
        note=_note(record, outcomes, elsewhere),
        timestamp_ms=timestamp_ms,
    )


def flag_items(outcomes: Outcomes, version: str, *, artifacts: tuple[Artifact, ...] = ()) -> LogItems:
    """Tags and counts of flags that were found without a record.

    Args:
        outcomes: Every check's answer.
        version: Of this package.
        artifacts: Files beside them.
    """
    return LogItems(
        run_id=outcomes.run_id,
        stage=SETTLED,
        tags=(Tag(key="pitfalls.version", value=version), *_flag_tags(outcomes)),
        metrics=_metrics(_counts(outcomes)),
        artifacts=artifacts,
    )


def flags_table(outcomes: Outcomes) -> bytes:
    """One row a flag, as ``MlflowClient.log_table`` writes it: pandas' ``orient="split"`` without the index."""
    rows = [
        [
            flag.check,
            flag.severity.value,
            flag.group.heading,
            text.clean(flag.message),
            _finite(flag.evidence.value) if flag.evidence else None,
            _finite(flag.evidence.threshold) if flag.evidence else None,
            next((text.clean(remedy.code or remedy.text) for remedy in flag.remedies), ""),
        ]
        for flag in outcomes.flags
    ]
    return json.dumps({"columns": TABLE_COLUMNS, "data": rows}, allow_nan=False).encode()


def _state_tags(record: RunRecord, state: str) -> tuple[Tag, ...]:
    return (Tag(key="pitfalls.version", value=record.package_version), Tag(key=STATE_TAG, value=state))


def _flag_tags(outcomes: Outcomes) -> tuple[Tag, ...]:
    flags = [flag for flag in outcomes.flags if links.is_slug(flag.check)]
    return (
        Tag(key="pitfalls.severity", value=outcomes.severity.value),
        Tag(key="pitfalls.flags", value=_cut([flag.check for flag in flags])),
        *(Tag(key=f"pitfalls.{flag.check}", value=flag.severity.value) for flag in flags),
    )


def _cut(names: list[str]) -> str:
    """Names joined by commas, as many whole ones as a tag holds."""
    joined = ",".join(names)
    if len(joined) <= TAG_LIMIT:
        return joined
    return joined[: TAG_LIMIT - 2].rpartition(",")[0] + ",…"


def _history_tags(record: RunRecord) -> tuple[Tag, ...]:
    """What later runs of the experiment look for to find runs like theirs."""
    return tuple(Tag(key=key, value=value) for key, value in history_tags(record).items())


def _tables_tag() -> Tag:
    return Tag(key=LOGGED_ARTIFACTS_TAG, value=json.dumps([{"path": links.TABLE_PATH, "type": "table"}]))


def _counts(outcomes: Outcomes) -> dict[str, float | None]:
    counted = {f"pitfalls/flags_{level.value}": float(outcomes.count(level)) for level in SHOWN_SEVERITIES}
    return {"pitfalls/severity": float(outcomes.severity.rank), **counted}


def _scores(record: RunRecord) -> dict[str, float | None]:
    score = record.primary_score
    if score is None:
        return {}
    return {
        "pitfalls/train_score": _value(score.train),
        "pitfalls/test_score": _value(score.held_out),
        "pitfalls/train_test_gap": _value(score.gap),
        "pitfalls/dummy_score": _value(score.dummy),
    }


def _fit_times(record: RunRecord) -> dict[str, float | None]:
    times, fitted = record.times, record.fit is not None or bool(record.fits)
    return {
        "pitfalls/fit_seconds": times.fit_seconds if fitted else None,
        "pitfalls/fit_cpu_seconds": times.fit_cpu_seconds if fitted else None,
    }


def _times(record: RunRecord) -> dict[str, float | None]:
    times = record.times
    return {
        **_fit_times(record),
        "pitfalls/predict_seconds": times.predict_seconds if times.predict_calls else None,
        "pitfalls/peak_rss_mb": times.peak_rss_mb,
        "pitfalls/overhead_seconds": times.overhead_seconds,
    }


def _metrics(values: Mapping[str, float | None]) -> tuple[Metric, ...]:
    """Those that are known and finite."""
    return tuple(
        Metric(key=key, value=float(value))
        for key, value in values.items()
        if value is not None and math.isfinite(value)
    )


def _artifacts(
    record: RunRecord,
    outcomes: Outcomes,
    docs: Mapping[str, str],
    tuning: Tuning | None,
    elsewhere: links.Elsewhere,
) -> tuple[Artifact, ...]:
    suggestions = tuning.suggestions if tuning is not None else None
    pages = {
        flag.check: docs[flag.check] for flag in outcomes.flags if links.is_slug(flag.check) and docs.get(flag.check)
    }
    makers: dict[str, Callable[[], bytes]] = {
        links.NOTE_PATH: lambda: _utf8(
            markdown.pitfalls_md(record, outcomes, documented=pages, suggestions=suggestions, elsewhere=elsewhere)
        ),
        links.TABLE_PATH: lambda: flags_table(outcomes),
        links.REPORT_PATH: lambda: _utf8(html.render(record, outcomes, docs=docs, suggestions=suggestions)),
        links.RECORD_PATH: lambda: _utf8(to_json(record)),
        links.OUTCOMES_PATH: lambda: _utf8(to_json(outcomes)),
    }
    found = [*_made({**makers, **_tuning(tuning)})]
    found += [Artifact(path=links.docs_path(check), content=_utf8(page)) for check, page in pages.items()]
    with guard("drawing the pictures"):
        found += pictures(record, outcomes)
    if suggestions is not None:
        found += tuning_pictures(suggestions)
    return tuple(found)


def _compared(record: RunRecord, losses: RowLosses | None) -> dict[str, Callable[[], bytes]]:
    """What later runs compare themselves by, and what this one was compared with."""
    found: dict[str, Callable[[], bytes]] = {}
    if losses is not None:
        found[links.LOSSES_PATH] = lambda: _utf8(to_json(losses))
    comparison = record.reference.comparison if record.reference is not None else None
    if comparison is not None:
        found[links.COMPARISON_PATH] = lambda: _utf8(to_json(comparison))
        found[links.COMPARISON_PAGE_PATH] = lambda: _utf8(render_comparison([comparison]))
    return found


def _tuning(tuning: Tuning | None) -> dict[str, Callable[[], bytes]]:
    if tuning is None:
        return {}
    found: dict[str, Callable[[], bytes]] = {links.SUGGESTIONS_PATH: lambda: _utf8(to_json(tuning.suggestions))}
    if tuning.script:
        found[links.SCRIPT_PATH] = lambda: _utf8(tuning.script)
    return found


def _made(makers: Mapping[str, Callable[[], bytes]]) -> tuple[Artifact, ...]:
    """The artifacts that could be made; one that fails does not lose the others."""
    found = []
    for path, make in makers.items():
        with guard(f"writing {path}"):
            found.append(Artifact(path=path, content=make()))
    return tuple(found)


def _note(record: RunRecord, outcomes: Outcomes, elsewhere: links.Elsewhere) -> Note | None:
    with guard("writing the run's note"):
        return Note(markdown=markdown.note(record, outcomes, elsewhere))
    return None  # type: ignore[unreachable]  # the guard swallows


def _utf8(content: str) -> bytes:
    return content.encode("utf-8", "replace")


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
