"""Kinds of chat lines and of notices: PROTOCOL.md names those that there are."""

from __future__ import annotations

import re

from tests.domain.kinds import line_kinds, notice_kinds
from tests.protocol.document import chapter, quoted


def _named(head: str, text: str) -> set[str]:
    """The names in the first sentence after ``head``, without what stands in brackets."""
    found = re.search(rf"`{re.escape(head)}`: (.*?)\.(?: |$)", text, re.DOTALL | re.MULTILINE)
    assert found
    return set(quoted(re.sub(r"\([^)]*\)", "", found[1])))


def test_every_kind_of_chat_line_is_named() -> None:
    assert _named("line.kind", chapter("3.2")) == line_kinds()


def test_every_kind_of_notice_is_named() -> None:
    assert _named("notices.kind", chapter("3.4 `mine`")) == notice_kinds()
