#!/usr/bin/env python3
"""Small training runs in tf32 held against the losses that the simulator recorded: is what a device computes right at all?

usage: losses_against_sim.py [--device cuda] [--impls own,library,auto] [--program PROGRAM] [--runs DIR] [--out FILE]
       losses_against_sim.py --record [--program PROGRAM]     writes bench/losses_sim_tf32.json anew, with --device sim

Every loss of every epoch, of training and of validation, must lie within a bound of the recorded one: 2^-9 for each layer
that multiplies, 0.0078 for LeNet's four and 0.0156 for AlexNet's eight. The reason is rounding. tf32 has 10 bits of
mantissa; the simulator rounds the factors of a product to the nearest, a tensor core that is given floats cuts them off,
so that a factor shrinks by 2^-11 of itself on average, a product by 2^-10, and the logit by that once for each layer below
it. A loss changes by no more than its logit, and logits are about 1 here. The other half of the bound is for 40 steps that
go on from such weights. The order of sums moves losses by less than a hundredth of that. A wrong step is not so near: over
these runs the loss itself moves by more than ten bounds, which is checked when they are recorded. Exit status 1 where a
loss is past its bound or a run fails; --out FILE: what was compared, as JSON.
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
RUNS = {  # flags, and layers that multiply
    "lenet": (["lenet", "--base", "4"], 4),
    "alexnet": (["alexnet", "--base", "4"], 8),
}
COMMON = ["--image-size", "24", "--train-size", "32", "--val-size", "16", "--batch", "4", "--epochs", "5", "--lr", "2e-3", "--dropout", "0.2", "--seed", "3"]
COLUMNS = ("loss", "val_loss")
BOUND_OF_A_LAYER, LEAST_MOVE_IN_BOUNDS = 2**-9, 10


def train(args, flags, device, precision, impl, folder):
    """The losses of each epoch, and the program's commit."""
    subprocess.run([str(args.program), "train", *flags, "--device", device, "--precision", precision, "--impl", impl, "--quiet",
                    "--overwrite", "--out", str(folder)], check=True)
    with open(folder / "history.csv", newline="") as file:
        losses = [[float(row[column]) for column in COLUMNS] for row in csv.DictReader(file)]
    return losses, json.loads((folder / "run.json").read_text())


def largest_difference(a, b):
    """Infinite where the runs have not the same shape or a loss is no number."""
    if len(a) != len(b):
        return float("inf")
    differences = [abs(x - y) for row_a, row_b in zip(a, b) for x, y in zip(row_a, row_b)]
    return max(differences) if all(d == d for d in differences) else float("inf")


def record(args):
    runs = {}
    for name, (flags, layers) in RUNS.items():
        flags, bound = flags + COMMON, layers * BOUND_OF_A_LAYER
        losses, about = train(args, flags, "sim", "tf32", "own", args.runs / name)
        moved = abs(losses[-1][0] - losses[0][0])
        if not moved > LEAST_MOVE_IN_BOUNDS * bound:
            sys.exit(f"losses_against_sim.py: {name} moves by {moved:.4g} only, its bound is {bound:.4g}: a wrong step could pass")
        runs[name] = {"flags": flags, "bound": bound, "losses": losses}
    facts = {"how": "bench/losses_against_sim.py --record: gridstride train FLAGS --device sim --precision tf32 --impl own",
             "bound": "2^-9 a layer that multiplies; why: bench/losses_against_sim.py", "columns": COLUMNS, "versions": about["versions"],
             "runs": runs}
    RECORD.write_text(json.dumps(facts, indent=1) + "\n")
    print(RECORD)
    return 0


def compare(args):
    recorded = json.loads(RECORD.read_text())
    results, wrong = [], 0
    for name, run in recorded["runs"].items():
        for impl in args.impls:
            try:
                losses, _ = train(args, run["flags"] + args.more, args.device, "tf32", impl, args.runs / f"{name}-{impl}")
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
    parser.add_argument("more", nargs="*", help="after --: further flags of the runs, to see that another run is found out")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        args.runs = args.runs or pathlib.Path(scratch)
        return record(args) if args.record else compare(args)


if __name__ == "__main__":
    sys.exit(main())
