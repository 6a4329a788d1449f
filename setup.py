"""Builds the native fan-out kernel where that is possible; all else is in pyproject.toml.

Without a compiler or OpenSSL's headers the package installs all the same and uses the kernel
written in Python: one line says so (``pip install -v`` shows it).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from glob import glob
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

NATIVE = "liveshow/relay/kernel/native"
KERNEL = Extension(
    "liveshow.relay.kernel._native",
    sources=sorted(glob(f"{NATIVE}/*.c")),
    depends=sorted(glob(f"{NATIVE}/*.h")),
    libraries=["crypto"],
    define_macros=[("_GNU_SOURCE", None)],
    extra_compile_args=[
        *("-std=c11", "-O2", "-Wall", "-Wextra", "-Wformat", "-Werror=format-security"),
        *("-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2", "-fstack-protector-strong"),
        *("-fPIC", "-fvisibility=hidden"),
    ],
    extra_link_args=["-pthread", "-Wl,-z,relro,-z,now"],
    optional=True,
)
# Against what an overflow could do; not every compiler has them for every machine.
HARDENING = ("-fstack-clash-protection", "-fcf-protection")
PROGRAM = "int main(void) { return 0; }"
NEEDS = (
    ("compiler", PROGRAM),
    ("Python headers", "#include <Python.h>"),
    (
        "OpenSSL headers, 1.1.1 or newer",
        "#include <openssl/evp.h>\n#if OPENSSL_VERSION_NUMBER < 0x10101000L\n#error old\n#endif",
    ),
)


class BuildKernel(build_ext):
    """Builds the extension, or says in one line why not."""

    def build_extension(self, ext: Extension) -> None:
        """Build, unless something is missing."""
        reason = self._missing()
        if not reason:
            known = [flag for flag in HARDENING if self._compiles(PROGRAM, ["-Werror", flag])]
            ext.extra_compile_args = [*ext.extra_compile_args, *known]
            try:
                super().build_extension(ext)
                return
            except Exception as error:
                reason = str(error)
        print(
            f"liveshow: fan-out kernel not built ({reason}): the Python one will be used",
            file=sys.stderr,
        )

    def _missing(self) -> str:
        if sys.platform != "linux":
            return "it is for Linux"
        missing = (need for need, text in NEEDS if not self._compiles(text))
        return next((f"no {need}" for need in missing), "")

    def _compiles(self, text: str, flags: Sequence[str] = ()) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "probe.c")
            source.write_text(text)
            try:
                self.compiler.compile(
                    [str(source)],
                    output_dir=folder,
                    include_dirs=self.include_dirs,
                    extra_postargs=list(flags),
                )
            except Exception:
                return False
        return True


# Not ./build: pip would find it there the next time, with modules that are gone since, or a kernel
# that could not be compiled any more.
SCRATCH = tempfile.TemporaryDirectory()
setup(
    options={"build": {"build_base": SCRATCH.name}},
    ext_modules=[KERNEL],
    cmdclass={"build_ext": BuildKernel},
)
