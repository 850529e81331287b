"""Every probe, cheapest and most informative first; and those that someone asked for."""

from __future__ import annotations

from mlflow_pitfalls.probes.base import Probe
from mlflow_pitfalls.probes.imbalance import IMBALANCE
from mlflow_pitfalls.probes.importances import IMPORTANCES
from mlflow_pitfalls.probes.label_noise import LABEL_NOISE
from mlflow_pitfalls.probes.learning_curve import LEARNING_CURVE
from mlflow_pitfalls.probes.levers import RICHER, SIMPLER
from mlflow_pitfalls.probes.lift import lift
from mlflow_pitfalls.probes.linear import LINEAR
from mlflow_pitfalls.probes.prototypes import ASKED_PROTOTYPES, PROTOTYPES

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

# The learning curve takes whatever is left, so that it comes last where there is a whole budget to share.
ASKED_PROBES: tuple[Probe, ...] = (
    *(probe for probe in ALL_PROBES if probe not in (LEARNING_CURVE, PROTOTYPES)),
    ASKED_PROTOTYPES,
    LEARNING_CURVE,
)
