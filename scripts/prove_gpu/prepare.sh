#!/usr/bin/env bash
# Gathers in .gpu/ what an offline GPU machine with Python 3.12, torch and numpy lacks to grade, the
# product as it is here, and the proof itself (check.sh). See docs/gpu.md.
# Usage: bash scripts/prove_gpu/prepare.sh
# The versions are those of .venv, so `make setup` comes first.
set -euo pipefail
cd "$(dirname "$0")/../.."
sources=scripts/prove_gpu
python=.venv/bin/python
target=3.12 # the Python of the GPU machine
[ -x $python ] || { echo "there is no $python: run make setup first" >&2; exit 1; }

rm -rf .gpu
mkdir -p .gpu/wheels .gpu/debs .gpu/prove_gpu
echo '*' > .gpu/.gitignore # keeps itself out of git
cp $sources/check.sh $sources/facts.sh .gpu/
cp $sources/*.py .gpu/prove_gpu/
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lacks=0
missing() {
    echo "MISSING: $*" >&2
    lacks=1
}

# The product, committed or not, without what git ignores.
git ls-files -z --cached --others --exclude-standard |
    tar --null --ignore-failed-read --warning=no-failed-read -czf .gpu/product.tgz -T -

# Wheels for any Linux from 2019 on. pip takes only platforms that are named; older ones come last.
platforms=()
for glibc in 2_28 2_27 2_24 2_17 2014 2_12 2010 2_5 1; do
    platforms+=(--platform "manylinux${glibc/#2_/_2_}_x86_64")
done
platforms+=(--platform linux_x86_64)
download() {
    $python -m pip --disable-pip-version-check download --quiet --no-deps --only-binary=:all: \
        --implementation cp --python-version $target "${platforms[@]}" --dest .gpu/wheels "$@" \
        > "$work/pip" 2>&1
}
mapfile -t pins < <(PYTHONPATH=scripts $python -m prove_gpu.wheels $target)
if ! download "${pins[@]}"; then
    # One that cannot be had keeps all others from coming: now each by itself.
    for pin in "${pins[@]}"; do
        download "$pin" || missing "$pin has no wheel for Python $target: $(tail -n 1 "$work/pip")"
    done
fi

# Bubblewrap and its libraries, for a Debian or Ubuntu that has none.
debs=(bubblewrap libseccomp2 libcap2 libselinux1 libpcre2-8-0)
if ! (cd .gpu/debs && apt-get download "${debs[@]}") > "$work/apt" 2>&1; then
    missing "Debian packages (apt-get update may help): $(tail -n 1 "$work/apt")"
fi
# Without the version, which holds characters that not every means of transport takes.
for deb in .gpu/debs/*_*.deb; do
    [ ! -e "$deb" ] || mv "$deb" "${deb%%_*}.deb"
done

# With such a Python here: does all that is carried import?
for candidate in python"$target" "$HOME"/.pyenv/versions/"$target".*/bin/python"$target"; do
    "$candidate" --version > /dev/null 2>&1 || continue
    "$candidate" -m pip --disable-pip-version-check install --quiet --no-index --no-deps \
        --no-compile --target "$work/site-packages" .gpu/wheels/*.whl 2> "$work/pip" ||
        missing "the wheels cannot be installed: $(tail -n 1 "$work/pip")"
    "$candidate" -I - "$work/site-packages" <<'PYTHON' || missing "not all wheels import"
import sys
sys.path.insert(0, sys.argv[1])
import hypothesis, IPython, jinja2, nbformat, orjson, pydantic, pygments, pyseccomp, pytest
import rich, typer, yaml
print("The wheels import on Python", sys.version.split()[0])
PYTHON
    break
done

count=$(find .gpu/wheels -name '*.whl' | wc -l)
echo "$count wheels, $(du -sh .gpu | cut -f 1) in all. Carry .gpu/ there and run:"
echo "  bash .gpu/check.sh"
exit $lacks
