#!/usr/bin/env bash
# On the GPU machine: proves the GPU path of gradeprop with what prepare.sh put beside this file.
# Where something fails, it says at which layer, and goes on. Ends by itself; see docs/gpu.md.
# Usage: bash .gpu/check.sh
#   OUT     where report.txt, results.tgz and figures as JSON go (/tmp/gpu-out)
#   LIMIT   seconds after which it ends at the latest (525)
# What is run outside `step` has a `timeout` of its own: nothing here waits for ever for a GPU.
#   PYTHON  an interpreter, version 3.12, that has torch and numpy (python3)
set -u
umask 022 # student code runs as another user, who must be able to read the product
here=$(cd "$(dirname "$0")" && pwd)
OUT=${OUT:-/tmp/gpu-out}
LIMIT=${LIMIT:-525}
PYTHON=${PYTHON:-python3}
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
export LC_ALL=C.UTF-8 COLUMNS=150

SECONDS=0 # bash counts them up from here
work=$(mktemp -d "${TMPDIR:-/tmp}/prove-gpu-XXXXXX")
logs=$work/logs
product=$work/product
# The sandbox shows student code no other folder of PYTHONPATH than one of this name.
packages=$work/site-packages
mkdir -p "$logs" "$product" "$packages" "$work/debs" "$OUT"
chmod 755 "$work"
report=$OUT/report.txt
: > "$report"

background=() # processes to end at the end, whatever happens
clean_up() {
    [ ${#background[@]} -eq 0 ] || kill "${background[@]}" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT

# What is kept for the end: a step that has to be killed (5 s), and the last question to the GPU.
ENDING=20
left() { echo $((LIMIT - ENDING - SECONDS)); }

# within SECONDS: as many, or what is left if that is less. (No time at all would mean no limit.)
within() {
    local allowed=$1
    [ "$allowed" -lt "$(left)" ] || allowed=$(left)
    [ "$allowed" -gt 0 ] || allowed=1
    echo "$allowed"
}

# say TEXT: on the screen and in the report.
say() { echo "$*" | tee -a "$report"; }

# report_log NAME TITLE: the whole log of a step, in a section of its own.
report_log() {
    {
        printf '\n######## %s\n' "$2"
        head -c 3000000 "$logs/$1"
    } >> "$report"
}

# step NAME SECONDS COMMAND...: runs it with a log of its own; a failure never stops what follows.
step() {
    local name=$1 limit=$2 began=$SECONDS code title
    shift 2
    if [ "$(left)" -lt 8 ]; then
        say "== $name: left out, no time"
        return 99
    fi
    limit=$(within "$limit")
    timeout -k 5 "$limit" "$@" > "$logs/$name" 2>&1 < /dev/null
    code=$?
    title="$name: exit code $code"
    [ $code -ne 124 ] || title="$name: not done after $limit s"
    echo "== $title, $((SECONDS - began)) s"
    report_log "$name" "$title, $((SECONDS - began)) s"
    return $code
}

# quick SECONDS COMMAND...: for what is no step of its own; as long at most, and no longer than is left.
quick() {
    local limit
    [ "$(left)" -gt 0 ] || return 99
    limit=$(within "$1")
    shift
    timeout -k 2 "$limit" "$@" < /dev/null
}

# show NAME LINES PATTERN: on the screen, the lines of a log that decide.
show() { grep -sE -- "$3" "$logs/$1" | cut -c 1-200 | head -n "$2" | sed 's/^/   /'; }
verdict() { grep -s '^verdict: ' "$logs/$1" | tail -n 1 | cut -c 10-300; }
works() { [[ $(verdict "$1") == works* ]]; }

# with_product FOLDER: from now on Python imports gradeprop from there.
with_product() { export PYTHONPATH=$here:$packages:$1; }

# Put what this machine lacks in place. Bubblewrap and its libraries must lie where the sandbox
# shows them, below /usr.
install_missing() {
    local deb library
    for deb in "$here"/debs/*.deb; do
        [ -e "$deb" ] || continue
        dpkg -x "$deb" "$work/debs" 2>/dev/null ||
            { ar p "$deb" data.tar.xz | tar -xJ -C "$work/debs"; }
    done
    for library in libseccomp.so.2 libcap.so.2 libselinux.so.1 libpcre2-8.so.0; do
        ldconfig -p | grep -q "$library" && continue
        echo "missing here, taken from the kit: $library"
        find "$work/debs" -name "$library*" -exec cp -a {} /usr/lib/x86_64-linux-gnu/ \;
        ldconfig
    done
    if ! command -v bwrap > /dev/null; then
        echo "missing here, taken from the kit: bwrap"
        cp "$work/debs/usr/bin/bwrap" /usr/bin/bwrap
    fi
    bwrap --version
    "$PYTHON" -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir --upgrade \
        --target "$packages" "$here"/wheels/*.whl
    tar -xzf "$here/product.tgz" -C "$product"
    # Once and on all cores, since a Python starts some forty times below.
    "$PYTHON" -m compileall -q -j 0 "$packages" "$product/src"
}

# grade_solutions ASSIGNMENT: the course's own solutions, on the CPU and the GPU.
grade_solutions() {
    "$PYTHON" -m gradeprop grade "$1" --submitted "$work/solved" --device cuda \
        --isolation "$best" --workers 1
    mkdir -p "$work/graded"
    cp -r "results/$1" "$work/graded/"
}

# 1. What machine this is, and what it lacks.
step facts 30 bash "$here/facts.sh" "$PYTHON"
show facts 16 '^Linux|^NVIDIA|libcuda\.so|libnvidia-ml|^LD_|^CUDA|^crw'
with_product "$product/src"
export -f install_missing
export here work packages product PYTHON
step install 90 bash -c install_missing
show install 6 '.'
cd "$product" || exit 1

# 2. CUDA without the product. One process holds the device, so that no other has to wake it.
step torch_alone 90 "$PYTHON" -m prove_gpu.torch_alone start
show torch_alone 12 '.'
timeout -k 5 "$(within 260)" "$PYTHON" -m prove_gpu.torch_alone hold > "$logs/hold" 2>&1 < /dev/null &
holder=$!
background+=("$holder")
step watch 60 "$PYTHON" -m prove_gpu.watch 45
show watch 14 '^!|^r|^job|^verdict'
step torch_again 30 "$PYTHON" -m prove_gpu.torch_alone again
show torch_again 2 '.'
step layers 60 "$PYTHON" -m prove_gpu.layers 50
show layers 14 '.'
# The product has to wake the device by itself.
kill "$holder" 2>/dev/null
wait "$holder" 2>/dev/null

# 3. The sandbox on the GPU, from the strongest isolation to none. Meanwhile the graders on the CPU.
step doctor 40 "$PYTHON" -m gradeprop doctor
show doctor 12 'cuda|solation|Landlock|namespaces|control group|✗'
# The whole course takes longer than all the rest.
timeout -k 5 "$(within 90)" "$PYTHON" -m gradeprop verify a01_slopes a04_descent --device cpu \
    > "$logs/verify_cpu" 2>&1 < /dev/null &
verifying=$!
background+=("$verifying")
best=
# try_levels LEVEL...: the product's sandbox at each of them.
try_levels() {
    local level
    for level in "$@"; do
        step "cuda_$level" 60 "$PYTHON" -m prove_gpu.sandbox "$level"
        show "cuda_$level" 20 '^==|^--|FAIL|^verdict'
        [ -z "$best" ] && works "cuda_$level" && best=$level
    done
}
# Where full works, the others wait until all that needs the time more has been done.
try_levels full
[ -n "$best" ] || try_levels restricted none
say "== best isolation with a working GPU: ${best:-none of them}"

# 4. If a GPU works here, but not at full: once more, each time without one of its parts.
culprits=()
if [ "$best" != full ] && { [ -n "$best" ] || works torch_alone; }; then
    for part in $(quick 20 "$PYTHON" -m prove_gpu.leave_out); do
        if [ "$(left)" -lt 30 ] || { [ -n "$best" ] && [ "$(left)" -lt 200 ]; }; then
            say "== without $part and what comes after it: not tried, the time is needed"
            break
        fi
        rm -rf "$work/without"
        mkdir "$work/without"
        quick 20 "$PYTHON" -m prove_gpu.leave_out "$part" "$work/without" 2> "$logs/leave_out" || {
            say "== without $part: COULD NOT BE LEFT OUT: $(tail -n 1 "$logs/leave_out")"
            continue
        }
        with_product "$work/without"
        step "without_$part" 30 "$PYTHON" -m prove_gpu.sandbox full
        with_product "$product/src"
        show "without_$part" 4 'FAIL  cuInit|FAIL  torch|^verdict'
        grep -qs "left out: $part" "$logs/without_$part" ||
            say "== without $part: WAS NOT LEFT OUT: not reached, or put on elsewhere by now"
        works "without_$part" && culprits+=("$part")
    done
fi

wait "$verifying"
verify_cpu="exit code $?"
report_log verify_cpu "verify_cpu: $verify_cpu"
echo "== verify_cpu: $verify_cpu"
show verify_cpu 8 'proven|wrong|gradeprop:|Slowest'

# 5. The course on the GPU, at the best isolation, the most telling first: a class with the verdicts
# of both devices; neighbours of students who misuse the device; the graders; the product's own tests
# of its sandbox (but for matplotlib, which is not carried).
# measured FILE SUBMISSIONS ASSIGNMENT ...: `gradeprop grade`, with what it takes in $OUT.
measured() {
    local file=$1 submissions=$2
    shift 2
    "$PYTHON" -m prove_gpu.measured "$OUT/$file" "$submissions" "results/$1" \
        "$PYTHON" -m gradeprop grade "$@" --device cuda --isolation "$best" --workers 4
}
# grade_neighbours NAME SUBMISSIONS: one of the two classes of `neighbours`, its results to $work/NAME.
grade_neighbours() {
    local code
    rm -rf results/a01_slopes
    measured "$1.json" "$2" a01_slopes --submitted "$work/neighbours/$1" --force
    code=$?
    mv results/a01_slopes "$work/$1"
    return $code
}
# compare_neighbours ALONE CROWDED: what they got, if both classes came to an end: one that was cut
# or left out (exit code 124, 137 or 99) lacks results, which says nothing about neighbours.
compare_neighbours() {
    local code
    for code in "$1" "$2"; do
        case $code in 99 | 124 | 137)
            neighbours="not run: there was no time for both classes"
            say "== neighbours: $neighbours"
            return
            ;;
        esac
    done
    step neighbours 20 "$PYTHON" -m prove_gpu.neighbours compare "$work/alone" "$work/crowded"
    neighbours=$(verdict neighbours)
    show neighbours 14 '.'
}
sandbox_tests="test_gpu or test_filters or test_layers or test_launch or test_sandbox"
solutions="" grade_cuda="not run" verdicts="" neighbours="" tests="not run"
if [ -n "$best" ]; then
    export work best OUT
    export -f grade_solutions measured grade_neighbours
    # The class without joan, whose loop never ends: that alone takes a minute and a half.
    quick 20 "$PYTHON" -W ignore -m tarfile -e examples/submitted.tar.xz "$work"
    rm -rf "$work/submitted/joan"
    class=("$work"/submitted/*/)
    step grade_cuda 140 bash -c 'measured "$@"' measured class.json "${#class[@]}" a04_descent \
        --submitted "$work/submitted"
    grade_cuda="exit code $?"
    show grade_cuda 5 'gradeprop:|Traceback|Error|^verdict'
    step verdicts 20 "$PYTHON" -m prove_gpu.verdicts results/a04_descent
    verdicts=$(verdict verdicts)
    show verdicts 20 '.'
    [ ! -d results ] || quick 10 tar -czf "$OUT/results.tgz" results

    quick 20 "$PYTHON" -m prove_gpu.neighbours hand-in "$work/neighbours"
    step alone 80 bash -c 'grade_neighbours alone 8'
    alone=$?
    show alone 4 'gradeprop:|Traceback|^verdict'
    step crowded 140 bash -c 'grade_neighbours crowded 11'
    crowded=$?
    show crowded 4 'gradeprop:|Traceback|^verdict'
    compare_neighbours "$alone" "$crowded"

    rm -rf results/a01_slopes
    quick 30 "$PYTHON" -m prove_gpu.solutions "$work/solved" > "$work/assignments"
    step solutions 150 xargs -a "$work/assignments" -P 4 -I '{}' bash -c 'grade_solutions {}'
    step solutions_verdicts 20 "$PYTHON" -m prove_gpu.verdicts "$work"/graded/*
    solutions=$(verdict solutions_verdicts)
    show solutions_verdicts 40 '.'
    show solutions 12 'gradeprop:|Traceback|Error|graders/'
    [ "$best" != full ] || try_levels restricted none
    if [ "$(left)" -gt 60 ]; then
        step tests 110 "$PYTHON" -m pytest -q -p no:cacheprovider tests/session -m "not slow" \
            -k "($sandbox_tests) and not matplotlib"
        tests="exit code $?"
        show tests 6 'passed|failed|^(FAILED|ERROR)'
    fi
fi

# What it all comes to.
conclude() {
    if [ "$best" = full ]; then
        say "The GPU works at isolation full."
    elif [ -n "$best" ]; then
        say "The GPU works at isolation $best, not at full: $(verdict cuda_full)"
        say "It works at full without: ${culprits[*]:-(no single part is the reason)}"
    elif works torch_alone; then
        say "torch alone has the GPU, the product has it at no level: $(verdict cuda_none)"
        say "It works at full without: ${culprits[*]:-(no single part is the reason)}"
    else
        say "There is no GPU for torch alone. This says nothing about the product. In detail:"
        say "  step torch_alone $(verdict torch_alone)"
        say "  step layers (the driver, without torch) $(verdict layers)"
        say "  step cuda_none (the product without isolation) $(verdict cuda_none)"
    fi
    say "verify on the CPU: $verify_cpu; the solutions on the GPU: ${solutions:-not run}"
    say "a class on the GPU: $grade_cuda; CPU and GPU side by side: ${verdicts:-not run}"
    say "submissions a second and memory: a class $(verdict grade_cuda)"
    say "  eight neighbours alone $(verdict alone)"
    say "  beside three bad ones $(verdict crowded)"
    say "neighbours of students who misuse the device: ${neighbours:-not run}"
    say "the product's tests of its sandbox: $tests"
}
printf '\n######## conclusion\n' >> "$report"
conclude
# Right after students who misuse it a GPU may answer nobody.
timeout -k 2 10 nvidia-smi --query-gpu=memory.used,utilization.gpu --format=csv >> "$report" 2>&1 ||
    say "nvidia-smi does not answer"
say "== done in $SECONDS s; the report is $report"
