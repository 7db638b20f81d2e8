#!/usr/bin/env python3
"""Training on JPEG folders that are decoded in the background, beside training on the same images in memory.

    python3 bench/decoding.py [--program build/apps/gridstride] [--pictures 512] [--epochs 4] [FOLDER]

Without FOLDER, pictures of 500x375 (about as large as ImageNet's) are made with ImageMagick. Prints images a second
of alexnet2012 at 227x227, and of a network that costs almost nothing, whose rate is that of decoding.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile


def make_pictures(folder, count):
    """Fractal pictures with noise: a JPEG of quality 90 has about ImageNet's bytes."""
    for i in range(count):
        split = "val" if i % 8 == 0 else "train"
        file = folder / split / "ab"[i // 8 % 2] / f"{i}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["convert", "-seed", str(i), "-size", "500x375", "plasma:", "-attenuate", "0.25", "+noise",
                        "Gaussian", "-quality", "90", str(file)], check=True)


def train(program, data, out, epochs, words):
    subprocess.run([program, "train", *words, "--data", str(data), "--image-size", "227", "--channels", "3",
                    "--epochs", str(epochs), "--out", str(out), "--overwrite", "--quiet"], check=True)
    record = json.loads((out / "run.json").read_text())
    rows = [line.split(",") for line in (out / "history.csv").read_text().splitlines()]
    column = rows[0].index("images_per_s")
    rate = statistics.median(float(row[column]) for row in rows[2:])  # the first epoch warms up
    waited = record["results"].get("waited_for_images_s", 0) / record["results"]["seconds"]
    return rate, waited, (out / "last.safetensors").read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--program", default="build/apps/gridstride")
    parser.add_argument("--pictures", type=int, default=512)
    parser.add_argument("--epochs", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.folder
        if data is None:
            data = pathlib.Path(scratch) / "pictures"
            make_pictures(data, options.pictures)
        files = [file for file in data.rglob("*") if file.is_file()]
        print(f"{len(files)} pictures, {sum(file.stat().st_size for file in files) / len(files) / 1000:.0f} kB each\n")
        print("| network | decoded | images/s | steps waited |\n|---|---|---|---|")
        for name, words in [("alexnet2012, batch 32", ["alexnet2012", "--batch", "32"]),
                            ("lenet, base 1, batch 32", ["lenet", "--base", "1", "--batch", "32"])]:
            weights = []
            for decode in ("once", "stream"):
                rate, waited, last = train(options.program, data, pathlib.Path(scratch) / "run", options.epochs,
                                           [*words, "--decode", decode])
                weights.append(last)
                print(f"| {name} | {decode} | {rate:.1f} | {100 * waited:.0f} % |", flush=True)
            if weights[0] != weights[1]:
                raise SystemExit(f"{name}: the weights differ")


if __name__ == "__main__":
    main()
