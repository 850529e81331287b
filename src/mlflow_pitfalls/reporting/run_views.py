"""What a page shows of the run itself: time, the checks that did not flag, and how rows were told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.outcomes import Outcome, Status
from mlflow_pitfalls.model.record import OverlapFacts, ResamplingFacts, RunRecord, SplitFacts
from mlflow_pitfalls.reporting import svg_bars, text
from mlflow_pitfalls.reporting.score_views import ROWS_SHOWN, Table

NOTES_SHOWN = 30
ANSWER_LIMIT = 400  # characters of what a check that did not flag said


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of the time bar."""

    label: str
    style: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One check that did not flag; ``severity`` is that of the flag that an ignored one would be."""

    check: str
    why: str
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Checks that answered alike."""

    status: Status
    heading: str
    entries: tuple[Answer, ...]


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


def answers_of(outcomes: Iterable[Outcome]) -> tuple[Answers, ...]:
    """Checks that did not flag, by the kind of their answer; the kinds that ask for something come first."""
    wording = (
        (Status.IGNORED, "Ignored on request"),
        (Status.INCONCLUSIVE, "Too little evidence to decide"),
        (Status.ERRORED, "Failed; a fault of ours"),
        (Status.EXPLAINED, "Explained by another flag"),
        (Status.PASSED, "Looked and found nothing"),
        (Status.NOT_APPLICABLE, "Did not apply"),
    )
    given = tuple(outcomes)
    found = []
    for status, heading in wording:
        of_kind = sorted((o for o in given if o.status is status), key=lambda outcome: -outcome.would_be.rank)
        entries = tuple(
            Answer(
                check=o.check, why=_why(o.message, o.explained_by), severity=o.would_be.value if o.would_be.rank else ""
            )
            for o in of_kind
        )
        if entries:
            found.append(Answers(status=status, heading=heading, entries=entries))
    return tuple(found)


def _why(message: str, explained_by: str) -> str:
    said = text.clean(message, ANSWER_LIMIT)
    if not explained_by or explained_by in said:
        return said
    return f"See {text.name(explained_by)}. {said}"


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
