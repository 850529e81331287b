"""Our own fits and predictions are logged by nobody: MLflow's autologging looks away from muted threads.

Autologging patches the very estimators that our statistics and probes fit, dummies for instance, and would open a run
for each of them. Its own switches are process-wide, and would silence the user's threads too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from mlflow_pitfalls import private_names
from mlflow_pitfalls.hooks import private
from mlflow_pitfalls.hooks.threads import local, muted

__all__ = ["hook_autologging", "muted", "unhook_autologging", "unlogged"]


def hook_autologging() -> tuple[str, ...]:
    """Let autologging ask whether the calling thread is muted before it logs anything.

    Returns:
        What could not be hooked.
    """
    module: Any = sys.modules.get(private.AUTOLOG_MODULE)
    is_disabled = getattr(module, private.AUTOLOG_IS_DISABLED, None)
    if not callable(is_disabled):
        return ("autologging of MLflow in our own threads",)
    if not isinstance(is_disabled, _IsDisabled):
        setattr(module, private.AUTOLOG_IS_DISABLED, _IsDisabled(is_disabled))
    return ()


def unhook_autologging() -> None:
    """Put MLflow's own function back."""
    module: Any = sys.modules.get(private.AUTOLOG_MODULE)
    current = getattr(module, private.AUTOLOG_IS_DISABLED, None)
    if isinstance(current, _IsDisabled):
        setattr(module, private.AUTOLOG_IS_DISABLED, current.original)


@contextmanager
def unlogged() -> Iterator[None]:
    """Report and autolog none of this thread's calls inside of the block, also where no hooks are in place.

    Without our hooks MLflow's own switch is turned, which is the whole process's.
    """
    module: Any = sys.modules.get(private.AUTOLOG_MODULE)
    is_hooked = isinstance(getattr(module, private.AUTOLOG_IS_DISABLED, None), _IsDisabled)
    with muted(), nullcontext() if module is None or is_hooked else _all_disabled(module):
        yield


def _all_disabled(module: Any) -> AbstractContextManager[Any]:
    switch = private_names.read(module, private_names.AUTOLOG_DISABLED)
    disabled: AbstractContextManager[Any] = nullcontext() if switch is None else switch()
    return disabled


class _IsDisabled:
    """MLflow's ``autologging_is_disabled``, which also holds for muted threads."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def __call__(self, integration: str) -> bool:
        return local.state.is_muted() or bool(self.original(integration))
