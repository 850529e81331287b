"""The two sides of the split against each other: distributions, and rows that stand on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.fingerprints.fingerprint import chance_of_match, row_hashes
from mlflow_pitfalls.capture.fingerprints.near_twins import natural_count, natural_part
from mlflow_pitfalls.capture.statistics.drift import drift_facts
from mlflow_pitfalls.capture.statistics.overlap import overlap_facts


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
    part = natural_part(training.frame.frame, frame.frame)
    share = found.share.value if found.share else found.matched / found.held_out_rows_checked
    return {"overlap": replace(found, expected_share=natural_count(chance, share, part))}
