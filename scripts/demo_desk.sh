#!/bin/sh
# From a graded class to a mistake that has a name: report, discover, adopt, and grade again.
# Usage: demo_desk.sh ARCHIVE
# Works in build/demo_desk/, on a copy of the course: adopting writes into an exercise.
set -eu

archive=$PWD/$1
step() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || step() { printf '\n%s\n' "$1"; }

rm -rf build/demo_desk
mkdir -p build/demo_desk
cp -R course.yaml exercises solutions graders build/demo_desk
cd build/demo_desk
python -W ignore -m tarfile -e "$archive" .

step "1. Grade the bundled class"
gradeprop grade a04_descent
step "2. The class as a page"
gradeprop report a04_descent
step "3. The wrong answers that nobody foresaw, by what they do"
gradeprop discover a04_descent
step "4. One of them gets a name: the line through the medians"
group=$(gradeprop discover a04_descent --json | python -c '
import json, sys
for group in json.load(sys.stdin)["groups"]:
    if group["exercise"] == "least_squares_line" and "median" in group["code"]:
        print(group["group"])')
gradeprop adopt a04_descent "$group" --id through_the_medians --say \
    'Your line passes through the medians. The sums of squares are least with the means: x - x.mean().'
step "5. Grade again: whoever made it is told now"
gradeprop grade a04_descent
printf '\nThe page: %s\n' "$PWD/reports/a04_descent.html"
