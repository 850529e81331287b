"""What a page shows of the run itself: time, what was not judged, and how rows were told apart."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.outcomes import Outcomes, Status
from mlflow_pitfalls.model.record import OverlapFacts, ResamplingFacts, RunRecord, SplitFacts
from mlflow_pitfalls.reporting import svg_bars, text
from mlflow_pitfalls.reporting.score_views import ROWS_SHOWN, Table

NOTES_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of the time bar."""

    label: str
    style: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Checks that made no claim for one reason; ``entries`` are (check, why)."""

    heading: str
    entries: tuple[tuple[str, str], ...]


_RECOGNISED = {
    "split": "the script's own split made both sides",
    "fingerprint": "the content of the rows told them apart",
    "unfitted": "rows that the fit had not seen were predicted and evaluated",
    "cross_validation": "cross-validation folds",
}


def time_segments(record: RunRecord) -> tuple[tuple[str, str, float], ...]:
    """Label, style and seconds of each part of the run's time."""
    times = record.times
    return (
        ("fit", "seg-fit", times.fit_seconds),
        ("predict", "seg-predict", times.predict_seconds),
        ("transform", "seg-transform", times.transform_seconds),
        ("evaluation", "seg-evaluate", times.evaluate_seconds),
        ("mlflow-pitfalls", "seg-overhead", times.overhead_seconds),
    )


def time_legend(record: RunRecord) -> tuple[Segment, ...]:
    """The time bar's parts that took any time."""
    parts = time_segments(record)
    return tuple(Segment(label=a, style=b, value=text.seconds(value)) for a, b, value in parts if value > 0)


def time_picture(record: RunRecord) -> Markup:
    """The time bar."""
    return svg_bars.time_bar(time_segments(record))


def fit_table(record: RunRecord) -> Table:
    """Every outermost fit of the run."""
    rows = tuple(
        (
            text.clean(fit.estimator.final_class_name, text.NAME_LIMIT),
            f"{text.number(fit.rows)} × {text.number(fit.columns)}",
            text.seconds(fit.seconds),
            text.seconds(fit.cpu_seconds),
            text.clean(f"{fit.site} {fit.error}".strip(), text.NAME_LIMIT),
        )
        for fit in record.fits[:ROWS_SHOWN]
    )
    return Table(
        caption="Fits",
        head=("Estimator", "Rows × columns", "Wall-clock", "CPU", "Where"),
        rows=rows,
        numeric=(1, 2, 3),
        more=max(0, len(record.fits) - ROWS_SHOWN),
    )


def unjudged(outcomes: Outcomes) -> tuple[Unjudged, ...]:
    """Checks that neither flagged nor passed, by the reason."""
    wording = (
        (Status.INCONCLUSIVE, "Too little evidence to decide"),
        (Status.EXPLAINED, "Explained by another flag"),
        (Status.IGNORED, "Ignored on request"),
        (Status.ERRORED, "Failed; a fault of ours"),
        (Status.NOT_APPLICABLE, "Did not apply"),
    )
    found = []
    for status, heading in wording:
        entries = tuple(
            (outcome.check, _why(outcome.message, outcome.explained_by))
            for outcome in outcomes.outcomes
            if outcome.status is status
        )
        if entries:
            found.append(Unjudged(heading=heading, entries=entries))
    return tuple(found)


def passed(outcomes: Outcomes) -> tuple[tuple[str, str], ...]:
    """Checks that looked and found nothing, with what they saw."""
    return tuple((o.check, text.clean(o.message)) for o in outcomes.outcomes if o.status is Status.PASSED)


def _why(message: str, explained_by: str) -> str:
    said = text.clean(message)
    return f"See {explained_by}. {said}".strip() if explained_by else said


def provenance(record: RunRecord) -> tuple[str, ...]:
    """How training and held-out rows were told apart, and what could not be followed."""
    said = [_split(record.split)]
    if record.overlap is not None:
        said.append(_overlap(record.overlap))
    said += [_resampling(entry) for entry in record.resamplings[:NOTES_SHOWN]]
    profiles = [profile for profile in (record.train, record.held_out) if profile is not None]
    notes = [*record.notes, *(note for profile in profiles for note in profile.notes)]
    return (*said, *dict.fromkeys(text.clean(note) for note in notes[:NOTES_SHOWN]))


def _split(split: SplitFacts | None) -> str:
    if split is None:
        return "No split was seen: nothing tells training rows from held-out ones."
    method = text.clean(split.method, text.NAME_LIMIT) or "made by hand"
    known = _RECOGNISED.get(split.recognised_by, text.clean(split.recognised_by))
    traits = [
        word if value else f"not {word}"
        for word, value in (("shuffled", split.shuffled), ("stratified", split.stratified))
        if value is not None
    ]
    sides = f"{text.number(split.train_rows)} training and {text.number(split.held_out_rows)} held-out rows"
    return f"{sides}. Split: {', '.join([method, *traits])}. Told apart because {known}."


def _overlap(overlap: OverlapFacts) -> str:
    share, bounds = text.share(overlap.share.value), text.interval(overlap.share.interval, "share")
    checked, hashed = text.number(overlap.held_out_rows_checked), text.number(overlap.train_rows_hashed)
    expected = text.share(overlap.expected_share)
    matched = text.number(overlap.matched)
    return (
        f"Overlap: {matched} of {checked} held-out rows also stand among the {hashed} training rows looked at "
        f"({share}{f', {bounds}' if bounds else ''}; {expected} expected by chance)."
    )


def _resampling(entry: ResamplingFacts) -> str:
    place = "before the split" if entry.before_split else "on the training side only"
    if entry.held_out_resampled:
        place += "; the evaluated rows came out of it"
    rows = f"{text.number(entry.rows_before)} to {text.number(entry.rows_after)} rows"
    return f"{text.clean(entry.sampler, text.NAME_LIMIT)} resampled {rows}, {place}{_at(entry.site)}."


def _at(site: str) -> str:
    return f" ({text.clean(site, text.NAME_LIMIT)})" if site else ""
