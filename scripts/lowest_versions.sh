#!/bin/sh
# Run a part of the tests with the lowest versions that pyproject.toml allows, in an environment of its own.
# Usage: lowest_versions.sh
# Where they cannot be had (a Python too new for the lowest torch, no network, no room) that is said and is no
# failure; a test that fails with them is one.
set -eu
cd "$(dirname "$0")/.."

tested() { printf '\nLowest versions: %s\n' "$1"; }

python=
for candidate in "${LOWEST_PYTHON:-}" python3.11 python3.12 .venv/bin/python; do
    # torch 2.4 has packages for Python 3.11 and 3.12.
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null || continue
    python=$candidate
    break
done
[ -n "$python" ] || { tested "none ran, there is neither Python 3.11 nor 3.12 here."; exit 0; }

folder=.venv-lowest
room_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
if [ ! -d "$folder" ] && [ "$room_mb" -lt 15000 ]; then
    tested "none ran, torch may need 8 GB and only $room_mb MB are free."
    exit 0
fi

pins=$(mktemp)
trap 'rm -f "$pins"' EXIT
"$python" scripts/lowest_pins.py > "$pins"
if ! cmp -s "$pins" "$folder/.ready"; then
    rm -rf "$folder"
    echo "Installing the lowest versions (a large download) ..."
    if ! { "$python" -m venv "$folder" && "$folder/bin/python" -m pip install --quiet --upgrade pip &&
        timeout 300 "$folder/bin/python" -m pip install --quiet --constraint "$pins" --editable '.[dask]' \
            pytest-timeout pytest-xdist hypothesis; }; then
        rm -rf "$folder"
        tested "none ran, the packages could not be installed."
        exit 0
    fi
    cp "$pins" "$folder/.ready"
fi
# What calls torch, IPython, pydantic and pytest themselves, and the commands from end to end; how workers and clusters
# are driven is the same with any version. The committed schemas are those of the pydantic that constraints.txt names.
"$folder/bin/python" -m pytest -q -m "not slow" --numprocesses auto --dist loadfile \
    --deselect tests/course/test_schema.py::test_the_committed_schemas_are_those_of_the_model \
    tests/course tests/gradients tests/grading/checks tests/grading/public tests/grading/plots tests/notebook \
    tests/session/student tests/session/wire tests/grading/run/test_batch.py tests/grading/run/test_samples.py \
    tests/cli/test_verify.py tests/cli/test_grade.py tests/cli/test_check.py
tested "passed with torch $("$folder/bin/python" -c 'import torch; print(torch.__version__)')."
