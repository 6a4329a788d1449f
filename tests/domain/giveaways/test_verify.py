"""`liveshow verify giveaway`: what a server has published is checked without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from liveshow.cli import main
from liveshow.domain.giveaways import draw
from tests.domain.giveaways.test_draw import VECTORS

Json = dict[str, Any]
DRAWN = [vector for vector in VECTORS if vector["entries"]]


def proof_of(vector: Json, **changes: Any) -> Json:
    beacon = None
    if vector["randomness"]:
        beacon = {"chain": "ab", "round": 7, "signature": vector["signature"]}
        beacon["randomness"] = vector["randomness"]
    return {
        "kind": "liveshow.giveaway",
        "version": 1,
        "commitment": vector["commitment"],
        "entries": len(vector["entries"]),
        "entries_hash": vector["entries_hash"],
        "entry_ids": vector["entries"],
        "beacon": beacon,
        "seed": vector["seed"],
        "picks": vector["picks"],
        **changes,
    }


def run(tmp_path: Path, text: str | bytes) -> tuple[int, str]:
    file = tmp_path / "proof.json"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    result = CliRunner().invoke(main, ["verify", "giveaway", str(file)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


@pytest.mark.parametrize("vector", DRAWN, ids=lambda vector: vector["name"])
def test_a_true_proof_agrees(tmp_path: Path, vector: Json) -> None:
    code, said = run(tmp_path, json.dumps(proof_of(vector)))
    assert (code, "This agrees." in said) == (0, True), said


def test_what_it_cannot_prove_is_said(tmp_path: Path) -> None:
    plain, with_beacon = (
        next(v for v in DRAWN if bool(v["randomness"]) is beacon) for beacon in (False, True)
    )
    assert "tried no seeds" in run(tmp_path, json.dumps(proof_of(plain)))[1]
    assert "that drand signed" in run(tmp_path, json.dumps(proof_of(with_beacon)))[1]


THREE = next(vector for vector in DRAWN if len(vector["entries"]) == 3)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "00" * 32},
        {"commitment": "00" * 32},
        {"entries_hash": "00" * 32},
        {"entry_ids": THREE["entries"][:2]},
        {"entry_ids": [*THREE["entries"], "sock-puppet"]},
        {"entries": 4},
        {"picks": THREE["picks"][::-1]},
        {"picks": THREE["picks"][:1]},
        {"beacon": {"chain": "ab", "round": 7, "signature": "abcd", "randomness": "ef" * 32}},
        {"beacon": {"chain": "a", "round": 7, "signature": None, "randomness": None}},
        {"seed": None},
    ],
)
def test_whatever_was_changed_does_not_agree(tmp_path: Path, change: Json) -> None:
    code, said = run(tmp_path, json.dumps(proof_of(THREE, **change)))
    assert (code, "This agrees." in said) == (1, False), said


def test_an_entry_that_counts_twice_does_not_agree(tmp_path: Path) -> None:
    entries = ["a", "a", "b"]
    twice = {
        "seed": THREE["seed"],
        "commitment": THREE["commitment"],
        "randomness": "",
        "entries": entries,
        "entries_hash": draw.entries_hash(entries),
        "picks": draw.picks(THREE["seed"], entries),
    }
    assert run(tmp_path, json.dumps(proof_of(twice)))[0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        b"\xff\xfe",
        json.dumps({"kind": "liveshow.giveaway", "version": 2}),
        json.dumps(proof_of(THREE, seed="zz")),
        json.dumps(proof_of(THREE, seed="abc")),
        json.dumps(proof_of(THREE, seed=7)),
        json.dumps(proof_of(THREE, picks="abc")),
        json.dumps(proof_of(THREE, picks=[])),
        json.dumps(proof_of(THREE, entry_ids=[1, 2])),
        json.dumps(proof_of(THREE, entry_ids=None)),
        json.dumps(proof_of(THREE, entries=None)),
        json.dumps(proof_of(THREE, commitment=None)),
        json.dumps(proof_of(THREE, beacon=[])),
        json.dumps(proof_of(THREE, beacon={"chain": "ab", "round": "x"})),
        json.dumps(proof_of(THREE, beacon={"chain": "ab", "round": 7, "signature": "ab"})),
    ],
)
def test_what_is_no_proof_is_refused_in_a_sentence(tmp_path: Path, text: str | bytes) -> None:
    code, said = run(tmp_path, text)
    assert code == 1
    assert "proof.json: " in said
    assert "should not have happened" not in said
