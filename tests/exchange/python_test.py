#!/usr/bin/env python3
"""What is written for other programs is what the pages say: the archive for NumPy is read by Python's own modules, the
blocks of docs/python.md for ONNX Runtime and PyTorch are run as they stand where those are installed, and so is the
reader of TensorBoard."""
import ast
import importlib.util
import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import unittest
import zipfile

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")
ROOT = pathlib.Path(__file__).resolve().parents[2]
NET = ["--base", "2", "--image-size", "16", "--device", "cpu", "--threads", "1"]  # that of the page


def read_safetensors(path):
    """name -> (shape, values), and the metadata."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    types = {"F32": "f", "U8": "B", "I32": "i", "I64": "q"}
    tensors = {}
    for name, tensor in header.items():
        begin, end = (8 + length + offset for offset in tensor["data_offsets"])
        values = struct.unpack("<%d%s" % (_count(tensor["shape"]), types[tensor["dtype"]]), data[begin:end])
        tensors[name] = (tuple(tensor["shape"]), values)
    return tensors, metadata


def read_npz(path):
    """name -> (shape, values), by the format's description."""
    tensors = {}
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            data = archive.read(name)
            assert data[:8] == b"\x93NUMPY\x01\x00", name
            start = 10 + struct.unpack("<H", data[8:10])[0]
            assert start % 64 == 0 and data[start - 1:start] == b"\n", name
            header = ast.literal_eval(data[10:start].decode())
            assert header["descr"] == "<f4" and header["fortran_order"] is False, header
            values = struct.unpack("<%df" % _count(header["shape"]), data[start:])
            tensors[name.removesuffix(".npy")] = (header["shape"], values)
    return tensors


def _count(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


def block(kind):
    """The block of docs/python.md that begins with ```python KIND."""
    return re.search("```python %s\n(.*?)```" % kind, (ROOT / "docs/python.md").read_text(), re.DOTALL)[1]


def lacks(*packages):
    return any(importlib.util.find_spec(package) is None for package in packages)


@unittest.skipUnless(PROGRAM, "set GRIDSTRIDE_PROGRAM")
class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = pathlib.Path(cls.scratch.name).resolve()
        cls.run_program("pack", "synthetic:lesions", "data.safetensors", "--image-size", "16", "--limit", "12")
        cls.run_program("train", "lenet", *NET, "--data", "data.safetensors", "--epochs", "3", "--lr", "1e-2", "--out",
                        "run", "--quiet")

    @classmethod
    def run_program(cls, *words, status=0, **environment):
        done = subprocess.run([PROGRAM, *words], cwd=cls.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "XDG_CACHE_HOME": str(cls.folder / "cache"), **environment})
        if "was configured without" in done.stderr:
            raise unittest.SkipTest(done.stderr)
        if status is not None and done.returncode != status:
            raise AssertionError(done.stderr)
        return done

    def export(self, name, *words, run="run", **environment):
        self.run_program("export", run, "--format", name.rpartition(".")[2], "--out", name, "--overwrite", *words,
                         **environment)
        return self.folder / name

    def test_npz_and_safetensors_hold_the_same(self):
        tensors, metadata = read_safetensors(self.export("net.safetensors"))
        self.assertEqual(metadata["format"], "pt")
        self.assertEqual(json.loads(metadata["classes"]), ["mel", "nev"])
        self.assertEqual({name: shape for name, (shape, values) in tensors.items()},
                         {"conv1.weight": (2, 1, 3, 3), "conv1.bias": (2,), "conv2.weight": (4, 2, 3, 3),
                          "conv2.bias": (4,), "dense1.weight": (4, 64), "dense1.bias": (4,), "dense2.weight": (1, 4),
                          "dense2.bias": (1,)})
        self.assertEqual(read_npz(self.export("net.npz")), tensors)

    def test_the_weights_are_those_of_the_epoch_asked_for(self):
        for weights in ("best", "last"):
            own = read_safetensors(self.folder / f"run/{weights}.safetensors")[0]
            exported = read_safetensors(self.export("net.safetensors", "--weights", weights))[0]
            self.assertEqual(exported["dense2.weight"], own["dense2.weight"])
            kernels = own["conv2.weight"][1]  # [4, 3, 3, 2] becomes [4, 2, 3, 3]
            self.assertEqual(exported["conv2.weight"][1], tuple(
                kernels[(k * 9 + pixel) * 2 + c] for k in range(4) for c in range(2) for pixel in range(9)))

    def test_equal_weights_give_equal_bytes(self):
        for name in ("net.safetensors", "net.onnx", "net.npz"):
            self.assertEqual(self.export(name, TZ="UTC").read_bytes(), self.export(name, TZ="EST5").read_bytes(), name)
        with zipfile.ZipFile(self.folder / "net.npz") as archive:
            self.assertEqual({entry.date_time for entry in archive.infolist()}, {(1980, 1, 1, 0, 0, 0)})

    def test_a_file_has_the_name_of_the_run(self):
        self.run_program("export", "run/.", "--format", "safetensors", "--quiet")
        self.assertTrue((self.folder / "run.safetensors").exists())

    def test_what_cannot_be_done_is_said_in_a_line(self):
        self.export("net.onnx")
        for words, part in (([], "a run is needed"),
                            (["nowhere"], "nowhere is not the folder of a run"),
                            (["run", "--format", "keras"], "--format must be one of onnx, safetensors, npz, not 'keras'"),
                            (["run", "--out", "net.npz"], "--out net.npz: the name of a file in --format onnx ends in .onnx"),
                            (["run", "--out", "net.onnx"], "net.onnx already exists: --overwrite replaces it"),
                            (["run", "--out", "no/net.onnx"], "no/net.onnx")):
            done = self.run_program("export", *words, status=None)
            self.assertIn(done.returncode, (1, 2), words)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(part, done.stderr)

    def check_logits(self, code, run="run", data="data.safetensors"):
        """Runs code as of the page, which computes `logits` for the validation images of a run."""
        import numpy as np
        tensors = read_safetensors(self.folder / data)[0]
        shape, values = tensors["validation.images"]
        np.save(self.folder / "images.npy", np.array(values, np.uint8).reshape(shape))
        want = np.array(read_safetensors(self.folder / run / "predictions.safetensors")[0]["best.logits"][1])
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        names = {}
        exec(code, names)
        logits = names["logits"]
        got = np.array(logits.detach() if hasattr(logits, "detach") else logits).ravel()
        self.assertEqual(got.shape, want.shape)
        self.assertLessEqual(abs(got - want).max(), 1e-5 * abs(want).max())
        self.assertGreater(abs(want).max(), 1e-3)
        return names

    def other_runs(self):
        """Runs with groups, local response normalisation, batch normalisation and shortcuts."""
        for network, flags in (("alexnet2012", ["--base", "12"]), ("resnet", ["--base", "4", "--depth", "8"])):
            if not (self.folder / "large.safetensors").exists():
                self.run_program("pack", "synthetic:lesions", "large.safetensors", "--image-size", "67", "--channels",
                                 "3", "--limit", "4")
            if not (self.folder / network).exists():
                self.run_program("train", network, *flags, "--data", "large.safetensors", "--device", "cpu", "--threads",
                                 "2", "--impl", "default", "--epochs", "1", "--lr", "1e-2", "--out", network, "--quiet")
            yield network

    @unittest.skipIf(lacks("onnxruntime", "numpy"), "no onnxruntime")
    def test_onnx_runtime(self):
        self.export("net.onnx")
        names = self.check_logits(block("onnxruntime"))
        self.assertEqual(names["classes"], ["mel", "nev"])
        for network in self.other_runs():
            self.export("net.onnx", run=network)
            self.check_logits(block("onnxruntime"), run=network, data="large.safetensors")

    @unittest.skipIf(lacks("torch", "numpy"), "no torch")
    def test_pytorch(self):
        self.export("net.npz")
        self.check_logits(block("torch"))
        for network in self.other_runs():
            self.export("net.npz", run=network)
            self.check_logits({"alexnet2012": ALEXNET, "resnet": RESNET}[network], run=network, data="large.safetensors")

    @unittest.skipIf(lacks("safetensors", "numpy"), "no safetensors")
    def test_a_run_starts_from_a_file_of_pythons_safetensors(self):
        import numpy as np
        from safetensors.numpy import load_file, save_file
        exported = load_file(self.export("net.safetensors"))
        changed = {name: np.ascontiguousarray(values + 1) for name, values in exported.items()}
        save_file(changed, self.folder / "changed.safetensors")
        self.run_program("train", "lenet", *NET, "--data", "data.safetensors", "--epochs", "1", "--init-from",
                         "changed.safetensors", "--freeze", "conv2,dense1", "--out", "started", "--quiet")
        back = load_file(self.export("net.safetensors", run="started"))
        for name in ("conv2.weight", "dense1.weight", "dense1.bias"):
            self.assertTrue((back[name] == changed[name]).all(), name)

    @unittest.skipIf(lacks("tensorboard"), "no tensorboard")
    def test_tensorboard_reads_the_files_of_a_run_that_went_on(self):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        self.run_program("train", "lenet", *NET, "--data", "data.safetensors", "--epochs", "2", "--out", "watched", "--quiet",
                         "--tensorboard")
        self.run_program("train", "--resume", "watched", "--epochs", "3", "--quiet")
        events = EventAccumulator(str(self.folder / "watched"))
        events.Reload()
        history = [line.split(",") for line in (self.folder / "watched/history.csv").read_text().splitlines()]
        for scalar, column in (("loss/training", "loss"), ("loss/validation", "val_loss"), ("learning_rate", "lr"),
                               ("accuracy/training", "accuracy"), ("accuracy/validation", "val_accuracy")):
            want = [float(line[history[0].index(column)]) for line in history[1:]]
            got = events.Scalars(scalar)
            self.assertEqual([event.step for event in got], [1, 2, 3])
            for event, value in zip(got, want):
                self.assertAlmostEqual(event.value, value, delta=1e-6 * abs(value))


LOADED = """
net.load_state_dict({name: torch.from_numpy(values) for name, values in np.load("net.npz").items()})
assert {name for name in net.state_dict() if not name.endswith("num_batches_tracked")} == set(np.load("net.npz"))
logits = net.eval()(torch.from_numpy(np.load("images.npy")).permute(0, 3, 1, 2) / 255)
"""

ALEXNET = """
from collections import OrderedDict
import numpy as np
import torch
from torch import nn

def normalise():
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)

net = nn.Sequential(OrderedDict(
    conv1=nn.Conv2d(3, 12, 11, stride=4), relu1=nn.ReLU(), lrn1=normalise(), pool1=nn.MaxPool2d(3, 2),
    conv2=nn.Conv2d(12, 32, 5, padding=2, groups=2), relu2=nn.ReLU(), lrn2=normalise(), pool2=nn.MaxPool2d(3, 2),
    conv3=nn.Conv2d(32, 48, 3, padding=1), relu3=nn.ReLU(), conv4=nn.Conv2d(48, 48, 3, padding=1, groups=2),
    relu4=nn.ReLU(), conv5=nn.Conv2d(48, 32, 3, padding=1, groups=2), relu5=nn.ReLU(), pool3=nn.MaxPool2d(3, 2),
    flatten=nn.Flatten(), dense1=nn.Linear(32, 512), relu6=nn.ReLU(), dense2=nn.Linear(512, 512), relu7=nn.ReLU(),
    dense3=nn.Linear(512, 1)))
""" + LOADED

RESNET = """
import numpy as np
import torch
from torch import nn

class ResNet(nn.Module):
    widths = [4, 4, 4, 8, 8, 16, 16]

    def __init__(self):
        super().__init__()
        before = 3
        for i, width in enumerate(self.widths, 1):
            setattr(self, f"conv{i}", nn.Conv2d(before, width, 3, stride=2 if i in (4, 6) else 1, padding=1, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(width))
            before = width
        self.dense1 = nn.Linear(16, 1)

    def convolve(self, i, x):
        return getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x))

    def forward(self, x):
        x = self.convolve(1, x).relu()
        for i in (2, 4, 6):
            y = self.convolve(i + 1, self.convolve(i, x).relu())
            if i > 2:
                more = (y.shape[1] - x.shape[1]) // 2
                x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, more, more))
            x = (y + x).relu()
        return self.dense1(x.mean((2, 3)))

net = ResNet()
""" + LOADED


if __name__ == "__main__":
    unittest.main()
