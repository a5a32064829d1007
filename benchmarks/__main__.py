"""`make bench`: every benchmark, one line each."""

from benchmarks import parsing, ranking, rendering

for benchmark in (ranking, parsing, rendering):
    benchmark.run()
