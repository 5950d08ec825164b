#!/bin/sh
# The main job from end to end: notebooks from YAML, a class graded, the causes of its mistakes.
# Usage: demo.sh ARCHIVE ASSIGNMENT...
# ARCHIVE unpacks to submitted/, here in build/examples/.
set -eu

archive=$1
shift
step() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || step() { printf '\n%s\n' "$1"; }

step "1. Build the notebooks from exercises/*.yaml"
gradeprop build
rm -rf build/examples
python -W ignore -m tarfile -e "$archive" build/examples # no program for .xz is needed
for assignment in "$@"; do
    step "2. Grade the bundled class: $assignment"
    gradeprop grade "$assignment" --submitted build/examples/submitted --force
done
step "3. What one student is told"
gradeprop show a04_descent grace
