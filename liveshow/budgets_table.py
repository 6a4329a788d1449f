"""Writes ``config/budgets.md`` from the budgets of ``liveshow.budgets``.

python -m liveshow.budgets_table > config/budgets.md
"""

from __future__ import annotations

from liveshow.budgets import Budget, declared

_HEAD = """\
# Budgets

Written by `python -m liveshow.budgets_table` from `liveshow/budgets.py`; do not edit.

What one person, address, connection, show and server can use up: so many in each window of time, or
so many at one time. An address is an IPv4 address or the /64 of an IPv6 one. What one message may
look like, such as the length of a title, is in [PROTOCOL.md](../PROTOCOL.md); the queues of media
are in [ARCHITECTURE.md](../ARCHITECTURE.md#what-is-dropped-and-when).

| of each | what | how much | setting | beyond it |
| --- | --- | --- | --- | --- |
"""


def table() -> str:
    """Return the whole page."""
    return _HEAD + "".join(_row(budget) for _, budget in declared())


def _each(window: str) -> str:
    return f"an {window}" if window == "hour" else f"a {window}"


def _row(budget: Budget) -> str:
    amount = f"{budget.amount:,}".replace(",", " ")
    if budget.setting:
        times = f", {budget.factor} times" if budget.factor > 1 else ""
        setting = f"`{budget.setting}`{times}"
    else:
        setting = f"none: {budget.fixed}"
    cells = (
        budget.of,
        budget.unit,
        f"{amount} {_each(budget.per)}" if budget.per else amount,
        setting,
        budget.beyond,
    )
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201
