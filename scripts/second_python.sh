#!/bin/sh
# Run quick tests on another Python than .venv's, if there is one, in an environment of its own: those of what runs in
# students' notebooks, which have whatever Python there is; with a PYTHON named, nearly all.
# Usage: second_python.sh [PYTHON [TORCH]]
#   PYTHON  an interpreter; without it the first of python3.12 to 3.14 and 3.11 that is here and another one
#   TORCH   a version of torch instead of the one in constraints.txt
# A second Python that cannot be had is said and is no failure; a test that fails there is one.
set -eu
cd "$(dirname "$0")/.."

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
tested() { printf '\nSecond Python: %s\n' "$1"; }

own=$(version_of .venv/bin/python)
python=${1:-}
if [ -z "$python" ]; then
    for candidate in python3.12 python3.13 python3.14 python3.11 \
        "$HOME"/.pyenv/versions/3.1[1-9].*/bin/python3; do
        found=$(version_of "$candidate") || continue
        [ "$found" = "$own" ] && continue
        python=$candidate
        break
    done
fi
[ -n "$python" ] || { tested "none ran, there is no other interpreter from 3.11 on here."; exit 0; }

version=$(version_of "$python") || { echo "$python does not start" >&2; exit 2; }
torch=${2:-$(sed -n 's/^torch==//p' constraints.txt)}
folder=.venv-$version-torch-$torch
room_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
if [ ! -d "$folder" ] && [ "$room_mb" -lt 15000 ]; then
    tested "none ran, $version was found but torch may need 8 GB and only $room_mb MB are free."
    exit 0
fi

if [ ! -e "$folder/.ready" ]; then
    pins=$(mktemp)
    trap 'rm -f "$pins"' EXIT
    # An older torch may need an older numpy than the one pinned.
    sed -e "s/^torch==.*/torch==$torch/" ${2:+-e '/^numpy==/d'} constraints.txt > "$pins"
    echo "Installing for Python $version with torch $torch (a large download) ..."
    if ! { "$python" -m venv "$folder" && "$folder/bin/python" -m pip install --quiet --upgrade pip &&
        timeout 900 "$folder/bin/python" -m pip install --quiet --constraint "$pins" --editable '.[dev]'; }; then
        rm -rf "$folder"
        tested "none ran, Python $version was found but its packages could not be installed."
        exit 0
    fi
    touch "$folder/.ready"
fi
if [ -n "${1:-}" ]; then
    # What the course asks and answers, and what the docs show, was graded with the first Python.
    set -- --ignore tests/content --ignore tests/docs --ignore tests/examples
else
    set -- tests/course tests/gradients tests/grading/checks tests/grading/public tests/notebook tests/session/student \
        tests/student
fi
"$folder/bin/python" -m pytest -m "not slow" --numprocesses auto --dist loadfile "$@"
tested "passed on Python $version with torch $("$folder/bin/python" -c 'import torch; print(torch.__version__)')."
