from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.sinks.note import END, START, merge_note

OURS = "Do not trust this result yet: 1 high flag.\n\n- overfit"


def test_alone_it_opens_with_the_verdict_as_plain_text() -> None:
    note = merge_note("", OURS)
    assert note is not None
    assert note.startswith("Do not trust this result yet: 1 high flag. ")
    assert note.endswith(END)


def test_the_users_text_stays_above_and_below() -> None:
    note = merge_note("My experiment.", OURS)
    assert note is not None
    assert note.startswith("My experiment.\n\nDo not trust")
    edited = note + "\n\nA later thought."
    again = merge_note(edited, "No pitfalls found: 12 checks passed.")
    assert again == f"My experiment.\n\nNo pitfalls found: 12 checks passed. {START}{END}\n\nA later thought."


def test_two_blocks_become_one() -> None:
    block = merge_note("", OURS)
    note = merge_note(f"{block}\n\nuser\n\n{block}", "New.")
    assert note == f"New. {START}{END}\n\nuser\n\n"


def test_a_description_without_room_is_left_alone() -> None:
    assert merge_note("x" * 7_950, OURS) is None


def test_a_damaged_block_takes_no_user_text_with_it() -> None:
    note = merge_note(f"mine {START} cut off, and my own words", "New.")
    assert note is not None
    again = merge_note(note, "Newer.")
    assert again is not None
    assert "my own words" in again
    assert "New. " not in again


@given(st.text(max_size=300), st.text(max_size=9_000))
def test_writing_twice_is_writing_once(existing: str, markdown: str) -> None:
    once = merge_note(existing, markdown)
    if once is None:
        return
    assert len(once) <= 8_000
    assert merge_note(once, markdown) == once
    if START not in existing and END not in existing:
        assert existing.rstrip() in once
