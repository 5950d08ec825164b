#!/bin/sh
# Install Debian packages that are missing, if this user may; otherwise say what is lost and go on.
# Usage: system_packages.sh PACKAGE...
set -eu

missing=""
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, and this system has no apt-get:$missing. See 'gradeprop doctor'." >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    run=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    run="sudo -n"
else
    echo "Not installed:$missing. Without it student code is isolated less well (see 'gradeprop doctor')." >&2
    echo "To install it: sudo apt-get install$missing" >&2
    exit 0
fi
echo "Installing Debian packages:$missing ..." >&2
$run apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends $missing >/dev/null
