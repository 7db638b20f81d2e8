#!/usr/bin/env python3
"""Table in Markdown: figures measured by bench/gpu_session.sh beside the aims of the GPU-native step.

usage: gpu_table.py SESSION        SESSION is the session's folder: build-gpu/session, or session.tar.gz unpacked
A figure that was not measured is shown as such; nothing is estimated. A record that cannot be read is named on standard
error and left out.
"""
import json
import pathlib
import re
import sys

BASE8 = ["alexnet:8:8", "alexnet:8:4", "alexnet:8:2"]
LARGE = "alexnet2012:-:256"
IMPLEMENTATIONS = ("auto", "own", "library")


def read(path):
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return None


class Figures:
    """Median microseconds by (who, case) in one precision, from records in the format of `gridstride bench --json`:
    bench-WHO-PRECISION-CASE.json, and torch-VARIANT-PRECISION.json and jax-MODE-PRECISION.json in subfolders, too."""

    def __init__(self, session, precision):
        self.us = {}
        for path in [*session.glob(f"bench-*-{precision}-*.json"), *session.rglob(f"torch-*-{precision}.json"),
                     *session.rglob(f"jax-*-{precision}.json")]:
            who = path.name[:path.name.index(f"-{precision}")].removeprefix("bench-")
            for case in (read(path) or {"cases": []})["cases"]:
                self.us[who, case["case"]] = case["median_us"]

    def own(self, case):
        """(implementation, us) of --impl auto; if that was not measured, of the fastest other one."""
        if ("auto", case) in self.us:
            return "auto", self.us["auto", case]
        return min(((who, self.us[who, case]) for who in IMPLEMENTATIONS if (who, case) in self.us), key=lambda f: f[1], default=(None, None))

    def best(self, case, wanted):
        """(competitor, us) of the fastest competitor for which `wanted(name)` is true."""
        return min(((who, us) for (who, of), us in self.us.items() if of == case and wanted(who)), key=lambda f: f[1], default=(None, None))

    def ratio(self, case, wanted):
        (implementation, own), (who, other) = self.own(case), self.best(case, wanted)
        if not own or not other:
            return "not measured"
        return f"{other / own:.2f}x ({implementation} {own:.1f} us, {who} {other:.1f} us)"


def is_torch(who):
    return who.startswith("torch-")


def is_eager(who):
    return who.startswith("torch-eager")


def is_peer(who):
    return who.startswith(("torch-", "jax-"))


def is_other(who):
    return is_peer(who) and not is_eager(who)


def steps(figures, case):
    """Times of auto, own and library, as "45.1 / 47.0 / not measured us"."""
    us = [figures.us.get((who, case)) for who in IMPLEMENTATIONS]
    return " / ".join(f"{u:.1f}" if u else "not measured" for u in us) + " us" if any(us) else "not measured"


def rows(session):
    for precision in ("tf32", "bf16", "fp32"):
        figures = Figures(session, precision)
        for case in (*BASE8, "lenet:32:8", "alexnet:32:8"):
            aims = ("",) * 4 if precision == "bf16" else ("10x", "20x", "2x", "4x") if case in BASE8 else ("4x", "8x", "1.3x", "2x")
            yield f"{case}, {precision}, against PyTorch eager", figures.ratio(case, is_eager), *aims[:2]
            yield f"{case}, {precision}, against the best other", figures.ratio(case, is_other), *aims[2:]
            least, aim = ("80 us", "45 us") if (case, precision) == ("alexnet:8:8", "tf32") else ("", "")
            yield f"{case}, {precision}, a step: auto / own / library", steps(figures, case), least, aim
    yield f"{LARGE} in bf16, against PyTorch's best", Figures(session, "bf16").ratio(LARGE, is_torch), "1.0x", "1.2x"
    lab = (session / "lab.txt").read_text() if (session / "lab.txt").exists() else ""
    walls = [60 * int(m) + float(s) for m, s in re.findall(r"^real\s+(\d+)m([\d.]+)s", lab, re.M)]
    for tuning, wall in zip(("cold", "warm"), walls + [None, None]):
        yield f"whole lab, {tuning} tuning cache", f"{wall:.1f} s" if wall else "not measured", *(("20 s", "8 s") if tuning == "warm" else ("", ""))
    for name in ("alexnet-8-8", "lenet-32-8", "alexnet-32-8"):
        profile = read(session / f"profile-{name}/profile.json")
        yield f"{name}, share of the peak", peak_share(profile), *(("50 %", "70 %") if name != "alexnet-8-8" else ("", ""))


def peak_share(profile):
    """max(bytes / copy bandwidth, FLOPs / peak rate) as a share of the median uninstrumented step."""
    if not profile:
        return "not measured"
    peaks, step = profile.get("peaks") or profile["roof"], profile["unwatched_us"]["median"]
    rate = peaks[{"fp32": "fp32_flops_per_s", "tf32": "tf32_flops_per_s", "bf16": "bf16_flops_per_s"}[profile["precision"]]]
    bytes_moved, flops = (sum(op[what] for op in profile["ops"]) for what in ("bytes", "flops"))
    if not (step and rate and peaks["copy_bytes_per_s"]):
        return "not measured"
    return f"{100 * max(bytes_moved / peaks['copy_bytes_per_s'], flops / rate) * 1e6 / step:.0f} %"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("| case | measured | least | aim |\n|---|---|---|---|")
    for row in rows(pathlib.Path(sys.argv[1])):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
