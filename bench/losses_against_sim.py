#!/usr/bin/env python3
"""Small training runs in tf32 held against the losses that the simulator recorded: is what a device computes right at all?

usage: losses_against_sim.py [--device cuda] [--impls own,library,auto] [--program PROGRAM] [--runs DIR] [--out FILE]
       losses_against_sim.py --record [--program PROGRAM]     writes bench/losses_sim_tf32.json anew, with --device sim

Every loss of every epoch, of training and of validation, must lie within 0.004 of the recorded one. tf32 has 10 bits of
mantissa: the simulator rounds the factors of a product to the nearest, a tensor core that is given floats cuts them off,
which is twice as far and always to the same side. That alone moves these losses by 0.0009 (LeNet) and 0.002 (AlexNet) at
most, measured on a CPU whose factors were cut off; another order of sums by 0.0001 (`--device cpu`). Training makes small
differences large, so the runs are short and by SGD: with Adam, or after more epochs, the order of sums alone moves a loss
by more than the bound. A step that is wrong is further off: without its dropout a run differs by 1.5 bounds or more, which
is checked when the losses are recorded. Exit status 1 where a loss is past its bound or a run fails; --out FILE: what was
compared, as JSON.
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
    """The losses of each epoch, and the program's commit."""
    subprocess.run([str(args.program), "train", *flags, "--device", device, "--precision", precision, "--impl", impl, "--quiet",
                    "--overwrite", "--out", str(folder)], check=True)
    with open(folder / "history.csv", newline="") as file:
        losses = [[float(row[column]) for column in COLUMNS] for row in csv.DictReader(file)]
    return losses, json.loads((folder / "run.json").read_text())


def changed(flags, changes):
    """The flags with other values; `changes` are flags and values in turn."""
    flags = list(flags)
    for flag, value in zip(changes[::2], changes[1::2]):
        flags[flags.index(flag) + 1] = value
    return flags


def largest_difference(a, b):
    """Infinite where the runs have not the same shape or a loss is no number."""
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
            sys.exit(f"losses_against_sim.py: {name} without its dropout differs by {difference:.4g} only: a wrong step could pass")
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
                verdict = f"differs by {difference:.2e} at most, allowed {run['bound']:.2e}: {'well' if fine else 'WRONG'}"
            except subprocess.CalledProcessError as error:
                losses, difference, fine, verdict = None, None, False, f"failed with exit status {error.returncode}"
            wrong += not fine
            print(f"{name}, {args.device}, tf32, {impl}: {verdict}", flush=True)
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
    parser.add_argument("--runs", type=pathlib.Path, help="where the runs are kept; without it, nowhere")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("changes", nargs="*", help="after --: flags of the runs with other values, to see that another run is found out")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        args.runs = args.runs or pathlib.Path(scratch)
        return record(args) if args.record else compare(args)


if __name__ == "__main__":
    sys.exit(main())
