#!/usr/bin/env python3
"""Compares the warp instructions of each op of a training step with its budget.

usage: bench/instruction_budget.py [--program PATH] [--write] [CASE...]

CASE is NETWORK:BASE:BATCH:PRECISION, such as alexnet:8:8:tf32; without one, those of instruction_budget.json. The
counts are those of `gridstride profile --device ptx` with our own kernels: instructions of PTX, which repeat exactly.
Exit status 1 if an op needs more than 10 % over its budget, or has none. --write makes the counts the budget: with a
change that needs more on purpose, or to keep what one has saved.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUDGET = pathlib.Path(__file__).with_suffix(".json")
ALLOWED = 1.10


def words_of(case):
    parts = case.split(":")
    if len(parts) != 4:
        sys.exit(f"instruction_budget.py: '{case}' is not NETWORK:BASE:BATCH:PRECISION, such as alexnet:8:8:tf32")
    network, base, batch, precision = parts
    return ["profile", network, "--base", base, "--batch", batch, "--precision", precision, "--impl", "own",
            "--device", "ptx", "--json"]


def counted(program, case):
    """Warp instructions by op, in the order of the step."""
    done = subprocess.run([program, *words_of(case)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"instruction_budget.py: {case}: {done.stderr.strip()}")
    return {op["name"]: op["instructions"]["warp"] for op in json.loads(done.stdout)["ops"]}


def compared(case, counts, budget):
    """Prints the ops that differ; returns the number of those that fail."""
    failures = 0
    for op in dict.fromkeys([*counts, *budget]):
        count, allowed = counts.get(op), budget.get(op)
        if allowed is None or count is None:
            print(f"  {op}: " + ("has no budget" if allowed is None else "is in the budget, not in the step"))
            failures += 1
        elif count > ALLOWED * allowed:
            print(f"  {op}: {count:,} instructions, {count / allowed - 1:.0%} over its budget of {allowed:,}")
            failures += 1
        elif ALLOWED * count < allowed:
            print(f"  {op}: {count:,} instructions, {1 - count / allowed:.0%} under its budget: --write keeps that")
    total = sum(counts.values())
    print(f"{case}: {total / 1e6:.2f} M warp instructions" + (f", {failures} to look at" if failures else ""))
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build/apps/gridstride-ptx"), help="gridstride-ptx")
    parser.add_argument("--write", action="store_true", help="make the counts the budget")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="NETWORK:BASE:BATCH:PRECISION")
    args = parser.parse_args()
    budgets = json.loads(BUDGET.read_text()) if BUDGET.exists() else {}
    if not pathlib.Path(args.program).exists():
        sys.exit(f"instruction_budget.py: {args.program} is not there: ./gridstride build ptx makes it")
    failures = 0
    for case in args.cases or list(budgets):
        counts = counted(args.program, case)
        if args.write:
            budgets[case] = counts
        failures += compared(case, counts, budgets.get(case, {}))
    if args.write:
        BUDGET.write_text(json.dumps(budgets, indent=1) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
