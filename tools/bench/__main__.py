"""``make bench``: all benchmarks, one JSON object a line."""

from tools.bench import forms, runs, scale

if __name__ == "__main__":
    runs.main()
    forms.main()
    scale.main()
