#!/usr/bin/env python3
"""`train --kernel` trains with the CUDA files of this folder and with the solved exercise 15, and says how far they
lead from the built-in kernels."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "run"))
from exercises import EXERCISES  # noqa: E402

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")
CHECK = os.environ.get("GRIDSTRIDE_CHECK")
SMALL = ["lenet", "--device", "sim", "--base", "3", "--image-size", "12", "--train-size", "14", "--val-size", "4",
         "--batch", "4", "--lr", "0.003"]
SHORT = [*SMALL, "--epochs", "2"]
ONE_EPOCH = [*SMALL, "--epochs", "1"]
# Another order of the same sums may change a loss of about 0.7 by this in 8 steps.
ROUNDING = 1e-5


@unittest.skipUnless(PROGRAM and CHECK, "set GRIDSTRIDE_PROGRAM and GRIDSTRIDE_CHECK to the two programs")
class OwnKernels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for file in FOLDER.glob("*.cu"):
            (self.folder / file.name).write_text(file.read_text())
        tiles = next(exercise for exercise in EXERCISES if exercise.name == "15_tiles")
        (self.folder / "product.cu").write_text(tiles.part("solution"))

    def changed(self, file, old, new):
        """Changes one place of the copy of a file."""
        text = (self.folder / file).read_text()
        self.assertEqual(text.count(old), 1)
        (self.folder / file).write_text(text.replace(old, new))

    def run_program(self, *words, program=None):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), "COLUMNS": "1000"}
        return subprocess.run([program or PROGRAM, *words], cwd=self.folder, env=environment, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)

    def train(self, kernel, *words, base=SHORT, **more):
        return self.run_program("train", *base, "--kernel", kernel, "--out", "run", "--overwrite", *words, **more)

    def record(self):
        return json.loads((self.folder / "run/run.json").read_text())

    def line(self, done):
        """The line about the distance, without its line ends."""
        found = re.search(r"\n(\S+ by [^:]+: the loss.*?)\n\n", done.stdout, re.S)
        self.assertTrue(found, done.stdout + done.stderr)
        return " ".join(found.group(1).split())

    def refused(self, done, *parts):
        self.assertEqual(done.returncode, 2, done.stderr)
        last = done.stderr.splitlines()[-1]
        for part in ("--kernel: ", *parts):
            self.assertIn(part, last)
        return done.stderr

    def agrees(self, kernel, calls, *words):
        done = self.train(kernel, *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        line, record = self.line(done), self.record()
        self.assertIn(kernel.replace("=", " by ").replace(",", ", ") + ": the losses of 8 steps ", line)
        self.assertNotIn("look at", line)
        self.assertEqual(record["built_in_losses"]["steps"], 8)
        self.assertLess(record["built_in_losses"]["largest_difference"], ROUNDING)
        self.assertLess(record["built_in_losses"]["first_step"]["gradient"], 1e-4)
        for call, file in calls.items():
            self.assertEqual(record["implementations"][call], file)
        return record

    def test_max_pooling(self):
        record = self.agrees("pool1=pool.cu", {"pool1 forward": "pool.cu", "pool1 backward": "pool.cu"})
        self.assertNotEqual(record["implementations"]["pool2 backward"], "pool.cu")
        # The same values, so the same bits.
        self.assertEqual(record["built_in_losses"]["largest_difference"], 0)
        self.assertEqual([(k["layer"], k["file"]) for k in record["kernels"]], [("pool1", "pool.cu")])
        self.assertRegex(record["kernels"][0]["checksum"], "^[0-9a-f]{16}$")
        self.assertEqual(record["flags"]["kernel"], "pool1=pool.cu")
        # Of a process that was ended while it compiled nothing is left; 4194305 is above the largest number of one.
        folder = next((self.folder / "cache").rglob("pool-*"))
        (folder / "4194305").mkdir()
        self.train("pool1=pool.cu", base=ONE_EPOCH)
        self.assertEqual([file.suffix for file in folder.iterdir()], [".so"])

    def test_dense_layers(self):
        self.agrees("dense1=product.cu,dense2=product.cu", {f"dense{i} {part}": "product.cu" for i in (1, 2) for part in
                                                            ("forward", "data gradient", "weight gradient")})

    def test_convolution(self):
        self.agrees("conv2=convolution.cu", {"conv2 forward": "convolution.cu", "conv2 data gradient": "convolution.cu",
                                             "conv2 filter gradient": "convolution.cu"})

    def test_convolution_whose_weights_gradient_stays_built_in(self):
        text = (self.folder / "convolution.cu").read_text()
        (self.folder / "half.cu").write_text(text[:text.index("// The gradient of the weights")])
        record = self.agrees("conv2=half.cu", {"conv2 forward": "half.cu"})
        self.assertNotEqual(record["implementations"]["conv2 filter gradient"], "half.cu")

    def test_update(self):
        self.agrees("update=adam.cu", {"update": "adam.cu"})
        self.agrees("update=sgd.cu", {"update": "sgd.cu"}, "--optimizer", "sgd")

    def test_wrong_backward_pass(self):
        self.changed("pool.cu", "(j - q * stride)) sum", "(j - q * stride) + 1) sum")
        line = self.line(self.train("pool1=pool.cu"))
        self.assertRegex(line, r"in the first step the gradient of conv1\.\w+ is off by \d+ % of its largest value: "
                               "look at the backward pass")
        # The weights are those that the file has trained, not its twin's.
        weights = (self.folder / "run/last.safetensors").read_bytes()
        self.assertEqual(self.run_program("train", *SHORT, "--out", "run", "--overwrite").returncode, 0)
        self.assertNotEqual(weights, (self.folder / "run/last.safetensors").read_bytes())

    def test_wrong_forward_pass(self):
        self.changed("pool.cu", "k < window * window", "k < window")
        self.assertIn("they part in the first step: look at the forward pass", self.line(self.train("pool1=pool.cu")))

    def test_wrong_update(self):
        self.changed("sgd.cu", "-=", "+=")
        self.assertIn("the first step moves a weight by 200 % of the largest move too far: look at the update",
                      self.line(self.train("update=sgd.cu", "--optimizer", "sgd")))

    def test_other_parameters_are_refused(self):
        file = self.folder / "pool.cu"
        file.write_text(file.read_text().replace("unsigned char* which", "int* which"))
        said = self.refused(self.train("pool1=pool.cu"),
                            "for pool1 pool.cu must define void launch_forward(const float* x, float* y, unsigned "
                            "char* which, int N, int H, int W, int C, int window, int stride); it has launch_forward("
                            "float const*, float*, int*, int, int, int, int, int, int)")
        self.assertEqual(said.count("\n"), 1)
        self.refused(self.train("dense1=pool.cu"), "it has no function launch",
                     "void launch(const float* a, const float* b, float* c, int M, int N, int K)")
        self.assertFalse((self.folder / "run/run.json").exists())

    def test_file_that_does_not_compile(self):
        self.changed("product.cu", "float sum = 0;", "float sum = 0")
        said = self.refused(self.train("dense1=product.cu"),
                            "product.cu does not compile; the first message above says why")
        self.assertRegex(said, r"product\.cu:8:\d+: error: ")

    def test_flags_that_cannot_be(self):
        for flag, part in (("pool1", "'pool1' is not LAYER=FILE"), ("relu1=pool.cu", "'relu1' takes no file"),
                           ("update1=sgd.cu", "'update1' takes no file"),
                           ("pool1=pool.cu,pool1=pool.cu", "pool1 is named twice"),
                           ("pool9=pool.cu", "no layer 'pool9'"),
                           ("pool1=none.cu", "none.cu: no such file"), ("update=sgd.cu", "--optimizer sgd")):
            with self.subTest(flag=flag):
                self.refused(self.train(flag), part)
        on_cpu = ["cpu" if word == "sim" else word for word in SHORT]
        self.refused(self.train("pool1=pool.cu", base=on_cpu), "--device sim, not cpu")
        self.refused(self.train("pool1=pool.cu", "--precision", "tf32"), "fp32, not --precision tf32")
        lenet5 = ["28" if word == "12" else word for word in SHORT[1:]]
        self.refused(self.train("conv1=convolution.cu", base=["lenet5", *lenet5]), "and conv1 is 5 x 5")

    def test_resume_demands_the_same_file(self):
        (self.folder / "beside.h").write_text("// included\n")
        text = '#include "beside.h"\n' + (self.folder / "pool.cu").read_text()
        (self.folder / "pool.cu").write_text(text)
        self.assertEqual(self.train("pool1=pool.cu", base=ONE_EPOCH).returncode, 0)
        (self.folder / "beside.h").write_text("// changed\n")
        resumed = ["train", "--resume", "run", "--epochs", "2"]
        done = self.run_program(*resumed)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--resume: pool.cu is no longer the file that pool1 was trained with", done.stderr)
        (self.folder / "beside.h").write_text("// included\n")
        done = self.run_program(*resumed)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the losses of 4 steps equal those of the built-in kernels, bit for bit", self.line(done))

    def test_a_run_whose_other_implementations_are_another_runs_is_evaluated(self):
        self.assertEqual(self.run_program("train", *ONE_EPOCH, "--out", "other").returncode, 0)
        self.assertEqual(self.train("pool1=pool.cu", "--impl-from", "other", base=ONE_EPOCH).returncode, 0)
        others = json.loads((self.folder / "other/run.json").read_text())["implementations"]
        for fused in "conv1 pool1 forward", "dense1 weight update":  # there one call, here a part is the run's own
            self.assertIn(fused, others)
            self.assertNotIn(fused, self.record()["implementations"])
        done = self.run_program("eval", "run", "--device", "sim")  # elsewhere its table is not taken
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_kernel_that_crashes(self):
        self.changed("pool.cu", "  which[i] = best;", "  if (i == 37) y[i + (1LL << 40)] = 0;")
        done = self.train("pool1=pool.cu")
        self.assertEqual(done.returncode, -signal.SIGSEGV, done.stderr)
        self.assertIn("kernel forward, launched at pool.cu:34: thread 37 of block 0 crashes the program: Segmentation "
                      "fault; the same command after 'gridstride check' may say why", done.stderr)

    def test_kernel_that_never_ends(self):
        self.changed("sgd.cu", "if (i < n)", "while (i == 0)")
        self.changed("sgd.cu", "(n + 255) / 256, 256", "1, 32")
        done = self.train("update=sgd.cu", "--optimizer", "sgd", program=CHECK)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("sgd.cu:8: after 5 s: thread 0 is in the launch in line 8  [M25]", done.stderr)
        self.assertEqual(self.record()["status"], "failed")

    def test_checked(self):
        done = self.train("pool1=pool.cu,dense1=product.cu,conv2=convolution.cu,update=adam.cu", base=ONE_EPOCH,
                          program=CHECK)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.changed("pool.cu", "if (i >= N * P", "if (i > N * P")
        self.changed("product.cu", "    __syncthreads();\n    for", "    for")
        for kernel, *parts in (("pool1=pool.cu", "at pool.cu:11", "past the end of device memory"),
                               ("dense1=product.cu", "race in kernel product", "read at product.cu:11")):
            with self.subTest(kernel=kernel):
                done = self.train(kernel, base=ONE_EPOCH, program=CHECK)
                self.assertEqual(done.returncode, 1, done.stderr)
                for part in parts:
                    self.assertIn(part, done.stderr)

    def test_profile(self):
        done = self.run_program("profile", *SMALL, "--kernel", "dense1=product.cu", "--out", "profile", program=CHECK)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("your kernels below the built-in ones", done.stdout)
        table = done.stdout[done.stdout.index("your kernels below"):]
        self.assertEqual(table.count("product.cu"), 3)
        self.assertRegex(table, r"\ndense1 forward +\w+ +[\d,]+ .*\n +product\.cu +1 +256 ")


if __name__ == "__main__":
    unittest.main()
