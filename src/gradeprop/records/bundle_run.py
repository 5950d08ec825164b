"""The name under which Gradescope bundles of earlier versions start
`gradeprop.records.gradescope.run`."""

import runpy

if __name__ == "__main__":
    runpy.run_module("gradeprop.records.gradescope.run", run_name="__main__")
