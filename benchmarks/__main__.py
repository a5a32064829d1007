"""`make bench`: every benchmark, one line each."""

from benchmarks import parsing, ranking

for benchmark in (ranking, parsing):
    benchmark.run()
