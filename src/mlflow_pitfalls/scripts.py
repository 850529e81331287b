"""Runs a user's script in this process, as ``python SCRIPT ARGUMENTS`` does."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType


class LeaveError(BaseException):
    """Carries a script out of click, which would handle the script's exceptions in its own way."""

    def __init__(self, script: str, arguments: tuple[str, ...], then: Callable[[], None] | None = None) -> None:
        super().__init__(script)
        self.script = script
        self.arguments = arguments
        self.then = then


def run_and_go_on(leave: LeaveError) -> None:
    """Run the script, and what is to be done after one that ended well; its own exit status stands otherwise."""
    if leave.then is None:
        run_as_main(leave.script, leave.arguments)
        return
    try:
        run_as_main(leave.script, leave.arguments)
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    leave.then()


def run_as_main(script: str, arguments: tuple[str, ...]) -> None:
    """Do what ``python SCRIPT ARGUMENTS`` does.

    Not by :mod:`runpy`, which takes ``__main__`` away when the script's last line is done: threads, exit handlers and
    pickles still need it then.
    """
    path = str(Path(script).absolute())
    main_module = ModuleType("__main__")
    main_module.__dict__.update(
        __file__=path, __builtins__=builtins, __loader__=SourceFileLoader("__main__", path), __cached__=None
    )
    sys.modules["__main__"] = main_module
    sys.argv = [script, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(script).resolve().parent)  # where the command itself stood
    try:
        code = compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
        exec(code, main_module.__dict__)  # noqa: S102 - the user's script, as asked
    except Exception as error:  # noqa: BLE001 - it is told below
        # The script's frames only, as if it had been run without this command.
        frames = error.__traceback__.tb_next if error.__traceback__ is not None else None
        sys.excepthook(type(error), error.with_traceback(frames), frames)
        sys.exit(1)
