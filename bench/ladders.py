#!/usr/bin/env python3
"""The tables of the ladders in kernels/*/README.md: what each variant of an op costs in the simulator.

A README names the calls that it wants between two comments; this script runs every variant of each of them and
writes the table:

    <!-- ladder: lenet --base 8 --batch 4:
    conv1 forward, conv1 filter gradient -->
    ...
    <!-- end of ladder -->

Usage: bench/ladders.py [--check] [README...]      all READMEs of kernels/ by default; --check compares and writes nothing
       bench/ladders.py --times DEVICE [README...] prints the time of every variant on cpu or cuda, and writes nothing

The counts are exact and the same on every machine (docs/simulator.md). Environment: GRIDSTRIDE_LAUNCHER, the program
to run; the default is ./gridstride.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LADDER = re.compile(r"(<!-- ladder: (?P<network>[^:]*):\s+(?P<calls>[^>]*?)\s*-->\n).*?(<!-- end of ladder -->)", re.S)
COLUMNS = [("threads", "threads"), ("barriers", "barriers"), ("global requests", "requests"), ("sectors", "sectors"),
           ("shared requests", "shared_requests"), ("bank conflicts", "bank_conflicts")]
TINY = ["--train-size", "16", "--val-size", "8"]


def gridstride(*words, check=True):
    launcher = os.environ.get("GRIDSTRIDE_LAUNCHER", str(ROOT / "gridstride"))
    done = subprocess.run([*shlex.split(launcher), *words], capture_output=True, text=True)
    if check and done.returncode:
        sys.exit(f"ladders.py: gridstride {shlex.join(words)}: {done.stderr.strip()}")
    return done


def variants(network, call, device):
    """The variants that can run the call, by ascending rank."""
    said = gridstride("train", *network, *TINY, "--device", device, "--impl", f"{call}=?", "--explain", check=False).stderr
    found = re.search(r"available: (.*)", said)
    if not found:
        sys.exit(f"ladders.py: {call} of {shlex.join(network)}: {said.strip()}")
    return found[1].split(", ")


def profiled(network, call, variant, device):
    """The call's entry of profile.json, with this variant."""
    words = ["profile", *network, *TINY, "--device", device, "--impl", f"{call}={variant}", "--json"]
    return next(op for op in json.loads(gridstride(*words).stdout)["ops"] if op["name"] == call)


def table(network, calls):
    lines = ["| call | variant | " + " | ".join(title for title, _ in COLUMNS) + " |", "|---" * (2 + len(COLUMNS)) + "|"]
    for call in calls:
        for variant in variants(network, call, "sim"):
            c = profiled(network, call, variant, "sim")["counts"]
            lines.append(f"| {call} | `{variant}` | " + " | ".join(f"{c[field]:,}" for _, field in COLUMNS) + " |")
    return "\n".join(lines) + "\n"


def times(network, calls, device):
    for call in calls:
        for variant in variants(network, call, device):
            op = profiled(network, call, variant, device)
            print(f"{call:32} {variant:16} {op['us']['median']:10.1f} us")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare and write nothing; exit status 1 if a table is old")
    parser.add_argument("--times", metavar="DEVICE", help="print the times on cpu or cuda and write nothing")
    parser.add_argument("readme", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    old = []
    for readme in options.readme or sorted(ROOT.glob("kernels/*/README.md")):
        text = readme.read_text()

        def updated(ladder):
            network, calls = shlex.split(ladder["network"]), re.split(r",\s*", ladder["calls"])
            if options.times:
                times(network, calls, options.times)
                return ladder[0]
            return f"{ladder[1]}{table(network, calls)}{ladder[4]}"

        new = LADDER.sub(updated, text)
        if new == text:
            continue
        old.append(str(readme))
        if not options.check:
            readme.write_text(new)
            print(f"{readme}: written")
    if options.check and old:
        sys.exit(f"ladders.py: the ladder is not as counted: {', '.join(old)}; bench/ladders.py writes it")


if __name__ == "__main__":
    main()
