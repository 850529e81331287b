"""Take each guard out, see its tests fail, and write the table of ``docs/guarantees.md``.

python -m benchmarks.guarantees.run [--only 1 24] [--dry-run]
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.guarantees.catalogue import ALL_GUARDS
from benchmarks.guarantees.removal import verdict


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, nargs="+", metavar="FAULT", help="these faults only")
    options = parser.parse_args()
    chosen = [guard for guard in ALL_GUARDS if options.only is None or guard.fault in options.only]
    wrong = 0
    for guard in chosen:
        found = verdict(guard)
        wrong += found != "held"
        print(f"F{guard.fault:<3} {found:18} {guard.file}: {guard.promise}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
