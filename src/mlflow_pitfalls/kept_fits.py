"""A script's fits with all of their training rows: what tuning takes from a script that it has run unchanged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import shape_of, take_rows
from mlflow_pitfalls.capture.findings.sources import sources_of
from mlflow_pitfalls.capture.recording.calls import features_of, further_arguments, target_of
from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.errors import PitfallsError, guard
from mlflow_pitfalls.model.events import CallEvent, CallKind, Listener, RunEvent, place
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.probes.copying import CannotCopyError, quiet_copy
from mlflow_pitfalls.reporting.notebook import Report
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.tuning.suggestions.suggest import suggestions_of

_LATEST = 2  # fits whose rows are kept before it is known which of them the script evaluates
_TIME_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptFit:
    """One fit of the script's: a quiet copy of its estimator, and copies of its rows.

    Attributes:
        number: Of the script's fits of predictors, from 1.
        name: The estimator's class.
        site: Where the script fits it: ``train.py:12``.
        owner: The script's own object, to recognise it by.
        estimator: Unfitted copy; None where it cannot be had, see ``problem``.
        problem: Why not.
        x: Training rows.
        y: Their targets.
        cv: The splitter whose order or groups the folds must respect; None for the task's own.
        groups: What each training row belongs to; None where nothing does.
        notes: What tuning leaves out.
        x_test: Held-out rows, at most as many as a bounded sample holds.
        y_test: Their targets.
        metric: The run's primary metric; None for the task's own.
        run: The MLflow run of the fit; None where there was none.
        uri: Its tracking store.
        is_judged: Whether it is the fit that its run's report is about.
    """

    number: int
    name: str
    site: str
    owner: Any = field(repr=False)
    estimator: Any = None
    problem: str = ""
    x: Any = None
    y: Any = None
    cv: Any = None
    groups: Any = None
    notes: tuple[str, ...] = ()
    x_test: Any = None
    y_test: Any = None
    metric: str | None = None
    run: RunInfo | None = None
    uri: str = ""
    is_judged: bool = False

    def known(self, report: Report, *, history: bool = True) -> Suggestions | None:
        """What the report of the fit's run suggests for this fit; None where it is about another one.

        Args:
            report: Of the run.
            history: Whether earlier runs may speak.
        """
        if report.suggestions is None or not self.is_judged:
            return None
        if history or not report.suggestions.tried:
            return report.suggestions
        return suggestions_of(report.record, report.outcomes, report.suggestions.space)


@dataclass(frozen=True, slots=True, eq=False)
class _Splitting:
    """The last splitter that the script asked: time order, or groups and which rows were for training."""

    cv: Any = None
    groups: Any = None
    train: Any = None


class FitKeeper:
    """A listener that hands everything on to the recorder, and keeps the rows of fits.

    Args:
        number: The fit to keep, from 1; None for the one that the script evaluated last, else its last one.
    """

    def __init__(self, number: int | None = None) -> None:
        self._number = number
        self._recorder: Listener | None = None
        self._settings = Settings()
        self._seen: list[str] = []
        self._kept: list[KeptFit] = []
        self._primary: KeptFit | None = None
        self._splitting = _Splitting()

    def around(self, recorder: Listener, settings: Settings) -> Listener:
        """Listen in the recorder's place from now on."""
        self._recorder, self._settings = recorder, settings
        return self

    def chosen(self) -> KeptFit:
        """The fit to tune.

        Raises:
            PitfallsError: The script has no such fit, or it cannot be repeated.
        """
        fit = self._primary or (self._kept[-1] if self._kept else None)
        if fit is None:
            raise PitfallsError(self._why_none())
        if fit.problem:
            raise PitfallsError(f"the fit of {fit.name} at {fit.site} cannot be tuned: {fit.problem}")
        return fit

    def settled(self, draft: RunDraft) -> None:
        """A run's draft is complete: its held-out rows and metric are known."""
        with guard("finding the fit to tune"):
            primary = draft.primary()
            fits = [fit for fit in draft.fits if self._number is not None or fit is primary]
            for kept in self._kept:
                if any(fit.is_of(kept.owner) for fit in fits):
                    self._primary = self._completed(kept, draft)

    def wants(self, kind: CallKind, name: str, owner: Any) -> bool:
        """As the recorder."""
        return self._recorder is not None and self._recorder.wants(kind, name, owner)

    def skipped(self, kind: CallKind, name: str, owner: Any, seconds: float) -> None:
        """As the recorder."""
        if self._recorder is not None:
            self._recorder.skipped(kind, name, owner, seconds)

    def starting(self, kind: CallKind, name: str, owner: Any) -> None:
        """As the recorder."""
        if self._recorder is not None:
            self._recorder.starting(kind, name, owner)

    def run_changed(self, event: RunEvent) -> None:
        """As the recorder."""
        if self._recorder is not None:
            self._recorder.run_changed(event)

    def finished(self, event: CallEvent) -> None:
        """Hand it on, and keep what is a fit."""
        if self._recorder is not None:
            self._recorder.finished(event)
        if event.error is not None:
            return
        with guard("keeping the rows of a fit"):
            if event.kind is CallKind.FIT and hasattr(event.owner, "predict"):
                self._keep(event)
            elif event.kind in (CallKind.SPLIT, CallKind.FOLD):
                self._splitting = _splitting(event) or self._splitting

    def _keep(self, event: CallEvent) -> None:
        number = len(self._seen) + 1
        name, site = type(event.owner).__name__, place(event.site)
        self._seen.append(f"{number}: {name} at {site}")
        if self._number not in (None, number):
            return
        kept = KeptFit(number=number, name=name, site=site, owner=event.owner)
        evaluated = [each for each in self._kept if self._primary is not None and each.owner is self._primary.owner]
        latest = [each for each in self._kept if each.owner is not event.owner][1 - _LATEST :]
        self._kept = [*(each for each in evaluated if each not in latest), *latest, self._filled(kept, event)]

    def _filled(self, kept: KeptFit, event: CallEvent) -> KeptFit:
        features, target = features_of(event), target_of(event)
        shape = shape_of(features)
        if event.name != "fit":
            return replace(kept, problem=f"it was fitted by {event.name}, not in one go")
        if shape is None or target is None:
            return replace(kept, problem="its rows or targets are of a kind that is not followed")
        try:
            estimator = quiet_copy(event.owner, self._settings.seed, foreign_code=True)
        except CannotCopyError as error:
            return replace(kept, problem=str(error))
        everything = np.arange(shape[0])
        further = [name for name in further_arguments(event) if name != "groups"]
        notes = tuple(f"The script's fit was given {name} too, which tuning leaves out." for name in further)
        cv, groups = _respected(event, self._splitting, shape[0])
        return replace(
            kept,
            estimator=estimator,
            x=take_rows(features, everything),
            y=take_rows(target, everything),
            cv=cv,
            groups=groups,
            notes=notes,
        )

    def _completed(self, kept: KeptFit, draft: RunDraft) -> KeptFit:
        known = replace(kept, run=draft.run if draft.run.run_id else None, uri=draft.tracking_uri)
        primary = draft.primary()
        if primary is None or primary.training is None or not primary.is_of(kept.owner):
            return known
        known = replace(known, is_judged=True)
        sources = sources_of(draft, self._settings)
        metric = sources.metric.name if sources.metric is not None else None
        held = sources.held_out
        if held is None or held.x is None or held.y is None:
            return replace(known, metric=metric)
        return replace(known, metric=metric, x_test=held.x, y_test=held.y)

    def _why_none(self) -> str:
        if not self._seen:
            return "the script fitted no classifier or regressor"
        if self._number is not None:
            return f"the script has no fit {self._number}; its fits are {'; '.join(self._seen)}"
        return "no fit of the script can be repeated"


def _splitting(event: CallEvent) -> _Splitting | None:
    """What a split tells about order and groups; None where it tells nothing."""
    from sklearn.model_selection import TimeSeriesSplit

    if event.kind is CallKind.SPLIT:
        in_order = event.kwargs.get("shuffle") is False
        return _Splitting(cv=TimeSeriesSplit(_TIME_FOLDS)) if in_order else _Splitting()
    if isinstance(event.owner, TimeSeriesSplit):
        return _Splitting(cv=event.owner)
    groups = event.args[2] if len(event.args) > 2 else None
    return _Splitting(groups=groups, train=event.result[0]) if groups is not None else _Splitting()


def _respected(event: CallEvent, splitting: _Splitting, rows: int) -> tuple[Any, Any]:
    """Splitter and groups for folds of these rows: the search's own, else those of the script's last split."""
    from sklearn.model_selection import TimeSeriesSplit

    own = getattr(event.owner, "cv", None)
    if isinstance(own, TimeSeriesSplit):
        return own, None
    groups = event.kwargs.get("groups")
    if groups is not None:
        return None, take_rows(groups, np.arange(rows))
    if splitting.groups is None:
        return splitting.cv, None
    known = np.asarray(splitting.groups)
    if len(known) == rows:
        return None, known.copy()
    train = np.asarray(splitting.train)
    return None, known[train] if len(train) == rows else None
