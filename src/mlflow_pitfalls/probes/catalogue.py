"""Every probe, cheapest and most informative first."""

from __future__ import annotations

from mlflow_pitfalls.probes.base import Probe
from mlflow_pitfalls.probes.imbalance import IMBALANCE
from mlflow_pitfalls.probes.importances import IMPORTANCES
from mlflow_pitfalls.probes.label_noise import LABEL_NOISE
from mlflow_pitfalls.probes.learning_curve import LEARNING_CURVE
from mlflow_pitfalls.probes.levers import RICHER, SIMPLER
from mlflow_pitfalls.probes.lift import lift
from mlflow_pitfalls.probes.linear import LINEAR
from mlflow_pitfalls.probes.prototypes import PROTOTYPES

ALL_PROBES: tuple[Probe, ...] = (
    lift,
    SIMPLER,
    LINEAR,
    RICHER,
    IMBALANCE,
    LABEL_NOISE,
    LEARNING_CURVE,
    IMPORTANCES,
    PROTOTYPES,
)
