#!/usr/bin/env python3
"""Effect of rounding on training: trains the same runs in several precisions and compares their losses.

usage: precision_losses.py [--cases 5a,6a] [--seeds 1,2,3] [--precisions fp32,tf32,bf16] [--device cpu] [--threads 1]
                           [--runs DIR] [--out bench/results/NAME] [--program ./build/apps/gridstride]

Trains every case with every seed in every precision, with --impl default, one run after another. A run that is
complete in DIR is not trained again, so an interrupted script can be restarted. The training losses, smoothed over 5
epochs (the mean of an epoch and the four before it, fewer at the start), are compared epoch by epoch with those of the
first precision for the same case and seed. NAME.md and NAME.json get each run's largest and last difference.
"""
import argparse
import csv
import json
import subprocess
import sys
from pathlib import Path

# Networks of the lab (`gridstride lab`), with the number of epochs compared.
CASES = {
    "5a": (["lenet", "--base", "32", "--batch", "8", "--lr", "1e-5"], 20),
    "6a": (["alexnet", "--base", "32", "--batch", "8", "--lr", "1e-4"], 20),
}
SMOOTHED_OVER = 5
ALLOWED = 0.02


def flags_of(case, seed, precision, args):
    model, epochs = CASES[case]
    return model + ["--epochs", str(args.epochs or epochs), "--seed", str(seed), "--precision", precision,
                    "--device", args.device, "--threads", str(args.threads), "--impl", "default"]


def is_complete(folder, epochs):
    """Record of a finished run with `epochs` epochs; None if there is none."""
    try:
        record = json.loads((folder / "run.json").read_text())
    except (OSError, json.JSONDecodeError):
        return None
    return record if record.get("status") == "finished" and record["results"]["epochs"] == epochs else None


def train(case, seed, precision, args):
    """Record and training losses of a run; trains it first if it is not complete."""
    folder = args.runs / f"{case}-seed{seed}-{precision}"
    epochs = args.epochs or CASES[case][1]
    record = is_complete(folder, epochs)
    if record is None:
        print(f"{folder} ...", flush=True)
        command = [str(args.program), "train", *flags_of(case, seed, precision, args), "--quiet", "--overwrite", "--out",
                   str(folder)]
        subprocess.run(command, check=True)
        record = is_complete(folder, epochs)
        if record is None:
            sys.exit(f"precision_losses.py: {folder} did not finish")
    with open(folder / "history.csv", newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    return record, losses


def smoothed(losses):
    windows = [losses[max(0, i + 1 - SMOOTHED_OVER):i + 1] for i in range(len(losses))]
    return [sum(window) / len(window) for window in windows]


def compare(args):
    rows, records = [], []
    for case in args.cases:
        for seed in args.seeds:
            base_record, base = train(case, seed, args.precisions[0], args)
            records.append(base_record)
            for precision in args.precisions[1:]:
                record, losses = train(case, seed, precision, args)
                records.append(record)
                differences = [b - a for a, b in zip(smoothed(base), smoothed(losses))]
                worst = max(range(len(differences)), key=lambda i: abs(differences[i]))
                rows.append({"case": case, "seed": seed, "precision": precision, "against": args.precisions[0],
                             "epochs": len(losses), "largest_difference": abs(differences[worst]),
                             "at_epoch": worst + 1, "last_difference": differences[-1],
                             "last_loss": smoothed(losses)[-1], "last_loss_of_the_other": smoothed(base)[-1],
                             "seconds": record["results"]["seconds"],
                             "seconds_of_the_other": base_record["results"]["seconds"],
                             "losses": losses, "losses_of_the_other": base})
    return rows, records


def only(values):
    """The common value of all runs; if they differ, the list of distinct values."""
    different = sorted({json.dumps(v, sort_keys=True) for v in values})
    return json.loads(different[0]) if len(different) == 1 else [json.loads(v) for v in different]


def facts_of(records):
    return {"machine": only([r["machine"] for r in records]), "device": only([r["device"] for r in records]),
            "versions": only([r["versions"] for r in records])}


def as_markdown(rows, facts, args):
    lines = ["# Training losses of bf16 and tf32 beside fp32", "",
             f"`bench/precision_losses.py --cases {','.join(args.cases)} --seeds {','.join(map(str, args.seeds))} "
             f"--precisions {','.join(args.precisions)} --device {args.device} --threads {args.threads}`"
             + (f" `--epochs {args.epochs}`" if args.epochs else "") + ".",
             "Each run against the same case and seed in " + args.precisions[0] + "; training losses smoothed over "
             f"{SMOOTHED_OVER} epochs, the largest difference over all epochs. Allowed: {ALLOWED}.", ""]
    if args.device == "cpu":
        lines += ["On `cpu` both are emulated: factors, activations and weights are rounded as tensor cores and bf16 "
                  "round them, sums are fp32. The seconds say nothing of a GPU.", ""]
    lines += ["| case | seed | precision | largest difference | at epoch | last epoch: loss, " + args.precisions[0]
              + " | seconds, " + args.precisions[0] + " |", "|---|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['case']} | {r['seed']} | {r['precision']} | {r['largest_difference']:.5f} | {r['at_epoch']} of "
                     f"{r['epochs']} | {r['last_loss']:.5f}, {r['last_loss_of_the_other']:.5f} | {r['seconds']:.0f}, "
                     f"{r['seconds_of_the_other']:.0f} |")
    worst = max(r["largest_difference"] for r in rows)
    lines += ["", f"The largest of all is {worst:.5f}: {'within' if worst <= ALLOWED else 'past'} {ALLOWED}.", "",
              "```", json.dumps(facts, indent=1), "```", ""]
    return "\n".join(lines)


def listed(text):
    return text.split(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=listed, default=list(CASES))
    parser.add_argument("--seeds", type=lambda text: [int(s) for s in listed(text)], default=[1, 2, 3])
    parser.add_argument("--precisions", type=listed, default=["fp32", "tf32", "bf16"])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="default: depends on the case")
    parser.add_argument("--runs", type=Path, default=Path("runs/precision"))
    parser.add_argument("--out", type=Path, help="the record is OUT.md and OUT.json; without it, standard output")
    parser.add_argument("--program", type=Path, default=Path(__file__).parent.parent / "build/apps/gridstride")
    args = parser.parse_args()
    for case in args.cases:
        if case not in CASES:
            parser.error(f"--cases: unknown case '{case}'; expected {', '.join(CASES)}")
    if len(args.precisions) < 2:
        parser.error("--precisions: expected two or more; the others are compared with the first")
    rows, records = compare(args)
    facts = facts_of(records)
    text = as_markdown(rows, facts, args)
    if not args.out:
        print(text)
        return
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.with_suffix(".md").write_text(text)
    record = {"comparisons": rows, **facts}
    args.out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"{args.out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
