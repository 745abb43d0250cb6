"""``make bench``: all benchmarks, one JSON object a line."""

from tools.bench import runs, scale

if __name__ == "__main__":
    runs.main()
    scale.main()
