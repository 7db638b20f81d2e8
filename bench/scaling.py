#!/usr/bin/env python3
"""Times training with ranks beside training without, in turns, and counts what the ranks send.

    python3 bench/scaling.py [--program build/apps/gridstride] [--rounds 7] [--launcher 'mpirun -n 2'] [CASE ...]

A case is NETWORK:BASE:BATCH as in `bench`, one of the five that the help lists; without one, all are timed. Each round
trains it three ways, one after another: one process with two threads, two ranks with one thread each, one process with
one thread. A round's time of a step is the shortest of its epochs, divided by their steps: other programs on the
machine lengthen some epochs, and shorten none. The table has the least and the median of the rounds. Buckets and bytes
are those of `train --profile`.
"""
import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import tempfile

# Steps of an epoch: about a quarter of a second on two cores.
CASES = {"lenet:32:8": 16, "alexnet:8:8": 40, "mlp:64:16": 100, "resnet:16:32": 8, "alexnet2012:96:8": 2}
PICTURES = {"resnet": "32", "alexnet2012": "227"}  # colour; the others have grey ones of 128
WAYS = {"1 process, 2 threads": (1, 2), "2 ranks, 1 thread": (2, 1), "1 process, 1 thread": (1, 1)}


def train(options, case, way, folder, epochs, more=()):
    network, base, batch = case.split(":")
    ranks, threads = WAYS[way]
    launcher = options.launcher.split() if ranks > 1 else []
    images = int(batch) * CASES[case]
    size = ["--image-size", PICTURES[network], "--channels", "3"] if network in PICTURES else []
    subprocess.run([*launcher, options.program, "train", network, "--base", base, "--batch", batch, "--device", "cpu",
                    "--threads", str(threads), "--train-size", str(images), "--val-size", "2", "--epochs", str(epochs),
                    "--out", str(folder), "--overwrite", "--quiet", *size, *more], check=True)


def step_ms(options, case, way, folder):
    train(options, case, way, folder, options.epochs)
    with open(folder / "history.csv") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    return 1000 * min(seconds) / CASES[case]


def buckets(options, case, folder):
    """Bytes of the gradients in each sum. An op's cost has every byte sent and received, in both exchanges."""
    train(options, case, "2 ranks, 1 thread", folder, 2, ["--profile"])
    ops = json.loads((folder / "profile.json").read_text())["ops"]
    sums = [op for op in ops if op["name"].endswith(" all-reduce") and op["name"] != "finish all-reduce"]
    return {op["name"].removesuffix(" all-reduce"): op["bytes"] / 2 for op in sums}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="CASE", help=" ".join(CASES))
    parser.add_argument("--program", default="build/apps/gridstride")
    parser.add_argument("--launcher", default="mpirun -n 2", help="of two ranks [%(default)s]")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=12)
    options = parser.parse_args()
    if unknown := [case for case in options.cases if case not in CASES]:
        parser.error(f"invalid case {unknown[0]}: expected one of {', '.join(CASES)}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "run"
        print("| case | " + " | ".join(f"{way}: ms a step, least (median)" for way in WAYS) + " |")
        print("|---|" + "---|" * len(WAYS), flush=True)
        for case in options.cases:
            times = {way: [] for way in WAYS}
            for _ in range(options.rounds):
                for way in WAYS:
                    times[way].append(step_ms(options, case, way, folder))
            cells = [f"{min(values):.2f} ({statistics.median(values):.2f})" for values in times.values()]
            print(f"| `{case}` | " + " | ".join(cells) + " |", flush=True)
        print("\n| case | gradients, MB | sums | their names and kB |\n|---|---|---|---|", flush=True)
        for case in options.cases:
            sums = buckets(options, case, folder)
            names = ", ".join(f"{name} {size / 1000:.1f}" for name, size in sums.items())
            print(f"| `{case}` | {sum(sums.values()) / 1e6:.3f} | {len(sums)} | {names} |", flush=True)


if __name__ == "__main__":
    main()
