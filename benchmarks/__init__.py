"""What `make bench` measures, as ratios within one run; docs/performance.md explains each figure."""
