#!/usr/bin/env python3
"""What 2, 4, 8 and 64 H200s should make of a training step: a model, nothing here has run on a GPU.

    ./gridstride build sim && python3 bench/scaling_model.py [--program build/apps/gridstride]

Compute is the bound that `train NETWORK --explain --for cuda --impl own` prints for a GPU's rows of the batch: a step
takes at least that long, so real GPUs spend a smaller share of it on sums than the tables say. An all-reduce of S bytes
over N GPUs, eight of them in a machine, is the best of NCCL's algorithms by NCCL's own constants:

    ring: latency + 2 (N - 1) / N S / bus bandwidth          tree: latency + 2 S / bus bandwidth

Sources: latencies and protocol limits from NCCL, src/graph/tuning.cc (commit 5067397, June 2026, Hopper); 370 GB/s
from NVLink's 450 GB/s a direction (github.com/NVIDIA/nccl-tests/issues/212); 46 GB/s from an adapter of 400 Gb/s, of
which a machine has eight (issues/290). Sums of all buckets but the last run beside the backward pass; the update comes
after them.
"""
import argparse
import math
import re
import subprocess

GPUS = [1, 2, 4, 8, 64]
GPUS_OF_A_MACHINE = 8
NVLINK_BUS, INFINIBAND_BUS = 370e3, 8 * 46e3  # bytes a microsecond
MEMORY = 4.3e6  # bytes a microsecond, as in the predictions of a step
BYTES_OF_UPDATE = 28  # a parameter, with Adam: gradient; weight and two moments, read and written

# Microseconds: of a call, and of each hop inside a machine and between machines; then the bus bandwidth in bytes a
# microsecond inside a machine and over three machines or more. LL and LL128 send flags with the data: they start
# sooner and carry less.
RINGS = [(6.6, 0.6, 2.7, 141e3, 20.4e3),                             # LL
         (14.0, 1.9, 4.0, 0.92 * NVLINK_BUS, 0.92 * INFINIBAND_BUS),  # LL128
         (8.4, 3.4, 14.0, NVLINK_BUS, INFINIBAND_BUS)]                # Simple
TREES = [(6.8, 0.6, 5.0, NVLINK_BUS / 3.8, 20.4e3),
         (14.0, 1.25, 8.5, 0.92 * 7 / 9 * NVLINK_BUS, 0.92 * 15 / 16 * INFINIBAND_BUS),
         (8.4, 4.0, 14.0, 0.92 * NVLINK_BUS, 0.92 * INFINIBAND_BUS)]
NVLINK_SHARP = (25.0, 275e3)  # four GPUs or more, switches add: call; bytes of the sum a microsecond, however many
HOP_OF_SHARP_TREE = 20.9  # between machines
LAUNCH_BETWEEN_MACHINES = 1.0  # a network operation's start on the host: a hop of a ring takes at least that

# Network and its images, the batch that strong scaling divides, buckets in the order of their sums (bytes, from
# bench/scaling.py), the bytes of dense1's weights, which one GPU may update in the kernel of their gradient.
CASES = [("lenet", "128", 8, [16777984, 75520], 16777216),
         ("lenet", "128", 64, [16777984, 75520], 16777216),
         ("alexnet --base 8", "128", 8, [2131200, 79936], 2097152),
         ("mlp", "128", 16, [4205824], 0),
         ("resnet", "32", 128, [296196, 295936, 512, 147456, 280064, 60480], 0),
         ("alexnet2012", "227", 128, [67141636, 151011328, 1770496, 2655744, 3540480, 1229824, 139904], 150994944)]


def all_reduce_us(size, gpus):
    """The least time of a sum of `size` bytes, in microseconds."""
    machines = max(1, gpus // GPUS_OF_A_MACHINE)
    inside, steps, between = gpus // machines, 2 * (gpus - 1), 2 * (machines - 1)
    times = []
    for call, hop, far, bus, far_bus in RINGS:
        hop = max(hop, LAUNCH_BETWEEN_MACHINES) if machines > 1 else hop
        latency = call + (steps - between) * hop + between * far
        times.append(latency + steps / gpus * size / (bus if machines == 1 else far_bus))
    for call, hop, far, bus, far_bus in TREES:
        latency = call + 2 * ((inside - 1) * hop + math.log2(machines) * far)
        times.append(latency + 2 * size / (bus if machines == 1 else far_bus))
    if inside >= 4:
        latency = NVLINK_SHARP[0] + 2 * math.log2(machines) * HOP_OF_SHARP_TREE
        times.append(latency + (size / NVLINK_SHARP[1] if machines == 1 else steps / gpus * size / INFINIBAND_BUS))
    return min(times)


def compute_us(program, network, size, batch, dense):
    """Of one GPU alone, and how much longer a rank takes."""
    words = [program, "train", *network.split(), "--image-size", size, "--channels", "1" if size == "128" else "3",
             "--batch", str(batch), "--explain", "--for", "cuda", "--impl", "own"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    # Fused into the gradient's kernel the update reads no gradient; ranks write it, sum it, and read it again.
    fused = dense if re.search(r"^dense1 weight update", text, re.MULTILINE) else 0
    return float(re.search(r"lower bound for a step on an H200: ([\d.]+) us", text)[1]), 2 * fused / MEMORY


def step_us(times, buckets, gpus):
    """One GPU computes. Several update only after all sums."""
    compute, longer = times
    if gpus == 1:
        return compute
    update = BYTES_OF_UPDATE * sum(buckets) / 4 / MEMORY
    gradients = compute + longer - update
    sums = [all_reduce_us(size, gpus) for size in buckets]
    # A third is the forward pass; all sums but the last run beside the rest.
    return max(gradients, gradients / 3 + sum(sums[:-1])) + sums[-1] + update


def table(title, rows, second="batch"):
    print(f"\n{title}\n\n| network | {second} | " + " | ".join(f"{n} GPU{'s' * (n > 1)}" for n in GPUS) + " |")
    print("|---|---|" + "---|" * len(GPUS))
    for network, batch, cells in rows:
        print(f"| {network} | {batch} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/apps/gridstride")
    options = parser.parse_args()
    sums, strong, weak = [], [], []
    for network, pixels, batch, buckets, dense in CASES:
        times = {n: compute_us(options.program, network, pixels, batch // n, dense) for n in GPUS if n <= batch}
        size = f"{sum(buckets) / 1e6:.2f} MB in {len(buckets)}"
        if network not in [row[0] for row in sums]:
            sums.append((network, size, ["-"] + [f"{sum(all_reduce_us(b, n) for b in buckets):.0f}"
                                                 for n in GPUS[1:]]))
        divided = {n: step_us(time, buckets, n) for n, time in times.items()}
        strong.append((network, batch, [f"{divided[n]:.0f} us, {divided[1] / divided[n]:.2f}" if n in divided else "-"
                                        for n in GPUS]))
        each = {n: step_us(times[1], buckets, n) for n in GPUS}
        weak.append((network, f"{batch} a GPU", [f"{each[n]:.0f} us, {n * each[1] / each[n]:.1f}" for n in GPUS]))
    table("All sums of a step, microseconds", sums, "gradients, sums")
    table("The batch is divided: a step, and how many times as fast as one GPU", strong)
    table("The batch grows with the GPUs: a step, and images a second in those of one GPU", weak)


if __name__ == "__main__":
    main()
