"""How the rows came apart, what was resampled on the way, and what was done about imbalance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.lineage.row_sets import resampled_before_split
from mlflow_pitfalls.model.record import ImbalanceRemedies, ResamplingFacts, SplitFacts


def split(sources: Sources) -> Mapping[str, object]:
    """The split that tells training from held-out rows."""
    held_out = sources.held_out
    if held_out is None:
        return {}
    found = next((step.split for step in held_out.rows.lineage() if step.split is not None), None)
    facts = SplitFacts(
        method=found.method if found is not None else "",
        recognised_by=held_out.recognised_by,
        train_rows=sources.fit.rows,
        held_out_rows=held_out.count,
        shuffled=found.shuffled if found is not None else None,
        stratified=found.stratified if found is not None else None,
    )
    return {"split": facts}


def resamplings(sources: Sources) -> Mapping[str, object]:
    """Every resampling on the way to the fitted rows, and those that only the evaluated rows went through."""
    return {"resamplings": tuple(_resamplings(sources))}


def _resamplings(sources: Sources) -> Iterator[ResamplingFacts]:
    rows = sources.fit.node.rows if sources.fit.node is not None else None
    before = resampled_before_split(rows) if rows is not None else None
    of_fit = rows.resamplings() if rows is not None else []
    of_held_out = sources.held_out.rows.resamplings() if sources.held_out is not None else []
    for resampling in (*of_fit, *(found for found in of_held_out if found not in of_fit)):
        yield ResamplingFacts(
            sampler=resampling.sampler,
            rows_before=resampling.rows_before,
            rows_after=resampling.rows_after,
            before_split=resampling is before,
            held_out_resampled=resampling in of_held_out,
            site=resampling.site,
        )


def remedies(sources: Sources) -> Mapping[str, object]:
    """What the script did about class imbalance."""
    fit, held_out = sources.fit, sources.held_out
    rows = fit.node.rows if fit.node is not None else None
    facts = ImbalanceRemedies(
        class_weight=fit.class_weight,
        sample_weight=fit.sample_weight,
        resampling=fit.sampler is not None or (rows is not None and bool(rows.resamplings())),
        threshold_tuning=fit.threshold_tuned or (held_out is not None and held_out.own_labels),
    )
    return {"remedies": facts}
