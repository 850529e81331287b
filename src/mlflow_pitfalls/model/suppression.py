"""A request that a check, or a whole group of checks, shall not flag: why, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

GRAMMAR = "CHECK, CHECK until 2027-01-31, or CHECK until 2027-01-31 because REASON"
_ENTRY = re.compile(
    r"(?P<check>\S+?)(?:\s+until\s+(?P<until>\S+))?(?:\s+because\s+(?P<reason>\S.*))?", re.IGNORECASE | re.DOTALL
)
_DATE_AT_THE_END = re.compile(r"(?P<reason>.*\S)\s+until\s+(?P<until>\d{4}-\d\d-\d\d)", re.IGNORECASE | re.DOTALL)
_PLAIN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.IGNORECASE)
YOUR_SETTINGS = "your settings"
_KEY_LIMIT = 200  # characters
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One request. It holds up to and including the day ``until``, for good where that is empty."""

    check: str  # a check's name, or a group such as "PF3"
    reason: str = ""
    until: str = ""  # ISO 8601 date
    source: str = YOUR_SETTINGS  # who asks: they, a tag, or a rejected issue
    subjects: tuple[str, ...] = ()  # the columns that it is about, by ``subject_key``; empty for whatever is found

    def holds_on(self, day: date) -> bool:
        """Whether the request is still in force."""
        return not self.until or day <= date.fromisoformat(self.until)

    def covers(self, subjects: Iterable[str]) -> bool:
        """Whether a flag about these columns is among those that it is about; one more column is news."""
        return not self.subjects or set(map(subject_key, subjects)) <= set(self.subjects)

    @property
    def terms(self) -> str:
        """Reason and date in a few words; who asks where there is neither."""
        said = [self.reason, f"until {self.until}" if self.until else ""]
        return ", ".join(part for part in said if part) or f"by {self.source}"


def subject_key(name: str) -> str:
    """A column's name as a store can keep it: at most 200 characters."""
    return name[:_KEY_LIMIT].encode("utf-8", "replace").decode("utf-8")


def read_entries(value: Any) -> tuple[Suppression, ...]:
    """Requests from what a user gave: text with entries separated by commas or semicolons, one mapping, or several.

    Args:
        value: Text, a mapping with ``check`` and perhaps ``until`` and ``reason``, or an iterable of either.

    Raises:
        ValueError: An entry cannot be read; the message says what is expected.
    """
    if isinstance(value, str):
        return tuple(read_entry(part) for part in split_entries(value))
    if isinstance(value, Mapping | Suppression) or not isinstance(value, Iterable) or isinstance(value, bytes):
        return (read_entry(value),)
    return tuple(read_entry(part) for part in value)


def read_entry(value: Any, source: str = "") -> Suppression:
    """One request.

    Args:
        value: Text such as ``overfit until 2027-01-31 because the trees are pruned later``, or a mapping.
        source: Who asks; the user's settings by default.

    Raises:
        ValueError: It cannot be read.
    """
    if isinstance(value, Suppression):
        return value
    parts = _from_mapping(value) if isinstance(value, Mapping) else _from_text(value)
    if parts.get("until"):
        _check_date(parts["until"])
    return Suppression(
        check=parts["check"],
        reason=parts.get("reason", ""),
        until=parts.get("until", ""),
        source=source or YOUR_SETTINGS,
    )


def split_entries(text: str) -> tuple[str, ...]:
    """Entries separated by semicolons or commas. A comma inside a reason stays where no entry follows it."""
    found: list[str] = []
    for part in text.split(";"):
        for index, piece in enumerate(part.split(",")):
            if index and found and _has_reason(found[-1]) and not _is_entry(piece):
                found[-1] += f",{piece}"
            elif piece.strip():
                found.append(piece.strip())
    return tuple(found)


def _has_reason(entry: str) -> bool:
    matched = _ENTRY.fullmatch(entry)
    return matched is not None and matched["reason"] is not None


def _is_entry(piece: str) -> bool:
    matched = _ENTRY.fullmatch(piece.strip())
    return matched is not None and _PLAIN_NAME.fullmatch(matched["check"]) is not None


def _from_text(value: Any) -> dict[str, str]:
    matched = _ENTRY.fullmatch(value.strip()) if isinstance(value, str) else None
    if matched is None:
        raise ValueError(f"expected names, each as {GRAMMAR}; found {value!r}")
    found = {name: " ".join((text or "").split()) for name, text in matched.groupdict().items()}
    dated = _DATE_AT_THE_END.fullmatch(found["reason"]) if not found["until"] else None
    return found | dated.groupdict() if dated is not None else found


def _from_mapping(value: Mapping[Any, Any]) -> dict[str, str]:
    allowed = {field.name for field in fields(Suppression)} - {"source", "subjects"}
    if "check" not in value or not set(value) <= allowed:
        raise ValueError(f"expected names, or a table of check, until and reason; found {dict(value)!r}")
    found = {}
    for name, given in value.items():
        text = _day(given) if name == "until" else given
        if not isinstance(text, str):
            raise ValueError(f"expected text for {name!r}, found {given!r}")
        found[str(name)] = " ".join(text.split())
    if not found["check"]:
        raise ValueError("expected the name of a check, found none")
    return found


def _day(value: Any) -> Any:
    """TOML has dates of its own."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _check_date(text: str) -> None:
    try:
        if _DATE.fullmatch(text) is None:
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected a date such as 2027-01-31 after 'until', found {text!r}") from None
