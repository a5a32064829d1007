"""`make bench`: every benchmark, a line or two each; `--quick` has fewer rounds and subscribers."""

import sys

from benchmarks import delivery, parsing, pipeline, ranking, rendering, scale

quick = "--quick" in sys.argv[1:]
for benchmark in (ranking, parsing, rendering):
    benchmark.run()
delivery.run(quick=quick)
pipeline.run(quick=quick)
scale.run(quick=quick)
