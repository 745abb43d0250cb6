"""``make bench``: all benchmarks, one JSON object a line."""

from tools.bench import batch, forms, runs, scale

if __name__ == "__main__":
    runs.main()
    batch.main()
    forms.main()
    scale.main()
