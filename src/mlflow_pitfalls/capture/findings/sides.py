"""The two sides of the split against each other: distributions, and rows that stand on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.fingerprints.fingerprint import chance_of_match, row_hashes
from mlflow_pitfalls.capture.fingerprints.near_twins import natural_part
from mlflow_pitfalls.capture.statistics.drift import drift_facts
from mlflow_pitfalls.capture.statistics.overlap import overlap_facts
from mlflow_pitfalls.model.record import OverlapFacts

if TYPE_CHECKING:
    import pandas as pd

_COPIES = 0.2  # of the equal pairs are natural; below, the others are copies


def drift(sources: Sources) -> Mapping[str, object]:
    """Two-sample tests of each column and of the target."""
    training, held_out, frame = sources.training, sources.held_out, sources.held_out_frame
    if held_out is None or frame is None or training.frame is None:
        return {}
    facts = drift_facts(
        training.frame.frame,
        frame.frame,
        training.frame.names,
        train_target=training.y,
        held_out_target=held_out.y,
        task=training.task,
        target_name=training.target_name,
    )
    return {"drift": facts}


def overlap(sources: Sources) -> Mapping[str, object]:
    """Held-out rows that also stand among the training rows, and how many chance makes."""
    training, frame, rows = sources.training, sources.held_out_frame, sources.fit.rows
    if frame is None or training.frame is None or training.hashes is None:
        return {}
    hashes = row_hashes(frame.frame, max_rows=len(frame.frame))
    found = overlap_facts(training.hashes, hashes, train_rows=rows, expected_share=0.0)
    if found is None or not found.matched:
        return {"overlap": found}
    chance = chance_of_match(training.frame.frame, rows, frame.frame)
    return {"overlap": replace(found, expected_share=_of_nature(chance, found, training.frame.frame, frame.frame))}


def _of_nature(chance: float, found: OverlapFacts, train: pd.DataFrame, held_out: pd.DataFrame) -> float:
    """The share of held-out rows that nature gives a twin.

    Frequencies of rows count the copies too, and so explain them by themselves; near twins do not. Without near twins,
    the rows are copies, and the frequencies are not asked; where near twins explain them all, nature made them.
    """
    part = natural_part(train, held_out)
    if part is None or _COPIES <= part < 1.0:
        return chance
    share = part * (found.share.value if found.share else found.matched / found.held_out_rows_checked)
    return share if part < _COPIES else max(chance, share)
