#!/usr/bin/env python3
"""Commands with many threads, for a program built with ThreadSanitizer: a race ends it with a status of its own.

The other tests train nets so small that one thread does it. Here every kernel of the cpu device has work for four
threads, the loaders decode and draw, and the runs of a sweep on a (simulated) GPU are threads of one process.
"""
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")
WITH_CUDA = os.environ.get("GRIDSTRIDE_WITH_CUDA") == "1"
SMALL = ["--image-size", "16", "--train-size", "24", "--val-size", "8", "--epochs", "2", "--quiet"]
WIDE = ["--batch", "16", "--train-size", "32", "--val-size", "16", "--threads", "4", "--device", "cpu"]


def png(side, value):
    """A grey picture with a few different rows."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = b"".join(b"\0" + bytes((value + y) % 256 for _ in range(side)) for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@unittest.skipUnless(PROGRAM, "set GRIDSTRIDE_PROGRAM")
class Threads(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")}

    def run_program(self, *words, status=0):
        done = subprocess.run([PROGRAM, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, status, f"{' '.join(words)}\n{done.stdout[-2000:]}\n{done.stderr[:8000]}")
        return done

    def start(self, *words):
        return subprocess.Popen([PROGRAM, *words], cwd=self.folder, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    # ---- the kernels of the cpu device ----

    def test_networks(self):
        for words in (["lenet", "--base", "8", "--image-size", "64"],
                      ["alexnet", "--base", "4", "--image-size", "64", "--dropout", "0.3"],
                      ["resnet", "--base", "8", "--image-size", "32"],
                      ["mlp", "--base", "512", "--image-size", "64"]):
            with self.subTest(network=words[0]):
                self.run_program("train", *words, *WIDE, "--epochs", "1", "--quiet", "--overwrite",
                                 "--out", "run")

    def test_optimizers_and_precisions(self):
        for optimizer in ("adam", "adamw", "lamb", "lion", "rmsprop", "sgd"):
            for precision in ("fp32", "bf16"):
                with self.subTest(optimizer=optimizer, precision=precision):
                    self.run_program("train", "lenet", "--base", "8", "--image-size", "64", *WIDE, "--epochs", "1",
                                     "--quiet", "--impl", "default", "--optimizer", optimizer, "--precision", precision,
                                     "--overwrite", "--out", "run")

    def test_augmented_images_of_three_channels_and_a_profile(self):
        self.run_program("train", "lenet", "--base", "8", "--image-size", "64", "--channels", "3", *WIDE,
                         "--epochs", "2", "--flip", "both", "--shift", "0.1", "--rotate", "10", "--brightness", "0.1",
                         "--profile", "--keep-predictions", "--out", "run")
        for command in ("eval", "verify", "profile"):
            self.run_program(command, "run")

    # ---- the loaders ----

    def pictures(self):
        for split, count in (("train", 40), ("test", 12)):
            for label, name in enumerate(("benign", "malignant")):
                folder = self.folder / "data" / split / name
                folder.mkdir(parents=True)
                for i in range(count):
                    (folder / f"{i}.png").write_bytes(png(24, 100 * label + i))

    def test_pictures_are_decoded(self):
        self.pictures()
        for number in (3, 4, 17):
            (self.folder / "data" / "train" / "benign" / f"{number}.png").write_bytes(b"no picture")
        run = ["--data", "data", "--image-size", "64", "--epochs", "1", "--threads", "4", "--device", "cpu",
               "--overwrite", "--out", "run"]
        refused = self.run_program("train", "lenet", "--base", "2", *run, status=2)
        self.assertIn("(and 2 more)", refused.stderr)
        self.run_program("train", "lenet", "--base", "2", *run, "--skip-broken")
        self.run_program("train", "mlp", "--features", "hog", *run, "--skip-broken")
        self.run_program("pack", "data", "packed.safetensors", "--image-size", "16", "--skip-broken")

    # ---- several runs in one process, and signals ----

    def sweep(self, *words):
        return ["sweep", "lenet", "--base", "2", *SMALL, "--device", "cuda", "--batch", "4", "--impl", "own",
                "--out", "sweep", *words]

    @unittest.skipUnless(WITH_CUDA, "runs are threads only on a GPU")
    def test_runs_of_a_sweep(self):
        self.run_program(*self.sweep("--grid", "lr=1e-5,1e-3", "--grid", "optimizer=adam,sgd", "--jobs", "4"))

    @unittest.skipUnless(WITH_CUDA, "runs are threads only on a GPU")
    def test_runs_that_measure_their_implementations(self):
        words = self.sweep("--grid", "batch=2,4,6", "--jobs", "3")
        words[words.index("own")] = "auto"
        self.run_program(*words)

    @unittest.skipUnless(WITH_CUDA, "runs are threads only on a GPU")
    def test_a_failing_gpu(self):
        self.environment["GRIDSTRIDE_SIMULATED_FAULT"] = "RmspropStep:3"
        done = self.run_program(*self.sweep("--grid", "optimizer=adam,rmsprop,sgd", "--jobs", "3"), status=1)
        self.assertIn("run optimizer-rmsprop made the GPU fail: ", done.stderr)

    def signalled(self, words, checkpoint):
        """Sends two SIGUSR1, each once `checkpoint` is there, and then SIGINT; returns the exit status."""
        process = self.start(*words)
        for number in (signal.SIGUSR1, signal.SIGUSR1, signal.SIGINT):
            while process.poll() is None and not list(self.folder.glob(checkpoint)):
                time.sleep(0.05)
            time.sleep(0.3)
            process.send_signal(number)
        output = process.communicate()[0]
        self.assertEqual(process.returncode, 130, output[-8000:])

    @unittest.skipUnless(WITH_CUDA, "runs are threads only on a GPU")
    def test_signals_to_a_sweep(self):
        words = self.sweep("--grid", "seed=1,2,3", "--jobs", "3")
        words[words.index("--epochs") + 1] = "100000"
        self.signalled(words, "sweep/runs/*/last.safetensors")

    def test_signals_to_a_run(self):
        self.signalled(["train", "lenet", "--base", "8", "--image-size", "64", *WIDE, "--epochs", "100000",
                        "--out", "run"], "run/last.safetensors")


if __name__ == "__main__":
    unittest.main()
