#!/usr/bin/env bash
# Made by gradeprop. Gradescope runs this for each submission and reads results/results.json.
root=${GRADEPROP_AUTOGRADER:-/autograder}
results=$root/results/results.json
export PYTHONPATH=$root/source/engine PYTHONDONTWRITEBYTECODE=1

mkdir -p "$root/results"
rm -f "$results"
# -P: nothing that lies in the folder where this was started is imported.
"$root/venv/bin/python" -P -m gradeprop.records.gradescope.run "$root" @ASSIGNMENT@
if [ ! -s "$results" ]; then
    # Not even Python ran, or it was killed. Without a score Gradescope gives none: never a zero for that.
    cat > "$results" <<'END'
{"output": "The grader could not run. This is not your fault, and you have not been given any score for it. Your submission is kept; please tell the course staff, who can run the autograder again.", "output_format": "text", "stdout_visibility": "hidden", "extra_data": {"status": "error"}}
END
fi
