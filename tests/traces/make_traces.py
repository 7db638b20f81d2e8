#!/usr/bin/env python3
"""Writes the PyTorch traces for trace_test.cpp, one file MODEL.safetensors per model.

usage: make_traces.py [MODEL ...]

Needs Debian's python3-torch (any PyTorch will do). The files are in the repository; run this again only to change them.

A file holds images (uint8, NHWC), labels of two and of three classes, the order of the images in each of two epochs,
initial weights (in Gridstride's layout: filters K R S C, dense layers on NHWC features), and for each optimizer and
loss the losses of 20 steps: "losses/adam/bce", "losses/adam/bce+weights" with class weights, "+smoothing" with label
smoothing, "+dropout" with the masks that Gridstride draws. With batch normalisation also the running statistics after
20 steps: "statistics/adam/bce/bn1.running_mean". 38 images in batches of 4, so that the tenth batch of an epoch has 2.
Metadata: hyper-parameters of each optimizer and of the extras. Everything is computed in float64, as a reference for
float32.
"""
import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

IMAGES, BATCH, EPOCHS, SEED = 38, 4, 2, 1
DROPOUT, SMOOTHING, CLASS_WEIGHTS = 0.4, 0.1, {2: [0.5, 1.5], 3: [0.5, 1.0, 2.0]}

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, dict(lr=0.05)),
    "momentum": (torch.optim.SGD, dict(lr=0.01, momentum=0.9)),
    "nesterov": (torch.optim.SGD, dict(lr=0.01, momentum=0.9, nesterov=True)),
    "weight_decay": (torch.optim.SGD, dict(lr=0.03, momentum=0.5, weight_decay=0.01)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.001, alpha=0.9, eps=1e-7)),
    "adam": (torch.optim.Adam, dict(lr=0.002, betas=(0.9, 0.999), eps=1e-7)),
    "adam_decay": (torch.optim.Adam, dict(lr=0.002, betas=(0.8, 0.99), eps=1e-7, weight_decay=0.01)),
    # For deep networks: near a ReLU's kink float32 and float64 diverge, less so with small steps.
    "adam_small": (torch.optim.Adam, dict(lr=0.0001, betas=(0.9, 0.999), eps=1e-7)),
    "momentum_small": (torch.optim.SGD, dict(lr=0.0005, momentum=0.9)),
    "adamw": (torch.optim.AdamW, dict(lr=0.002, betas=(0.9, 0.999), eps=1e-7, weight_decay=0.1)),
}


def signs(labels):
    return 2.0 * labels - 1.0


def bce(logits, labels, smoothing=0.0):
    return F.binary_cross_entropy_with_logits(logits[:, 0], labels.double() * (1 - smoothing) + smoothing / 2, reduction="none")


def softmax(logits, labels, smoothing=0.0):
    return F.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")


LOSSES = {  # name: (classes, loss per image)
    "bce": (2, bce),
    "hinge": (2, lambda logits, labels: F.relu(1 - signs(labels) * logits[:, 0])),
    "hinge_sigmoid": (2, lambda logits, labels: F.relu(1 - signs(labels) * torch.sigmoid(logits[:, 0]))),
    "softmax": (3, softmax),
}


def mean_loss(loss, extra, logits, labels):
    """Mean of w l over the batch, not divided by the sum of w; w is the class weight, or 1."""
    classes, loss_of = LOSSES[loss]
    each = loss_of(logits, labels, SMOOTHING) if extra == "smoothing" else loss_of(logits, labels)
    if extra == "weights":
        each = each * torch.tensor(CLASS_WEIGHTS[classes], dtype=torch.float64)[labels]
    return each.mean()


def philox4x32(counter, key):
    """Philox4x32-10 (Salmon et al. 2011) on arrays: counter [4, n], key (low, high); returns words [4, n]."""
    mask = np.uint64(0xFFFFFFFF)
    c, (k0, k1) = [word.astype(np.uint64) for word in counter], key
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(b >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), b & mask, (a >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), a & mask]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c)


class Dropout(nn.Module):
    """Inverted dropout with the mask that Gridstride draws for dropout layer `index` at step `step`."""

    def __init__(self, index):
        super().__init__()
        self.index, self.step, self.rate = index, 0, 0.0

    def forward(self, x):
        if self.rate == 0:
            return x
        groups = np.arange((x.numel() + 3) // 4)
        words = philox4x32([groups, *(np.full_like(groups, v) for v in (self.step, 0, self.index))], (SEED, 0))
        uniform = ((words >> np.uint64(8)).astype(np.float64) * 2.0**-24).T.reshape(-1)[:x.numel()]
        kept = torch.tensor(uniform >= np.float32(self.rate)).reshape(x.shape)
        return x * kept / (1 - float(np.float32(self.rate)))


class FlattenNhwc(nn.Module):
    """Flattens in NHWC order, as Gridstride does."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def conv(channels, filters, size=3, padding=1):
    return [nn.Conv2d(channels, filters, size, padding=padding), nn.ReLU()]


def lenet(b, outputs, height, width):
    features = 2 * b * (height // 4) * (width // 4)
    return nn.Sequential(*conv(1, b), nn.MaxPool2d(2), *conv(b, 2 * b), nn.MaxPool2d(2), FlattenNhwc(),
                         nn.Linear(features, 2 * b), nn.ReLU(), Dropout(0), nn.Linear(2 * b, outputs))


def alexnet(b, outputs, height, width):
    features = 2 * b * (height // 8) * (width // 8)
    return nn.Sequential(*conv(1, b), nn.MaxPool2d(2), *conv(b, 2 * b), nn.MaxPool2d(2), *conv(2 * b, 4 * b),
                         *conv(4 * b, 4 * b), *conv(4 * b, 2 * b), nn.MaxPool2d(2), FlattenNhwc(),
                         nn.Linear(features, 128), nn.ReLU(), Dropout(0), nn.Linear(128, 64), nn.ReLU(), Dropout(1),
                         nn.Linear(64, outputs))


def mlp(b, outputs, height, width):
    return nn.Sequential(FlattenNhwc(), nn.Linear(height * width, b), nn.ReLU(), Dropout(0), nn.Linear(b, b // 2), nn.ReLU(),
                         Dropout(1), nn.Linear(b // 2, b // 4), nn.ReLU(), Dropout(2), nn.Linear(b // 4, outputs))


def lenet5(b, outputs, height, width):
    second = 16 * b // 6
    features = second * ((height // 2 - 4) // 2) * ((width // 2 - 4) // 2)
    return nn.Sequential(*conv(1, b, 5, 2), nn.MaxPool2d(2), *conv(b, second, 5, 0), nn.MaxPool2d(2), FlattenNhwc(),
                         nn.Linear(features, 120), nn.ReLU(), Dropout(0), nn.Linear(120, 84), nn.ReLU(), Dropout(1),
                         nn.Linear(84, outputs))


def alexnet2012(b, outputs, height, width):
    def normalised():
        return nn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2.0)  # PyTorch divides alpha by the window

    def extent(size):
        for window, stride in ((11, 4), (3, 2), (3, 2), (3, 2)):
            size = (size - window) // stride + 1
        return size

    def grouped(channels, filters, size):
        return [nn.Conv2d(channels, filters, size, padding=size // 2, groups=2), nn.ReLU()]

    b2, hidden = 8 * b // 3 // 2 * 2, 128 * b // 3
    return nn.Sequential(nn.Conv2d(1, b, 11, stride=4), nn.ReLU(), normalised(), nn.MaxPool2d(3, 2),
                         *grouped(b, b2, 5), normalised(), nn.MaxPool2d(3, 2), *conv(b2, 4 * b),
                         *grouped(4 * b, 4 * b, 3), *grouped(4 * b, b2, 3), nn.MaxPool2d(3, 2), FlattenNhwc(),
                         nn.Linear(b2 * extent(height) * extent(width), hidden), nn.ReLU(), Dropout(0),
                         nn.Linear(hidden, hidden), nn.ReLU(), Dropout(1), nn.Linear(hidden, outputs))


class Shortcut(nn.Module):
    """relu(branch(x) + x); with a stride, x is subsampled and gets zero channels on both sides (He et al., A)."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.branch = nn.Sequential(*normalised_conv(channels, filters, stride), nn.ReLU(), *normalised_conv(filters, filters, 1))
        self.stride, self.more = stride, filters - channels

    def forward(self, x):
        skip = x[:, :, ::self.stride, ::self.stride]
        return F.relu(self.branch(x) + F.pad(skip, (0, 0, 0, 0, self.more // 2, self.more - self.more // 2)))


def normalised_conv(channels, filters, stride):
    return [nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(filters)]


def resnet(b, outputs, height, width):
    return nn.Sequential(*normalised_conv(1, b, 1), nn.ReLU(), Shortcut(b, b, 1), Shortcut(b, 2 * b, 2),
                         Shortcut(2 * b, 4 * b, 2), nn.AdaptiveAvgPool2d(1), FlattenNhwc(), Dropout(0), nn.Linear(4 * b, outputs))


def vgg(b, outputs, height, width):
    layers, channels = [], 1
    for filters, convolutions in ((b, 1), (2 * b, 1), (4 * b, 2), (8 * b, 2), (8 * b, 2)):
        for _ in range(convolutions):
            layers += conv(channels, filters)
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, FlattenNhwc(), nn.Linear(8 * b * (height // 32) * (width // 32), 64 * b), nn.ReLU(), Dropout(0),
                         nn.Linear(64 * b, 64 * b), nn.ReLU(), Dropout(1), nn.Linear(64 * b, outputs))


MODELS = {  # name: (network, base, (height, width), optimizers); LeNet covers every optimizer with every loss
    "lenet": (lenet, 5, (14, 10), [name for name in OPTIMIZERS if not name.endswith("_small")]),
    "alexnet": (alexnet, 2, (14, 10), ["adam", "momentum"]),
    "mlp": (mlp, 12, (14, 10), ["adam", "rmsprop"]),
    "lenet5": (lenet5, 3, (20, 14), ["adam", "nesterov"]),
    "alexnet2012": (alexnet2012, 4, (67, 67), ["adam", "momentum"]),
    "resnet": (resnet, 3, (14, 11), ["adam", "momentum"]),
    "vgg": (vgg, 2, (33, 32), ["adam_small", "momentum_small"]),
}
DEPTHS = {"resnet": 8, "vgg": 11}


def cases(optimizers):
    """Yields (optimizer, loss, extra); extras only with the first optimizer."""
    for optimizer in optimizers:
        for loss in LOSSES:
            yield optimizer, loss, ""
    for loss in LOSSES:
        yield optimizers[0], loss, "weights"
    for loss in ("bce", "softmax"):
        yield optimizers[0], loss, "smoothing"
        yield optimizers[0], loss, "dropout"


def named_parameters(network):
    """Yields ("conv1.weight", tensor) and so on: Gridstride's names, in the order of the layers."""
    count = {}
    for layer in network.modules():
        kinds = {nn.Conv2d: "conv", nn.Linear: "dense", nn.BatchNorm2d: "bn"}
        kind = kinds.get(type(layer))
        if not kind:
            continue
        count[kind] = count.get(kind, 0) + 1
        if kind == "bn":
            yield f"bn{count[kind]}.gamma", layer.weight
            yield f"bn{count[kind]}.beta", layer.bias
            continue
        yield f"{kind}{count[kind]}.weight", layer.weight
        if layer.bias is not None:
            yield f"{kind}{count[kind]}.bias", layer.bias


def named_statistics(network):
    """Yields ("bn1.running_mean", tensor) and so on, in the order of the layers."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    for i, layer in enumerate(layers, 1):
        yield f"bn{i}.running_mean", layer.running_mean
        yield f"bn{i}.running_variance", layer.running_var


def stored(parameter):
    """A parameter in Gridstride's layout: filters K C R S become K R S C."""
    value = parameter.detach()
    return (value.permute(0, 2, 3, 1) if value.dim() == 4 else value).contiguous().float().numpy()


def initialize(network):
    """Initial values with which every layer learns: PyTorch's defaults give dead ReLUs in networks this small."""
    for name, parameter in named_parameters(network):
        if name.endswith("weight"):
            nn.init.kaiming_normal_(parameter)
        elif name.endswith("gamma"):
            nn.init.uniform_(parameter, 0.5, 1.5)
        else:
            nn.init.uniform_(parameter, 0.0, 0.2)


def check_alive(network, initial, what):
    for (name, after), before in zip(named_parameters(network), initial):
        share = (after - before).ne(0).double().mean().item()
        if share < 0.25:
            raise SystemExit(f"{what}: only {share:.0%} of {name} changed; the trace would not show whether it learns")


def train(network, optimizer, loss_of, images, labels, orders):
    losses = []
    dropouts = [layer for layer in network.modules() if isinstance(layer, Dropout)]
    for order in orders:
        for first in range(0, IMAGES, BATCH):
            batch = order[first:first + BATCH]
            for dropout in dropouts:
                dropout.step = len(losses)
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
    build, base, (height, width), optimizers = MODELS[model]
    random = np.random.RandomState(7)
    labels = {2: random.randint(0, 2, IMAGES), 3: random.randint(0, 3, IMAGES)}
    # noise with a brighter vertical stripe whose position and brightness depend on the labels
    images = random.randint(0, 160, (IMAGES, height, width, 1))
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
        network = build(base, 1 if classes == 2 else classes, height, width)
        initialize(network)
        initial[classes] = network.state_dict()
        for name, parameter in [*named_parameters(network), *named_statistics(network)]:
            tensors[f"classes{classes}/{name}"] = stored(parameter)

    x = torch.tensor(images).double().permute(0, 3, 1, 2) / 255
    metadata = {"base": str(base), "batch": str(BATCH), "torch": torch.__version__,
                "depth": str(DEPTHS.get(model, 0)),
                "extras": json.dumps(dict(dropout=DROPOUT, smoothing=SMOOTHING, weights=CLASS_WEIGHTS, seed=SEED))}
    for name, loss, extra in cases(optimizers):
        kind, numbers = OPTIMIZERS[name]
        metadata[f"optimizer/{name}"] = json.dumps(dict(numbers, kind=kind.__name__))
        classes, _ = LOSSES[loss]
        network = build(base, 1 if classes == 2 else classes, height, width)
        network.load_state_dict(initial[classes])
        network.double()
        for layer in network.modules():
            if isinstance(layer, Dropout):
                layer.rate = DROPOUT if extra == "dropout" else 0.0
        before = [p.detach().clone() for _, p in named_parameters(network)]
        case = f"{name}/{loss}" + (f"+{extra}" if extra else "")
        tensors[f"losses/{case}"] = train(network, kind(network.parameters(), **numbers),
                                          lambda logits, y: mean_loss(loss, extra, logits, y), x, torch.tensor(labels[classes]), orders)
        check_alive(network, before, f"{model}, {case}")
        for statistic, value in named_statistics(network):
            tensors[f"statistics/{case}/{statistic}"] = value.detach().numpy()
    write_safetensors(pathlib.Path(__file__).with_name(f"{model}.safetensors"), tensors, metadata)
    return {name: values for name, values in tensors.items() if name.startswith("losses/")}


if __name__ == "__main__":
    for model in sys.argv[1:] or MODELS:
        for name, losses in make(model).items():
            print(f"{model:8} {name:28} {losses[0]:.4f} -> {losses[-1]:.4f}")
