#!/usr/bin/env python3
"""Writes the PyTorch traces that trace_test.cpp follows: a file a model, MODEL.safetensors.

Needs Debian's python3-torch (any PyTorch will do). The files are in the repository; run this again only to change them.

A file holds images (uint8, NHWC), labels of two and of three classes, the order of the images in each of two epochs, initial
weights (in Gridstride's layout: filters K R S C, dense layers on NHWC features), and for each optimizer and loss the losses
of 20 steps: "losses/adam/bce". 38 images in batches of 4, so that the tenth batch of an epoch has 2. Metadata: the numbers
of each optimizer. Computed in float64: the traces are the truth to which float32 comes close.
"""
import json
import pathlib
import struct

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HEIGHT, WIDTH, IMAGES, BATCH, EPOCHS, BASE = 14, 10, 38, 4, 2, 5

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, dict(lr=0.05)),
    "momentum": (torch.optim.SGD, dict(lr=0.01, momentum=0.9)),
    "weight_decay": (torch.optim.SGD, dict(lr=0.03, momentum=0.5, weight_decay=0.01)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.001, alpha=0.9, eps=1e-7)),
    "adam": (torch.optim.Adam, dict(lr=0.002, betas=(0.9, 0.999), eps=1e-7)),
    "adam_decay": (torch.optim.Adam, dict(lr=0.002, betas=(0.8, 0.99), eps=1e-7, weight_decay=0.01)),
}


def signs(labels):
    return 2.0 * labels - 1.0


LOSSES = {  # name: (classes, mean loss of a batch)
    "bce": (2, lambda logits, labels: F.binary_cross_entropy_with_logits(logits[:, 0], labels.double())),
    "hinge": (2, lambda logits, labels: F.relu(1 - signs(labels) * logits[:, 0]).mean()),
    "hinge_sigmoid": (2, lambda logits, labels: F.relu(1 - signs(labels) * torch.sigmoid(logits[:, 0])).mean()),
    "softmax": (3, lambda logits, labels: F.cross_entropy(logits, labels)),
}


class FlattenNhwc(nn.Module):
    """Features in the order in which Gridstride stores them."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def conv(channels, filters):
    return [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]


def lenet(b, outputs):
    features = 2 * b * (HEIGHT // 4) * (WIDTH // 4)
    return nn.Sequential(*conv(1, b), nn.MaxPool2d(2), *conv(b, 2 * b), nn.MaxPool2d(2), FlattenNhwc(),
                         nn.Linear(features, 2 * b), nn.ReLU(), nn.Linear(2 * b, outputs))


def alexnet(b, outputs):
    features = 2 * b * (HEIGHT // 8) * (WIDTH // 8)
    return nn.Sequential(*conv(1, b), nn.MaxPool2d(2), *conv(b, 2 * b), nn.MaxPool2d(2), *conv(2 * b, 4 * b),
                         *conv(4 * b, 4 * b), *conv(4 * b, 2 * b), nn.MaxPool2d(2), FlattenNhwc(),
                         nn.Linear(features, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, outputs))


def mlp(b, outputs):
    return nn.Sequential(FlattenNhwc(), nn.Linear(HEIGHT * WIDTH, b), nn.ReLU(), nn.Linear(b, b // 2), nn.ReLU(),
                         nn.Linear(b // 2, b // 4), nn.ReLU(), nn.Linear(b // 4, outputs))


MODELS = {  # name: (network, base, optimizers): every optimizer with every loss once, on LeNet
    "lenet": (lenet, BASE, list(OPTIMIZERS)),
    "alexnet": (alexnet, 2, ["adam", "momentum"]),
    "mlp": (mlp, 12, ["adam", "rmsprop"]),
}


def named_parameters(network):
    """("conv1.weight", tensor) and so on, with Gridstride's names, in the order of the layers."""
    count = {}
    for layer in network:
        kind = "conv" if isinstance(layer, nn.Conv2d) else "dense" if isinstance(layer, nn.Linear) else None
        if kind:
            count[kind] = count.get(kind, 0) + 1
            yield f"{kind}{count[kind]}.weight", layer.weight
            yield f"{kind}{count[kind]}.bias", layer.bias


def stored(parameter):
    """A parameter as Gridstride stores it: filters go from K C R S to K R S C."""
    value = parameter.detach()
    return (value.permute(0, 2, 3, 1) if value.dim() == 4 else value).contiguous().float().numpy()


def initialize(network):
    """Weights and biases with which every layer learns: PyTorch's own leave networks this small dead behind their ReLUs."""
    for name, parameter in named_parameters(network):
        if name.endswith("weight"):
            nn.init.kaiming_normal_(parameter)
        else:
            nn.init.uniform_(parameter, 0.0, 0.2)


def check_alive(network, initial, what):
    for (name, after), before in zip(named_parameters(network), initial):
        share = (after - before).ne(0).double().mean().item()
        if share < 0.25:
            raise SystemExit(f"{what}: only {share:.0%} of {name} changed; the trace would not show whether it learns")


def train(network, optimizer, loss_of, images, labels, orders):
    losses = []
    for order in orders:
        for first in range(0, IMAGES, BATCH):
            batch = order[first:first + BATCH]
            optimizer.zero_grad()
            loss = loss_of(network(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return np.array(losses)


def write_safetensors(path, tensors, metadata):
    kinds = {"float32": "F32", "float64": "F64", "uint8": "U8", "int32": "I32", "uint32": "U32"}
    header, data = {"__metadata__": metadata}, b""
    for name, value in tensors.items():
        raw = value.tobytes()
        header[name] = dict(dtype=kinds[str(value.dtype)], shape=list(value.shape),
                            data_offsets=[len(data), len(data) + len(raw)])
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def make(model):
    build, base, optimizers = MODELS[model]
    random = np.random.RandomState(7)
    labels = {2: random.randint(0, 2, IMAGES), 3: random.randint(0, 3, IMAGES)}
    # noise with a brighter left, middle or right third, so that there is something to learn
    images = random.randint(0, 160, (IMAGES, HEIGHT, WIDTH, 1))
    for i in range(IMAGES):
        images[i, :, 3 * labels[3][i]:3 * labels[3][i] + 3] += 40 * labels[2][i] + 30
    images = images.astype(np.uint8)
    orders = [random.permutation(IMAGES) for _ in range(EPOCHS)]
    tensors = dict(images=images, order=np.array(orders, np.uint32))
    for classes, values in labels.items():
        tensors[f"labels{classes}"] = values.astype(np.int32)

    initial = {}
    for classes in labels:
        torch.manual_seed(20 + classes)
        network = build(base, 1 if classes == 2 else classes)
        initialize(network)
        initial[classes] = network.state_dict()
        for name, parameter in named_parameters(network):
            tensors[f"classes{classes}/{name}"] = stored(parameter)

    x = torch.tensor(images).double().permute(0, 3, 1, 2) / 255
    metadata = {"base": str(base), "batch": str(BATCH), "torch": torch.__version__}
    for name in optimizers:
        kind, numbers = OPTIMIZERS[name]
        metadata[f"optimizer/{name}"] = json.dumps(dict(numbers, kind=kind.__name__))
        for loss, (classes, loss_of) in LOSSES.items():
            network = build(base, 1 if classes == 2 else classes)
            network.load_state_dict(initial[classes])
            network.double()
            before = [p.detach().clone() for _, p in named_parameters(network)]
            y = torch.tensor(labels[classes])
            tensors[f"losses/{name}/{loss}"] = train(network, kind(network.parameters(), **numbers), loss_of, x, y, orders)
            check_alive(network, before, f"{model}, {name}, {loss}")
    write_safetensors(pathlib.Path(__file__).with_name(f"{model}.safetensors"), tensors, metadata)
    return {name: values for name, values in tensors.items() if name.startswith("losses/")}


if __name__ == "__main__":
    for model in MODELS:
        for name, losses in make(model).items():
            print(f"{model:8} {name:28} {losses[0]:.4f} -> {losses[-1]:.4f}")
