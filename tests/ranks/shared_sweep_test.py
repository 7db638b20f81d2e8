#!/usr/bin/env python3
"""The ranks of mpirun share the runs of a sweep; one that is killed costs its current run only."""
import csv
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["GRIDSTRIDE_PROGRAM"]
MPIEXEC = os.environ["GRIDSTRIDE_MPIEXEC"]
# A launcher of another make may not know --continuous, which lets the other ranks go on.
OPEN_MPI = "Open" in subprocess.run([MPIEXEC, "--version"], capture_output=True, text=True).stdout
RUNS = ["seed-1", "seed-2", "seed-3", "seed-4", "seed-5"]
SWEEP = ["sweep", "lenet", "--device", "cpu", "--image-size", "16", "--limit", "16", "--base", "2", "--jobs", "1",
         "--impl", "default", "--grid", "seed=1,2,3,4,5"]


def ranks_of(launcher):
    """Processes of the sweep by rank; their own children have none."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) != launcher:
                continue
            for entry in (folder / "environ").read_bytes().split(b"\0"):
                if entry.startswith(b"OMPI_COMM_WORLD_RANK="):
                    found[int(entry.split(b"=")[1])] = int(folder.name)
        except (OSError, IndexError):
            pass  # it has ended meanwhile
    return found


class SharedSweep(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)

    def words(self, out, epochs):
        return [PROGRAM, *SWEEP, "--epochs", str(epochs), "--out", str(self.folder / out)]

    def alone(self, epochs):
        done = subprocess.run(self.words("one", epochs), capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)

    def table(self, out):
        with open(self.folder / out / "sweep.csv", newline="") as file:
            return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]

    def record(self, out, run):
        return json.loads((self.folder / out / "runs" / run / "run.json").read_text())

    def check_same(self, out):
        self.assertEqual(self.table(out), self.table("one"))
        for run in RUNS:
            for name in ("best.safetensors", "last.safetensors"):
                self.assertEqual((self.folder / out / "runs" / run / name).read_bytes(),
                                 (self.folder / "one" / "runs" / run / name).read_bytes(), f"{run}/{name}")

    def kill(self, launcher, rank, out):
        """Kills the rank in the middle of a run, and returns the run's name."""
        for _ in range(3000):
            process = ranks_of(launcher.pid).get(rank)
            for run in RUNS:
                folder = self.folder / out / "runs" / run
                try:
                    held = (folder / "run.lock").read_text().startswith(f"process {process} on ")
                except FileNotFoundError:
                    continue
                if held and (folder / "last.safetensors").exists():
                    os.kill(process, signal.SIGKILL)
                    return run
            time.sleep(0.01)
        self.fail("no run began in 30 s")

    def run_and_kill(self, ranks, rank, out, epochs):
        """The output of `ranks` ranks of which one is killed, and the run that it had."""
        launcher = subprocess.Popen([MPIEXEC, "--continuous", "-n", str(ranks), *self.words(out, epochs)],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(launcher.kill)
        killed = self.kill(launcher, rank, out)
        return launcher.communicate(timeout=300)[0], killed

    def test_three_ranks_make_the_table_and_the_bits_of_one_process(self):
        self.alone(200)
        done = subprocess.run([MPIEXEC, "-n", "3", *self.words("three", 200)], capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("Lowest validation loss: "), 1, "the first rank says it")
        self.check_same("three")

    @unittest.skipUnless(OPEN_MPI, "not Open MPI's launcher")
    def test_a_rank_that_is_killed_costs_its_run_only(self):
        epochs = 2000
        out, killed = self.run_and_kill(3, 1, "three", epochs)
        self.assertIn("Lowest validation loss: ", out)
        resumed = [run for run in RUNS if self.record("three", run).get("resumed")]
        self.assertEqual(resumed, [killed])
        self.alone(epochs)
        self.check_same("three")

    @unittest.skipUnless(OPEN_MPI, "not Open MPI's launcher")
    def test_without_the_first_rank_the_runs_end_and_the_same_command_writes_the_table(self):
        epochs = 2000
        self.run_and_kill(2, 0, "two", epochs)
        self.assertEqual([self.record("two", run)["status"] for run in RUNS], ["finished"] * 5)
        self.assertFalse((self.folder / "two/sweep.csv").exists())
        done = subprocess.run(self.words("two", epochs), capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("5 of 5 runs are done already", done.stdout)
        self.alone(epochs)
        self.check_same("two")


if __name__ == "__main__":
    unittest.main()
