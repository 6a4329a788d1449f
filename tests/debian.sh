#!/usr/bin/env bash
# Makes sure that this machine has the programs of others that the tests drive; installs what is
# missing if that is possible without asking anybody.
#
# A Chromium is needed. Without the WHIP and WHEP clients, or a compiler for the native fan-out
# kernel, the tests that need them are skipped, except in CI (CI=true), where they fail.
set -euo pipefail

found() {
    local name
    for name in "$@"; do
        if command -v "$name" >/dev/null; then
            return 0
        fi
    done
    return 1
}

has_browser() {
    found chromium chromium-browser google-chrome-stable google-chrome
}

# Prints the packages of the clients that are not installed.
missing_clients() {
    local name
    for name in simple-whip-client python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-libav \
        gstreamer1.0-nice gstreamer1.0-plugins-{base,good,bad,ugly}; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then
            echo "$name"
        fi
    done
    found npm || echo npm # fetches the clients that run in a browser, and the linters
    found cc || printf '%s\n' gcc libc6-dev
    [ -e /usr/include/openssl/evp.h ] || echo libssl-dev # the native fan-out kernel
    found tc || echo iproute2 # slow links
    # Reads our configuration for it. Elsewhere not installed: the package starts a web server.
    [ -z "${CI:-}" ] || found caddy || echo caddy
}

packages=()
has_browser || packages+=(chromium)
# Fonts: without any, pages have no letters.
has_browser || packages+=(fonts-dejavu-core fonts-noto-color-emoji)
needed=${#packages[@]}
if found dpkg-query; then
    mapfile -t -O "$needed" packages < <(missing_clients)
elif ! found whip-client; then
    echo "Not Debian: without whip-client and GStreamer the tests that drive them are skipped." >&2
fi

if [ ${#packages[@]} -gt 0 ] && found apt-get; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
    fi
    if "${as_root[@]}" true 2>/dev/null; then
        echo "Installing for the tests: ${packages[*]} …"
        install() {
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -q -y --no-install-recommends "$@" </dev/null
        }
        "${as_root[@]}" apt-get update -q </dev/null || true
        # All at once is quickest. If one of them is not to be had, the browser still may be.
        install "${packages[@]}" || [ "$needed" -eq 0 ] || install "${packages[@]:0:needed}" || true
    fi
fi

if found dpkg-query; then
    mapfile -t without < <(missing_clients)
    if [ ${#without[@]} -gt 0 ]; then
        echo "Tests with clients of others need: apt-get install ${without[*]}" >&2
    fi
fi

if ! has_browser; then
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
