#!/usr/bin/env python3
"""Compares what `gridstride run --count` counts of a kernel with the GPU's own counters, read by Nsight Compute.

usage: counts_against_ncu.py [--learn PROGRAM] [--ncu PROGRAM] [--nvcc PROGRAM] FILE.cu...
Each FILE is run in the simulator and, compiled by nvcc, on the GPU. For each kernel, over all its launches: requests to
global memory, their sectors of 32 bytes, and the extra turns of bank conflicts in shared memory; loads and stores
together, since the simulator counts by line. "as written" are the accesses of the source, "fused" those of the machine
code. Prints a table in Markdown; "yes" means that all three fused counts are the GPU's. Exits with status 1 if a FILE
could not be compared.
Metrics: docs.nvidia.com/nsight-compute/NsightComputeCli, "Metric Comparison".
"""
import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

# A count of the simulator, and the counters whose sum it should be.
COUNTERS = {
    "requests": ["l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum", "l1tex__t_requests_pipe_lsu_mem_global_op_st.sum"],
    "sectors": ["l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum", "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"],
    "bank_conflicts": ["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum",
                       "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum"],
}


class NotCompared(Exception):
    pass


def output_of(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except subprocess.CalledProcessError as error:
        words = (error.stderr + error.stdout).strip().splitlines() or ["no output"]
        raise NotCompared(f"{pathlib.Path(command[0]).name} ended with status {error.returncode}: {words[-1]}")


def simulated(record):
    """{kernel: {count: (as written, fused)}} of `gridstride run --count --json`."""
    kernels = {}
    for kernel in record["kernels"]:
        kernels[kernel["name"]] = {count: (kernel[count], sum(line[f"fused_{count}"] for line in kernel["lines"]))
                                   for count in COUNTERS}
    return kernels


def measured(log):
    """{kernel: {count: on the GPU}} of `ncu --csv --page raw`: messages, a line of names, a line of units, a line per launch."""
    lines = log.splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith('"ID"')), None)
    if first is None:
        raise NotCompared("ncu: " + next((line for line in lines if "ERROR" in line), "no table in its log"))
    kernels = {}
    for row in csv.DictReader(lines[first:]):
        if not row["ID"]:  # the units
            continue
        counts = kernels.setdefault(row["Kernel Name"].split("(")[0].split("<")[0].split()[-1], dict.fromkeys(COUNTERS, 0))
        for count, counters in COUNTERS.items():
            counts[count] += sum(int(float(row[counter].replace(",", ""))) for counter in counters)
    return kernels


def compared(file, args):
    """Rows of the table for the kernels of `file`."""
    here = simulated(json.loads(output_of([args.learn, "run", "--count", "--json", file])))
    with tempfile.TemporaryDirectory() as folder:
        program, log = f"{folder}/program", pathlib.Path(folder, "log")
        output_of([args.nvcc, "-arch=native", "-lineinfo", "-o", program, file])
        try:
            output_of([args.ncu, "--csv", "--page", "raw", "--print-units", "base", "--log-file", str(log), "--metrics",
                       ",".join(counter for counters in COUNTERS.values() for counter in counters), program])
        except NotCompared:  # it says why in its log
            if log.exists():
                measured(log.read_text())
            raise
        on_gpu = measured(log.read_text())
    for kernel, counts in here.items():
        if kernel not in on_gpu:
            raise NotCompared(f"ncu has no kernel '{kernel}', only {', '.join(on_gpu) or 'none'}")
        cells, same = [], True
        for count, (written, fused) in counts.items():
            cells.append(f"{written:,} / {fused:,} / {on_gpu[kernel][count]:,}")
            same &= fused == on_gpu[kernel][count]
        yield f"| `{pathlib.Path(file).name}` | `{kernel}` | {' | '.join(cells)} | {'yes' if same else 'no'} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learn", default="gridstride-learn", help="the program that ./gridstride calls for `run`")
    parser.add_argument("--ncu", default="ncu")
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("files", nargs="+", metavar="FILE.cu")
    args = parser.parse_args()
    for tool in (args.learn, args.nvcc, args.ncu):
        if not shutil.which(tool):
            sys.exit(f"counts_against_ncu.py: {tool} not found; give its path with --learn, --nvcc or --ncu")
    print("As written / fused / on the GPU:\n\n| file | kernel | requests | sectors | bank conflicts | agree |\n|---|---|---|---|---|---|")
    status = 0
    for file in args.files:
        try:
            for row in compared(file, args):
                print(row, flush=True)
        except (NotCompared, OSError, ValueError, KeyError) as error:
            print(f"counts_against_ncu.py: {file}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
