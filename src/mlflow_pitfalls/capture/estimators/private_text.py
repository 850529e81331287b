"""Which texts among hyperparameters may be told: names of choices may, what may be a secret or a person's may not."""

from __future__ import annotations

import re

# Names of parameters, and words in values, that stand for something secret.
SECRET = re.compile(
    r"passw|pwd|secret|token|(?:api|access|private|account|shared|license)[_-]?key|credential|auth|bearer|signature"
    r"|conn(?:ection)?_?str|dsn",
    re.IGNORECASE,
)
# What holds values of the user's columns.
DATA_VALUES = frozenset({"fill_value", "missing_values", "pos_label", "constant"})
_MAX_NAME_LENGTH = 40
# "most_frequent", "not minority", "binary:logistic"; no spaces, slashes, quotes, "@" or "=" as in addresses and paths.
_NAME = re.compile(r"(?:not |(?:binary|count|multi|rank|reg|survival):)?[A-Za-z0-9][\w.+-]*")
_KEY = re.compile(r"(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[\w-]{20,}")  # long, of letters and digits: a key or an id
_PATH = re.compile(r"\s*(?:~|[A-Za-z]:[\\/]|\\\\|file:|/.)")
_LOGIN = re.compile(r"//[^/\s]*@")
_TOLD = re.compile(rf"(?:{SECRET.pattern})\w*['\"]?(?:\s*[=:]|\s+\S)", re.IGNORECASE)  # "password=…", "Bearer …"


def is_choice(text: str) -> bool:
    """Whether a text is the name of one of several ways to do something, as estimators take them: ``"saga"``."""
    return (
        len(text) <= _MAX_NAME_LENGTH
        and _NAME.fullmatch(text) is not None
        and not _KEY.search(text)
        and not SECRET.search(text)
    )


def looks_private(text: str) -> bool:
    """Whether a text seems to be a path, an address with a login, or a key."""
    return _PATH.match(text) is not None or any(pattern.search(text) for pattern in (_LOGIN, _TOLD, _KEY))
