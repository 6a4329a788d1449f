"""``python -m liveshow`` is ``liveshow``."""

from liveshow.cli import main

main(prog_name="liveshow")
