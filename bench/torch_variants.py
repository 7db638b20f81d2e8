#!/usr/bin/env python3
"""Times PyTorch's ways to run a training step, in both layouts, for several cases in one process.

usage: torch_variants.py --out DIR [--variants eager,graph,...] [--device cpu|cuda] [--precision fp32|tf32|bf16]
                         [--seconds X] CASE...
A variant is eager, graph (the whole step as a CUDA graph) or compile, optionally with the suffix -channels-last;
default: eager and graph in both layouts. For CASE see torch_step.py. DIR gets a file torch-VARIANT-PRECISION.json per
variant, in the format of `gridstride bench --json`, rewritten after each case, so that an interrupted run leaves its
results. A variant that fails in a case is left out there with a message; exit status 1 if nothing was measured.
"""
import argparse
import pathlib
import sys
from types import SimpleNamespace

MODES, LAYOUT = ("eager", "graph", "compile"), "-channels-last"
KNOWN = [mode + layout for mode in MODES for layout in ("", LAYOUT)]


def parse_arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--variants", default=",".join(KNOWN[:4]))
    parser.add_argument("--device", default="cuda", choices=["cpu", "cuda"])
    parser.add_argument("--precision", default="fp32", choices=["fp32", "tf32", "bf16"])
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("cases", nargs="+")
    args = parser.parse_args()
    args.variants = args.variants.split(",")
    for variant in args.variants:
        if variant not in KNOWN:
            parser.error(f"--variants: unknown variant '{variant}'; expected {', '.join(KNOWN)}")
    return args


def main():
    args = parse_arguments()
    import torch_step
    import step_timing
    torch_step.allow_tf32(args.precision)
    args.out.mkdir(parents=True, exist_ok=True)
    records = {}
    for case in args.cases:
        for variant in args.variants:
            one = SimpleNamespace(device=args.device, precision=args.precision, seconds=args.seconds,
                                  mode=variant.removesuffix(LAYOUT), channels_last=variant.endswith(LAYOUT))
            try:
                measured = torch_step.measured(case, one)
            except Exception as error:  # from PyTorch, its compiler or CUDA: continue with the others
                words = (str(error).strip().splitlines() or [""])[0]
                print(f"left out: {case} {variant}: {type(error).__name__}: {words}", flush=True)
                continue
            print(f"{case} {variant} {measured['median_us']} us", flush=True)
            record = records.setdefault(variant, {"machine": torch_step.machine_facts(one), "cases": []})
            record["cases"].append(measured)
            step_timing.write_record(record, args.out / f"torch-{variant}-{args.precision}.json")
    return 0 if records else 1


if __name__ == "__main__":
    sys.exit(main())
