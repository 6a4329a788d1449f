#!/usr/bin/env bash
# Makes sure that this machine has a Chromium for the tests; installs one if that is possible
# without asking anybody.
set -euo pipefail

found() {
    local name
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        if command -v "$name" >/dev/null; then
            return 0
        fi
    done
    return 1
}

if found; then
    exit 0
fi

if command -v apt-get >/dev/null; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
    fi
    if [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; then
        echo "Installing Chromium for the tests …"
        export DEBIAN_FRONTEND=noninteractive
        "${as_root[@]}" apt-get update -q </dev/null
        # Fonts: without any, pages have no letters.
        "${as_root[@]}" apt-get install -q -y --no-install-recommends \
            chromium fonts-dejavu-core fonts-noto-color-emoji </dev/null
    fi
fi

if ! found; then
    cat >&2 <<'END'
The tests need a Chromium browser, and it could not be installed without asking you.
    Debian, Ubuntu:   sudo apt-get install chromium
    Fedora:           sudo dnf install chromium
    Arch:             sudo pacman -S chromium
    others:           any Chrome or Chromium that is on the PATH as `chromium`
Then run `make test` again.
END
    exit 1
fi
