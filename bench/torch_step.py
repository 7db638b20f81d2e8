#!/usr/bin/env python3
"""Times a training step of Gridstride's networks in PyTorch, by the method of `gridstride bench`.

usage: torch_step.py [--device cpu|cuda] [--mode eager|compile|graph] [--channels-last] [--precision fp32|tf32|bf16]
                     [--threads N] [--seconds X] CASE...
A CASE is model:base:batch. A step is forward, BCE with logits, backward and Adam, on 128x128x1 images already on the
device; resnet:base:batch (depth 20) takes 32x32x3 images and 10 classes, vgg:base:batch (depth 11) 224x224x3 and 1000,
alexnet2012:-:batch 227x227x3 and 1000: cross entropy and SGD with momentum. Prints JSON in the format of `gridstride
bench --json`. step_timing.py determines the number of steps between two waits for the GPU.
"""
import argparse
import json

import torch
from torch import nn

import step_timing


def lenet(base):
    return nn.Sequential(
        nn.Conv2d(1, base, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(base, 2 * base, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * base * 32 * 32, 2 * base), nn.ReLU(), nn.Linear(2 * base, 1))


def alexnet(base):
    return nn.Sequential(
        nn.Conv2d(1, base, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(base, 2 * base, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(2 * base, 4 * base, 3, padding=1), nn.ReLU(),
        nn.Conv2d(4 * base, 4 * base, 3, padding=1), nn.ReLU(),
        nn.Conv2d(4 * base, 2 * base, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * base * 16 * 16, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 1))


def mlp(base):
    return nn.Sequential(nn.Flatten(), nn.Linear(128 * 128, base), nn.ReLU(), nn.Linear(base, base // 2), nn.ReLU(),
                         nn.Linear(base // 2, base // 4), nn.ReLU(), nn.Linear(base // 4, 1))


def alexnet2012(_):
    normalise = lambda: nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)  # PyTorch divides alpha by the window
    return nn.Sequential(
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(), normalise(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), normalise(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Flatten(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000))


def normalised(channels, filters, stride):
    return [nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False), nn.BatchNorm2d(filters)]


class Block(nn.Module):
    """Two convolutions around which a shortcut without parameters leads: every other pixel, zeros for new channels."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.layers = nn.Sequential(*normalised(channels, filters, stride), nn.ReLU(), *normalised(filters, filters, 1))
        self.stride, self.added = stride, filters - channels

    def forward(self, x):
        shortcut = nn.functional.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.added))
        return torch.relu(self.layers(x) + shortcut)


def resnet(base):
    blocks = [Block(base << max(0, stage - (i == 0)), base << stage, 2 if stage > 0 and i == 0 else 1)
              for stage in range(3) for i in range(3)]
    return nn.Sequential(*normalised(3, base, 1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(4 * base, 10))


def vgg(base):
    layers, channels = [], 3
    for filters, convolutions in ((base, 1), (2 * base, 1), (4 * base, 2), (8 * base, 2), (8 * base, 2)):
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(8 * base * 7 * 7, 64 * base), nn.ReLU(),
                         nn.Linear(64 * base, 64 * base), nn.ReLU(), nn.Linear(64 * base, 1000))


# name: (network, channels and side of its images, classes; 1: BCE and Adam)
NETWORKS = {"lenet": (lenet, 1, 128, 1), "alexnet": (alexnet, 1, 128, 1), "mlp": (mlp, 1, 128, 1),
            "alexnet2012": (alexnet2012, 3, 227, 1000), "resnet": (resnet, 3, 32, 10), "vgg": (vgg, 3, 224, 1000)}


def captured(step):
    """Captures the step as a CUDA graph, after warm-up steps on a side stream, as PyTorch requires."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def training_step(case, args):
    """Returns a function that runs one training step of the case."""
    name, base, batch = case.split(":")
    device, cuda = torch.device(args.device), args.device == "cuda"
    torch.manual_seed(0)
    network, channels, side, classes = NETWORKS[name]
    model = network(0 if base == "-" else int(base)).to(device)
    x = torch.rand(int(batch), channels, side, side, device=device)
    y = torch.randint(0, max(2, classes), (int(batch),), device=device)
    if args.channels_last:
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    if classes > 1:
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9, **({"fused": True} if cuda else {}))
        loss_of = nn.CrossEntropyLoss()
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-5, **({"fused": True, "capturable": True} if cuda else {}))
        loss_of, y = nn.BCEWithLogitsLoss(), y[:, None].float()
    if args.mode == "compile":
        torch._dynamo.reset()  # a process that compiles many networks would fall back to eager after eight
        model = torch.compile(model, mode="max-autotune")

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=args.precision == "bf16"):
            loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()

    return captured(step) if args.mode == "graph" else step


def allow_tf32(precision):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.benchmark = True


def measured(case, args):
    """The record of a case."""
    cuda = args.device == "cuda"
    figures, steps = step_timing.measure(training_step(case, args), torch.cuda.synchronize if cuda else lambda: None,
                                         args.seconds, cuda)
    return step_timing.case_record(case, args.device, figures, steps)


def machine_facts(args):
    return {"torch": torch.__version__, "mode": args.mode, "channels_last": args.channels_last,
            "precision": args.precision, "threads": torch.get_num_threads(),
            "gpu": torch.cuda.get_device_name() if args.device == "cuda" else None}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=["cpu", "cuda"])
    parser.add_argument("--mode", default="eager", choices=["eager", "compile", "graph"])
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "tf32", "bf16"])
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("cases", nargs="+")
    args = parser.parse_args()
    if args.mode == "graph" and args.device != "cuda":
        parser.error("--mode graph: CUDA graphs need --device cuda")
    if args.threads:
        torch.set_num_threads(args.threads)
    allow_tf32(args.precision)
    results = [measured(case, args) for case in args.cases]
    print(json.dumps({"machine": machine_facts(args), "cases": results}))


if __name__ == "__main__":
    main()
