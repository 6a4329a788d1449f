"""How the native fan-out kernel is compiled: hardened as far as the compiler knows how."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.relay.kernel.bed import kernel_names

ROOT = Path(__file__).parents[3]
NATIVE = "liveshow/relay/kernel/native"
FLAGS = ("-fstack-clash-protection", "-fcf-protection")
# A compiler that knows some flags, and says how it was called.
COMPILER = """#!/bin/sh
echo "$*" >> {log}
for flag in {unknown}; do
    case " $* " in *" $flag "*) echo "unknown option $flag" >&2; exit 1;; esac
done
exec cc "$@"
"""


@pytest.mark.slow
@pytest.mark.parametrize("unknown", [(), FLAGS[1:], FLAGS])
@pytest.mark.parametrize("name", kernel_names()[1:])
def test_flags_that_the_compiler_has_are_used(
    name: str, unknown: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For another compiler or machine, the kernel is built without them, and with no warning."""
    pytest.importorskip("setuptools")  # environments of Python 3.12 and newer come without it
    shutil.copy(ROOT / "setup.py", tmp_path)
    shutil.copytree(ROOT / NATIVE, tmp_path / NATIVE)
    log, compiler = tmp_path / "log", tmp_path / "compiler"
    compiler.write_text(COMPILER.format(log=log, unknown=" ".join(unknown) or "''"))
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.setenv("CFLAGS", "-O0")
    command = [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", "built"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert list((tmp_path / "built").rglob("_native*.so")), built.stderr
    assert "native/" not in built.stderr, "a warning"
    calls = log.read_text().splitlines()
    compiled = [call for call in calls if "native/" in call and " -c " in call]
    assert len(compiled) == len(list((ROOT / NATIVE).glob("*.c")))
    probes = {
        flag: [call for call in calls if flag in call and "probe.c" in call] for flag in FLAGS
    }
    assert all(probes.values())
    for flag in unknown:
        assert not any(flag in call for call in compiled)
    if "-fstack-clash-protection" not in unknown:
        assert all("-fstack-clash-protection" in call for call in compiled)
