#!/usr/bin/env python3
"""What bench/gpu_session.sh measured, held against the aims of the GPU-native step: a table in Markdown.

usage: gpu_table.py OUT        OUT is the folder of the session
A figure that was not measured is shown as such; nothing is estimated.
"""
import json
import pathlib
import re
import statistics
import sys

BASE8 = ["alexnet:8:8", "alexnet:8:4", "alexnet:8:2"]


def read(path):
    return json.loads(path.read_text()) if path.exists() else None


class Peers:
    """Medians in microseconds of the competitors of one case."""

    def __init__(self, out, case, precision):
        record = read(out / f"peers-{case.replace(':', '-')}-{precision}.json")
        self.rounds = record["median_us_of_each_round"].get(case, {}) if record else {}

    def us(self, wanted):
        """The fastest of the competitors that `wanted(name)` takes."""
        return min((statistics.median(us) for name, us in self.rounds.items() if wanted(name)), default=None)

    def ratio(self, wanted):
        own, other = self.us(lambda name: name == "gridstride"), self.us(wanted)
        return other / own if own and other else None


def is_eager(name):
    return name.startswith("torch") and "compile" not in name and "graph" not in name


def is_other(name):
    return not name.startswith("gridstride") and not is_eager(name)


def is_peer(name):
    return not name.startswith("gridstride")


def times(ratio):
    return "not measured" if ratio is None else f"{ratio:.2f}x"


def rows(out):
    for precision in ("tf32", "fp32"):
        for case in (*BASE8, "lenet:32:8", "alexnet:32:8"):
            peers, aims = Peers(out, case, precision), ("10x", "20x", "2x", "4x") if case in BASE8 else ("4x", "8x", "1.3x", "2x")
            yield f"{case}, {precision}, against PyTorch eager", times(peers.ratio(is_eager)), *aims[:2]
            yield f"{case}, {precision}, against the best other", times(peers.ratio(is_other)), *aims[2:]
    bench = read(out / "bench-tf32.json") or {"cases": []}
    us = next((c["median_us"] for c in bench["cases"] if c["case"] == "alexnet:8:8"), None)
    yield "alexnet:8:8, one step in tf32", f"{us:.1f} us" if us else "not measured", "80 us", "45 us"
    lab = (out / "lab.txt").read_text() if (out / "lab.txt").exists() else ""
    walls = [60 * int(m) + float(s) for m, s in re.findall(r"^real\s+(\d+)m([\d.]+)s", lab, re.M)]
    for tuning, wall in zip(("cold", "warm"), walls + [None, None]):
        yield f"whole lab, {tuning} tuning cache", f"{wall:.1f} s" if wall else "not measured", *(("20 s", "8 s") if tuning == "warm" else ("", ""))
    large = Peers(out, "alexnet2012:-:256", "bf16")
    yield "alexnet2012:-:256 in bf16, against PyTorch's best", times(large.ratio(is_peer)), "1.0x", "1.2x"
    for name in ("lenet-32-8", "alexnet-32-8"):
        profile = read(out / f"profile-{name}/profile.json")
        yield f"{name}, share of the roof", roof_share(profile), "50 %", "70 %"


def roof_share(profile):
    """The time that bytes or operations need at the roof, whichever are more, of the time of a step that nobody watches."""
    if not profile:
        return "not measured"
    roof, step = profile["roof"], profile["unwatched_us"]["median"]
    rate = roof[{"fp32": "fp32_flops_per_s", "tf32": "tf32_flops_per_s", "bf16": "bf16_flops_per_s"}[profile["precision"]]]
    bytes_moved, flops = (sum(op[what] for op in profile["ops"]) for what in ("bytes", "flops"))
    if not (step and rate and roof["copy_bytes_per_s"]):
        return "not measured"
    return f"{100 * max(bytes_moved / roof['copy_bytes_per_s'], flops / rate) * 1e6 / step:.0f} %"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("| case | measured | least | aim |\n|---|---|---|---|")
    for row in rows(pathlib.Path(sys.argv[1])):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
