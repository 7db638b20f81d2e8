#!/usr/bin/env python3
"""Checks that two commits train the same bits and choose the same implementations.

usage: bench/same_bits.py OLD NEW

OLD and NEW are commits, or build folders that contain apps/gridstride. A commit is checked out in a temporary worktree
and built without CUDA. Each network is trained for two short epochs in each precision on the cpu, and small networks
also on the simulator. Weights, moments and losses must be equal bit for bit, and so must the tables of implementations
except for renamed entries (RENAMED). Exit status 1 if anything differs.
"""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NETWORKS = ["lenet --base 8", "lenet --base 4 --dropout 0.4", "alexnet --base 8 --dropout 0.3", "mlp --base 32",
            "lenet5", "alexnet2012 --base 12 --image-size 80"]
VARIATIONS = ["--precision fp32", "--precision tf32", "--precision bf16", "--optimizer sgd --momentum 0.9",
              "--loss hinge --flip horizontal --rotate 10"]
ON_SIM = ["lenet --base 2 --image-size 16 --dropout 0.4", "alexnet --base 2 --image-size 16", "mlp --base 8 --image-size 8"]
# Renamed calls and implementations, old to new.
RENAMED = {"filter gradient": "weight gradient", "collect": "store logits", "cores": "simd",
           "rounded": "tf32_emulated", "widened": "bf16_emulated"}
# The variant "flat" served all optimizers; now each has a variant named after it.
OPTIMIZERS = {"adam", "adamw", "lamb", "lion", "rmsprop", "sgd"}


def cases():
    for network in NETWORKS:
        for variation in VARIATIONS:
            size = "" if "--image-size" in network else " --image-size 32"
            yield f"{network}{size} {variation} --device cpu --threads 2"
    for network in ON_SIM:
        for precision in ("fp32", "tf32", "bf16"):
            yield f"{network} --precision {precision} --device sim --threads 2"


def program(which, folder):
    """Path of gridstride in a build folder, or from a commit, which is built in `folder`."""
    built = pathlib.Path(which) / "apps" / "gridstride"
    if built.exists():
        return built.resolve()
    source, build = folder / "source", folder / "build"
    run(["git", "-C", ROOT, "worktree", "add", "--detach", source, which])
    run(["cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DGRIDSTRIDE_CUDA=OFF"])
    run(["ninja", "-C", build, "gridstride"])
    for module in ("gridstride_sim",):  # only some commits have the simulator as a module
        subprocess.run(["ninja", "-C", build, module], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return build / "apps" / "gridstride"


def run(command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def tensors(path):
    """The bytes of each tensor of a safetensors file, by name."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    return {name: data[8 + length + t["data_offsets"][0]:8 + length + t["data_offsets"][1]]
            for name, t in header.items() if name != "__metadata__"}


def renamed(name):
    for old, new in RENAMED.items():
        if name == old or (name.startswith("dense") and name.endswith(" " + old)):
            return name.replace(old, new)
    return name


def trained(program, case, out):
    run([program, "train", *case.split(), "--train-size", "44", "--val-size", "16", "--epochs", "2", "--batch", "8",
         "--seed", "3", "--impl", "default", "--out", out])
    record = json.loads((out / "run.json").read_text())
    history = (out / "history.csv").read_text().splitlines()
    columns = [i for i, name in enumerate(history[0].split(",")) if "loss" in name or "accuracy" in name]
    weights = {}
    for name in ("best", "last", "predictions"):  # the epoch of previous.safetensors follows the clock
        file = out / f"{name}.safetensors"
        weights.update({f"{file.name}: {tensor}": value for tensor, value in tensors(file).items()})
    table = {renamed(name): renamed(value) for name, value in record["implementations"].items()}
    if table["update"] in OPTIMIZERS:
        table["update"] = "flat"
    return {"weights": weights, "losses": [[line.split(",")[i] for i in columns] for line in history], "table": table}


def main():
    if len(sys.argv) != 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__.split("\n\n")[1])
    different = count = 0
    with tempfile.TemporaryDirectory() as scratch:
        folders = [pathlib.Path(scratch) / name for name in ("old", "new")]
        programs = [program(which, folder) for which, folder in zip(sys.argv[1:], folders)]
        for case in cases():
            count += 1
            results = []
            for which, folder in zip(programs, folders):
                out = folder / "run"
                shutil.rmtree(out, ignore_errors=True)
                out.parent.mkdir(exist_ok=True)
                results.append(trained(which, case, out))
            for part in ("weights", "losses", "table"):
                old, new = results[0][part], results[1][part]
                if old != new:
                    different += 1
                    keys = [k for k in old if new.get(k) != old[k]] if isinstance(old, dict) else old
                    print(f"{case}: other {part}: {', '.join(map(str, keys))[:300]}")
    print(f"{count} runs, {different} differences")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
