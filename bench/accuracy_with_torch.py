#!/usr/bin/env python3
"""Compares validation accuracy with PyTorch: same images, same recipe, several seeds, separate initial weights.

usage: accuracy_with_torch.py --data FOLDER [--case alexnet:8:8] [--lr 1e-4] [--epochs 40] [--seeds 3] [--program PROGRAM] [--python PYTHON] [--out FILE]
The folder is packed once (gridstride pack), and both sides read that file. Balanced class weights, Adam, BCE with
logits. Compared is the balanced accuracy on the validation images with the weights of the epoch with the lowest
validation loss. PyTorch starts from Glorot-uniform weights and zero biases, as Gridstride does, not from its defaults.
"""
import argparse
import json
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def read_packed(path):
    """Returns {"train.images": array, ...} from a safetensors file."""
    import numpy as np
    raw = path.read_bytes()
    size, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    kinds = {"U8": np.uint8, "I32": np.int32}
    return {name: np.frombuffer(raw[8 + size + t["data_offsets"][0]:8 + size + t["data_offsets"][1]], kinds[t["dtype"]]).reshape(t["shape"])
            for name, t in header.items() if name != "__metadata__"}


def balanced_accuracy(said, labels):
    return statistics.mean(float((said[labels == k] == k).float().mean()) for k in (0, 1))


def train_with_torch(args, packed, seed):
    """Prints {"balanced_accuracy": of the best epoch}; runs in a separate process, with args.python."""
    import torch
    from torch import nn

    import torch_step
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    data = read_packed(packed)
    x = {s: torch.tensor(data[s + ".images"]).permute(0, 3, 1, 2).float() / 255 for s in ("train", "validation")}
    y = {s: 1 - torch.tensor(data[s + ".labels"]) for s in ("train", "validation")}  # the first class (mel) is the positive one
    name, base, batch = args.case.split(":")
    model = getattr(torch_step, name)(int(base))
    for layer in model:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, eps=1e-7)
    weights = torch.tensor([len(y["train"]) / (2 * float((y["train"] == k).sum())) for k in (0, 1)])
    best = (float("inf"), 0.0)
    for _ in range(args.epochs):
        model.train()
        for batch_of in torch.randperm(len(y["train"])).split(int(batch)):
            target = y["train"][batch_of]
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(model(x["train"][batch_of])[:, 0], target.float(), weight=weights[target.long()])
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            logits = model(x["validation"])[:, 0]
            loss = float(nn.functional.binary_cross_entropy_with_logits(logits, y["validation"].float()))
        best = min(best, (loss, balanced_accuracy((logits > 0).int(), y["validation"])))
    print(json.dumps({"balanced_accuracy": best[1]}))


def train_with_gridstride(args, packed, seed, folder):
    name, base, batch = args.case.split(":")
    subprocess.run([args.program, "train", name, "--base", base, "--batch", batch, "--lr", str(args.lr), "--epochs", str(args.epochs), "--class-weight",
                    "balanced", "--positive", args.positive, "--data", str(packed), "--seed", str(seed), "--out", str(folder), "--quiet"], check=True)
    return json.loads((folder / "run.json").read_text())["evaluation"]["best"]["validation"]["balanced_accuracy"]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--case", default="alexnet:8:8")
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--positive", default="mel", help="the first of the two classes")
    parser.add_argument("--program", default=str(ROOT / "gridstride"))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--torch-seed", type=int, help=argparse.SUPPRESS)  # this process is the PyTorch side
    args = parser.parse_args()
    if args.torch_seed is not None:
        return train_with_torch(args, pathlib.Path(args.data), args.torch_seed)
    results = {"gridstride": [], "torch": []}
    with tempfile.TemporaryDirectory() as folder:
        packed = pathlib.Path(folder) / "data.safetensors"
        subprocess.run([args.program, "pack", args.data, str(packed), "--quiet"], check=True)
        for seed in range(1, args.seeds + 1):
            results["gridstride"].append(train_with_gridstride(args, packed, seed, pathlib.Path(folder) / f"run{seed}"))
            torch = [args.python, __file__, *sys.argv[1:], "--data", str(packed), "--torch-seed", str(seed)]
            results["torch"].append(json.loads(subprocess.run(torch, check=True, capture_output=True, text=True).stdout)["balanced_accuracy"])
            print(f"seed {seed}: " + ", ".join(f"{name} {values[-1]:.3f}" for name, values in results.items()), flush=True)
    print("mean:   " + ", ".join(f"{name} {statistics.mean(values):.3f}" for name, values in results.items()))
    if args.out:
        recipe = {key: getattr(args, key) for key in ("case", "lr", "epochs")}
        args.out.write_text(json.dumps({"data": pathlib.Path(args.data).name, **recipe, "balanced_accuracy_of_each_seed": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
