"""A server that runs while its files are replaced by those of another version."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
import liveshow, signaling
from liveshow import server
from liveshow.app import create_app
from liveshow.settings import Settings

create_app(Settings(data_dir=Path(sys.argv[1])))
for package in (liveshow, signaling):
    folder = Path(package.__file__).parent
    for file in folder.rglob("*.py"):
        name = ".".join(file.relative_to(folder.parent).with_suffix("").parts)
        if name.removesuffix(".__init__") not in sys.modules:
            print(name)
"""

# Of other commands and programs, or done with before the server listens.
NOT_OF_A_RUNNING_SERVER = (
    "liveshow.__main__",
    "liveshow.budgets_table",
    "liveshow.check",
    "liveshow.cli",
    "liveshow.demo",
    "liveshow.metrics_table",
    # Read when the server is made, with Stripe in its settings.
    "liveshow.payments.stripe",
    "liveshow.settings_table",
    "liveshow.store.migrat",
    "liveshow.store.postgres",
    "liveshow.store.server_lock",
    "liveshow.surroundings",
    "liveshow.tls",
    "liveshow.verify",
)


def test_a_server_that_listens_has_read_all_of_its_program(tmp_path: Path) -> None:
    """python/cpython#124170: what is first imported after an upgrade is of another version.

    The tables of a show were read with the first show that somebody asked for, and it was a 500.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    late = [name for name in done.stdout.split() if not name.startswith(NOT_OF_A_RUNNING_SERVER)]
    assert late == []
