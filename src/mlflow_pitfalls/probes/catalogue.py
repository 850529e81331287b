"""Every probe, cheapest and most informative first."""

from __future__ import annotations

from mlflow_pitfalls.probes.base import Probe
from mlflow_pitfalls.probes.lift import lift
from mlflow_pitfalls.probes.linear import linear

ALL_PROBES: tuple[Probe, ...] = (lift, linear)
