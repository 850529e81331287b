"""Runs written straight into a store, as mlflow-pitfalls writes them: many quickly, and one that attacks its reader."""

from __future__ import annotations

from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.comparison import Comparison, RunLabel, ScoreChange
from mlflow_pitfalls.model.outcomes import Evidence, Group, Outcome, Outcomes, Remedy, Status, Subject
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task
from mlflow_pitfalls.reporting.links import COMPARISON_PATH, OUTCOMES_PATH

MANY = 40
START_MS = 1_700_000_000_000
MINUTE_MS = 60_000
OVERFIT_EVERY, LEAKY_EVERY = 4, 10
# Breaks out of a text, an attribute, a script and a style, where any of them were made of markup.
ATTACK = '"\'><img src=x onerror="window.hit=1"></script><script>window.hit=1</script><b>bold</b>'


def many_runs(client: MlflowClient, experiment_id: str) -> None:
    """``run 00`` to ``run 39``, a minute apart: scores rise, every fourth overfits, every tenth leaks."""
    for at in range(MANY):
        flags = {}
        if at % OVERFIT_EVERY == 0:
            flags["overfit"] = "high" if at % (2 * OVERFIT_EVERY) == 0 else "medium"
        if at % LEAKY_EVERY == 0:
            flags["target-leakage"] = "high"
        worst = "high" if "high" in flags.values() else next(iter(flags.values()), "none")
        judged_run(
            client,
            experiment_id,
            f"run {at:02d}",
            at,
            severity=worst,
            flags=flags,
            metrics={
                "pitfalls/severity": Severity(worst).rank,
                "pitfalls/test_score": at / MANY,
                "pitfalls/train_test_gap": 1 / (1 + at),
            },
            params={"depth": str(at % 3), "same": "same"},
        )


def judged_run(
    client: MlflowClient,
    experiment_id: str,
    name: str,
    at: int,
    *,
    severity: str = "none",
    flags: dict[str, str] | None = None,
    metrics: dict[str, float] | None = None,
    params: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
) -> str:
    """One run that started ``at`` minutes after the first."""
    marks = {"pitfalls.severity": severity, **{f"pitfalls.{check}": level for check, level in (flags or {}).items()}}
    start = START_MS + at * MINUTE_MS
    run = client.create_run(experiment_id, start_time=start, tags={**marks, **(tags or {})}, run_name=name)
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(key, value, start, 0) for key, value in (metrics or {}).items()],
        params=[Param(key, value) for key, value in (params or {}).items()],
    )
    return str(run.info.run_id)


def hostile_run(client: MlflowClient, experiment_id: str, folder: Path, at: int = 0) -> str:
    """A run whose every text attacks: name, tags, params, note, and the columns and classes of its flags."""
    run_id = judged_run(
        client,
        experiment_id,
        f"name {ATTACK}",
        at,
        severity="high",
        flags={"overfit": "high"},
        metrics={"pitfalls/test_score": 0.5},
        params={"param": f"value {ATTACK}"},
        tags={"tag": f"tag {ATTACK}", "mlflow.note.content": f"note {ATTACK}"},
    )
    flag = Outcome(
        check="overfit",
        group=Group.ACCURACY,
        status=Status.FLAGGED,
        severity=Severity.HIGH,
        message=f"message {ATTACK}",
        evidence=Evidence(
            statistic=f"statistic {ATTACK}",
            value=1.0,
            threshold=0.5,
            unit=f"unit {ATTACK}",
            rows=100,
            would_clear=f"clear {ATTACK}",
            subjects=(Subject(name=f"column {ATTACK}", value=1.0),),
        ),
        remedies=(Remedy(text=f"remedy {ATTACK}", code=f"code {ATTACK}"),),
        explains=(f"symptom {ATTACK}",),
    )
    passed = Outcome(check=f"check {ATTACK}", group=Group.DATA, status=Status.PASSED, message=f"why {ATTACK}")
    _store(client, run_id, folder, OUTCOMES_PATH, to_json(Outcomes(run_id=run_id, outcomes=(flag, passed))))
    return run_id


def measured_against(client: MlflowClient, run_id: str, reference: str, experiment_id: str, folder: Path) -> None:
    """Store with a run what changed since its reference."""

    def label(of: str, name: str) -> RunLabel:
        return RunLabel(
            run_id=of,
            run_name=name,
            experiment_id=experiment_id,
            started_at="",
            estimator="",
            task=Task.BINARY,
            target="",
        )

    score = ScoreChange(
        metric=f"metric {ATTACK}",
        primary=True,
        before=Estimate(value=0.75),
        after=Estimate(value=0.5),
        difference=Estimate(value=-0.25, interval=Interval(low=-0.375, high=-0.125)),
        paired_rows=400,
    )
    comparison = Comparison(
        before=label(reference, "plain run"),
        after=label(run_id, f"name {ATTACK}"),
        scores=(score,),
        notes=(f"note {ATTACK}",),
    )
    _store(client, run_id, folder, COMPARISON_PATH, to_json(comparison))


def _store(client: MlflowClient, run_id: str, folder: Path, artifact: str, content: str) -> None:
    path = folder / Path(artifact).name
    path.write_text(content, encoding="utf-8")
    client.log_artifact(run_id, str(path), str(Path(artifact).parent))
