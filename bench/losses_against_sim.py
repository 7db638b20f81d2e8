#!/usr/bin/env python3
"""Checks a device: compares the losses of small tf32 training runs with those recorded from the simulator.

usage: losses_against_sim.py [--device cuda] [--impls own,library,auto] [--program PROGRAM] [--runs DIR] [--out FILE]
       losses_against_sim.py --record [--program PROGRAM]     writes bench/losses_sim_tf32.json anew, with --device sim

Every training and validation loss of every epoch must lie within 0.004 of the recorded one. tf32 has 10 mantissa bits:
the simulator rounds the factors of a product to nearest, a tensor core that gets floats truncates them, which doubles
the largest error and biases it. Truncation alone changes these losses by at most 0.0009 (LeNet) and 0.002 (AlexNet),
measured on a CPU with truncated factors; another order of summation changes them by 0.0001 (`--device cpu`). Training
amplifies small differences, so the runs are short and use SGD: with Adam, or after more epochs, the order of summation
alone exceeds the bound. A wrong step differs more: --record checks that a run without dropout differs by at least 1.5
bounds. Exit status 1 if a loss exceeds its bound or a run fails; --out FILE writes the comparison as JSON.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "bench/losses_sim_tf32.json"
RUNS = {
    "lenet": ["lenet", "--epochs", "10"],
    "alexnet": ["alexnet", "--epochs", "4"],
}
COMMON = ["--optimizer", "sgd", "--momentum", "0.9", "--lr", "0.02", "--dropout", "0.2", "--base", "8", "--image-size", "24", "--train-size", "16",
          "--val-size", "8", "--batch", "4", "--seed", "3"]
COLUMNS = ("loss", "val_loss")
BOUND, LEAST_DIFFERENCE_IN_BOUNDS = 0.004, 1.5


def train(args, flags, device, precision, impl, folder):
    """Trains a run; returns the losses of each epoch and the run.json record."""
    subprocess.run([str(args.program), "train", *flags, "--device", device, "--precision", precision, "--impl", impl, "--quiet",
                    "--overwrite", "--out", str(folder)], check=True)
    with open(folder / "history.csv", newline="") as file:
        losses = [[float(row[column]) for column in COLUMNS] for row in csv.DictReader(file)]
    return losses, json.loads((folder / "run.json").read_text())


def changed(flags, changes):
    """Copy of `flags` with some values replaced; `changes` alternates flags and values."""
    flags = list(flags)
    for flag, value in zip(changes[::2], changes[1::2]):
        flags[flags.index(flag) + 1] = value
    return flags


def largest_difference(a, b):
    """Largest absolute difference; infinite if the runs have different numbers of epochs or a loss is NaN."""
    if len(a) != len(b):
        return float("inf")
    differences = [abs(x - y) for row_a, row_b in zip(a, b) for x, y in zip(row_a, row_b)]
    return max(differences) if all(d == d for d in differences) else float("inf")


def record(args):
    runs = {}
    for name, flags in RUNS.items():
        flags = flags + COMMON
        losses, about = train(args, flags, "sim", "tf32", "own", args.runs / name)
        wrong, _ = train(args, changed(flags, ["--dropout", "0"]), "sim", "tf32", "own", args.runs / f"{name}-wrong")
        difference = largest_difference(losses, wrong)
        if not difference > LEAST_DIFFERENCE_IN_BOUNDS * BOUND:
            sys.exit(f"losses_against_sim.py: {name} without its dropout differs by only {difference:.4g}: a wrong step could pass")
        runs[name] = {"flags": flags, "bound": BOUND, "losses": losses}
    facts = {"how": "bench/losses_against_sim.py --record: gridstride train FLAGS --device sim --precision tf32 --impl own",
             "why_the_bound": "bench/losses_against_sim.py", "columns": COLUMNS,
             "versions": about["versions"], "runs": runs}
    RECORD.write_text(json.dumps(facts, indent=1) + "\n")
    print(RECORD)
    return 0


def compare(args):
    recorded = json.loads(RECORD.read_text())
    results, wrong = [], 0
    for name, run in recorded["runs"].items():
        for impl in args.impls:
            try:
                losses, _ = train(args, changed(run["flags"], args.changes), args.device, "tf32", impl, args.runs / f"{name}-{impl}")
                difference = largest_difference(losses, run["losses"])
                fine = difference <= run["bound"]
                judgement = f"differs by {difference:.2e} at most, allowed {run['bound']:.2e}: {'well' if fine else 'WRONG'}"
            except subprocess.CalledProcessError as error:
                losses, difference, fine, judgement = None, None, False, f"failed with exit status {error.returncode}"
            wrong += not fine
            print(f"{name}, {args.device}, tf32, {impl}: {judgement}", flush=True)
            results.append({"run": name, "device": args.device, "impl": impl, "well": fine, "largest_difference": difference,
                            "bound": run["bound"], "losses": losses, "losses_of_sim": run["losses"]})
            if args.out:
                args.out.write_text(json.dumps(results, indent=1) + "\n")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--impls", type=lambda text: text.split(","), default=["own", "library", "auto"])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/apps/gridstride")
    parser.add_argument("--runs", type=pathlib.Path, help="folder in which the runs are kept; default: a temporary one")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("changes", nargs="*", help="after --: flags of the runs with other values, to test the check")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        args.runs = args.runs or pathlib.Path(scratch)
        return record(args) if args.record else compare(args)


if __name__ == "__main__":
    sys.exit(main())
