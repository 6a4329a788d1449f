"""Which passwords are too easy to guess to be taken.

Attempts are slow (``liveshow.budgets``), so what matters is that a password is none of the first
that everybody tries: common ones, keyboard rows, repetitions, the handle itself. ``zxcvbn``
estimates the guesses; NIST SP 800-63B §3.1.1.2 asks for such a comparison, and for no rule about
characters.
"""

from __future__ import annotations

from collections.abc import Iterable

from zxcvbn import zxcvbn

# Of 0 to 4; from 2 on it takes more than a million guesses.
LEAST_SCORE = 2
# The time that it takes grows faster than the length; these many tell enough.
LOOKED_AT = 72

_ADVICE = "Use three or four words that have nothing to do with one another."


def weakness(password: str, known: Iterable[str] = ()) -> str:
    """Return why a password is too easy to guess, in words; "" when it is not. Takes some ms.

    ``known``: what strangers know of its owner.
    """
    judged = zxcvbn(password[:LOOKED_AT], user_inputs=[*filter(None, known), "liveshow"])
    if judged["score"] >= LEAST_SCORE:
        return ""
    warning = judged["feedback"]["warning"]
    return " ".join(filter(None, ("That password is too easy to guess.", warning, _ADVICE)))
