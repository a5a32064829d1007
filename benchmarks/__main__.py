"""`make bench`: every benchmark, one line each."""

from benchmarks import ranking

for benchmark in (ranking,):
    benchmark.run()
