#!/usr/bin/env python3
"""An allocation that fails ends a command with one line and exit status 1, never by a signal, and spoils no run.

The library allocations.cpp counts the allocations of a command, and lets the n-th fail, or all from the n-th on. One
failure may stay without effect: a library can do without a buffer. Code outside the project that ends the process by
itself when it gets no memory is spared; allocations.cpp names it.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")
LIBRARY = os.environ.get("GRIDSTRIDE_ALLOCATIONS")
RUN = ["lenet", "--base", "2", "--image-size", "16", "--train-size", "16", "--val-size", "8", "--device", "cpu",
       "--epochs", "2", "--quiet"]
PLACES = 16  # of each command, evenly spread
ALL = 10 ** 9


@unittest.skipUnless(PROGRAM and LIBRARY, "set GRIDSTRIDE_PROGRAM and GRIDSTRIDE_ALLOCATIONS")
class FailedAllocations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def run_program(self, *words, **more):
        # With the variable set, the program need not start itself a second time (apps/openmp_waiting.h).
        environment = {**os.environ, "GOMP_SPINCOUNT": "1000", "XDG_CACHE_HOME": str(self.folder / "cache"), **more}
        return subprocess.run([PROGRAM, *words], cwd=self.folder, env=environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)

    def train(self, name):
        done = self.run_program("train", *RUN, "--out", name)
        self.assertEqual(done.returncode, 0, done.stderr)

    def each_fails(self, *words, prepare=lambda: None):
        prepare()
        self.run_program(*words)  # measures what the later ones find in the cache
        prepare()
        done = self.run_program(*words, LD_PRELOAD=LIBRARY, GRIDSTRIDE_ALLOCATION_COUNT=str(self.folder / "count"))
        self.assertEqual(done.returncode, 0, done.stderr)
        allocations = int((self.folder / "count").read_text())
        self.assertGreater(allocations, PLACES)
        failed = 0
        for place in range(PLACES):
            for fail in (1, ALL):
                number = 1 + place * allocations // PLACES
                with self.subTest(command=words[0], allocation=number, fail=fail):
                    prepare()
                    done = self.run_program(*words, LD_PRELOAD=LIBRARY, GRIDSTRIDE_ALLOCATION_AT=str(number),
                                            GRIDSTRIDE_ALLOCATIONS_FAIL=str(fail))
                    self.assertIn(done.returncode, [0, 1], done.stderr)
                    if done.returncode == 1:
                        failed += 1
                        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertGreater(failed, PLACES)

    def test_training(self):
        self.train("whole")
        weights = (self.folder / "whole/last.safetensors").read_bytes()

        def another():
            run = self.folder / "run"
            if (run / "run.json").exists():  # it goes on as if nothing had been
                done = self.run_program("train", "--resume", "run", "--quiet")
                self.assertTrue(done.returncode == 0 or "2 epochs already" in done.stderr, done.stderr)
                self.assertEqual((run / "last.safetensors").read_bytes(), weights)
            shutil.rmtree(run, ignore_errors=True)

        self.each_fails("train", *RUN, "--out", "run", prepare=another)

    def test_what_reads_a_run(self):
        self.train("run")
        self.each_fails("eval", "run", "--device", "cpu")
        self.each_fails("verify", "run")
        self.each_fails("report", "run")

    def test_what_trains_nothing(self):
        self.each_fails("models")
        self.each_fails("train", "--help")
        self.each_fails("train", *RUN, "--explain")
        self.each_fails("lab", "--plan")
        self.each_fails("sweep", *RUN, "--grid", "lr=1e-3,1e-2", "--plan")


if __name__ == "__main__":
    unittest.main()
