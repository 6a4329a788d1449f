#!/usr/bin/env bash
# The tests of the native fan-out kernel under AddressSanitizer and UndefinedBehaviorSanitizer,
# with a fuzzer that drives it beside the one in Python. About a minute; needs gcc or clang.
# KERNEL_FUZZ=1000 tries more.
set -euo pipefail
cd "$(dirname "$0")/../../.."

bin=${VENV:-.venv}/bin
cc=${CC:-cc}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! echo '#include <openssl/evp.h>' | "$cc" -fsanitize=address -x c -shared -fPIC -o /dev/null -; then
    echo "No compiler with AddressSanitizer, or no OpenSSL headers (Debian: gcc libssl-dev)." >&2
    [ "${CI:-}" != true ]
    exit
fi

include=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
flags=(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
"$cc" -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror "${flags[@]}" -fPIC -shared \
    -I"$include" liveshow/relay/kernel/native/*.c -o "$folder/_native.so" -lcrypto -pthread

# Python's own allocator would hide what is read past the end of a payload. What Python itself
# keeps until the end is not a leak.
export PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
export KERNEL_BUILD="$folder/_native.so" KERNEL_FUZZ=${KERNEL_FUZZ:-12}
LD_PRELOAD="$("$cc" -print-file-name=libasan.so) $("$cc" -print-file-name=libstdc++.so.6)" \
    "$bin/python" -m pytest -q -p no:cacheprovider tests/relay/kernel -k native \
    --ignore tests/relay/kernel/test_build.py "$@"
