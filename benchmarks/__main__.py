"""Runs every benchmark in a process of its own, or those named: `python -m benchmarks parse page`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("parse", "page", "memory", "filter", "talkers", "explain", "screen", "tail")


def main(names: list[str]) -> int:
    """Runs them in turn; the exit status is 1 when one of them missed its figure."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(
            f"No benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr
        )
        return 2
    missed = 0
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        missed += subprocess.run(command, check=False, cwd=Path(__file__).parent.parent).returncode != 0
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
