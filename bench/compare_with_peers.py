#!/usr/bin/env python3
"""Times Gridstride, PyTorch and JAX on the same cases: alternating rounds, medians over all rounds and their ratios.

usage: compare_with_peers.py [--device cpu|cuda] [--precision fp32|tf32|bf16] [--rounds 3] [--seconds 4] [--threads N]
                             [--program PROGRAM] [--torch PYTHON]... [--jax PYTHON] [--compile] [--out FILE] [CASE...]
Each --torch is a Python interpreter with PyTorch. It runs eager, with channels-last tensors, on a GPU also with the
whole step as a CUDA graph in both layouts and, with --compile, under torch.compile (max-autotune). --jax is an
interpreter with JAX. Default: PyTorch in the current interpreter. The order of the competitors alternates, so that a
machine that slows down favours none of them. A competitor that cannot run is left out with a message.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def competitors(args):
    """Pairs (name, command); the command prints JSON in the format of `gridstride bench --json`."""
    common = ["--device", args.device, "--seconds", str(args.seconds), "--precision", args.precision]
    threads = ["--threads", str(args.threads)] if args.threads else []
    own = [args.program, "bench", "--json", *threads, *common, *args.cases]
    table = [("gridstride", own), ("gridstride --impl library", [*own, "--impl", "library"])]
    for python in args.torch:
        torch = [python, str(ROOT / "bench/torch_step.py"), *threads, *common, *args.cases]
        table += [("torch", torch), ("torch channels-last", [*torch, "--channels-last"])]
        if args.compile:
            table.append(("torch compile", [*torch, "--mode", "compile", "--channels-last"]))
        if args.device == "cuda":
            graph = [*torch, "--mode", "graph"]
            table += [("torch CUDA graph", graph), ("torch CUDA graph channels-last", [*graph, "--channels-last"])]
    cases = [c for c in args.cases if not c.startswith("alexnet2012")]
    if args.jax and cases:
        jax = [args.jax, str(ROOT / "bench/jax_step.py"), *threads, *common, *cases]
        table += [("jax jit", jax), ("jax scan", [*jax, "--mode", "scan"])]
    return table


def run(name, command):
    """The command's JSON; None, with a message, if it fails (an old PyTorch has no compile)."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode == 0:
        return json.loads(result.stdout)
    print(f"left out: {name}: {(result.stderr.strip().splitlines() or ['no message'])[-1]}", file=sys.stderr)
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--precision", default="fp32", choices=["fp32", "tf32", "bf16"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--program", default=str(ROOT / "gridstride"))
    parser.add_argument("--torch", action="append", default=[])
    parser.add_argument("--jax")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    args.cases = args.cases or ["lenet:32:8"]
    if not args.torch and not args.jax:
        args.torch = [sys.executable]
    medians, machines = {}, {}
    for turn in range(args.rounds):
        table = competitors(args)
        for name, command in table if turn % 2 == 0 else reversed(table):
            answer = run(name, command)
            if answer is None:
                continue
            for peer in ("torch", "jax"):
                name = name.replace(peer, f"{peer} {answer['machine'].get(peer, '')}")
            machines[name] = answer["machine"]
            for case in answer["cases"]:
                medians.setdefault(case["case"], {}).setdefault(name, []).append(case["median_us"])
    for case, by_name in medians.items():
        own = statistics.median(by_name["gridstride"]) if "gridstride" in by_name else float("nan")
        print(case)
        for name in by_name:
            time = statistics.median(by_name[name])
            print(f"  {time / 1000:9.3f} ms  {time / own:5.2f} x  {name}")
    if args.out:
        record = {"precision": args.precision, "machines": machines, "median_us_of_each_round": medians}
        args.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
