"""The only code that touches the insides of scikit-learn, imbalanced-learn and MLflow; all of it is reversible.

Warnings that a hooked method gives with ``stacklevel=2`` are attributed to the hook's line rather than to the user's.
"""

from mlflow_pitfalls.hooks.autolog import turn_off_autolog, turn_on_autolog
from mlflow_pitfalls.hooks.installer import InstallReport, install, installed, refused, uninstall
from mlflow_pitfalls.hooks.private import is_child_process
from mlflow_pitfalls.hooks.quiet import unlogged
from mlflow_pitfalls.hooks.threads import mute_thread, muted

__all__ = [
    "InstallReport",
    "install",
    "installed",
    "is_child_process",
    "mute_thread",
    "muted",
    "refused",
    "turn_off_autolog",
    "turn_on_autolog",
    "uninstall",
    "unlogged",
]
