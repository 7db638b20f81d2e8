#!/usr/bin/env python3
"""A run that is killed at any change of a file, or meets a full disk there, ends as if nothing had happened.

The library faults.cpp counts the calls that change files, and kills the process at the n-th or lets it and all later
ones fail. Each test kills at every n, goes on, and compares the folder with that of an uninterrupted run. Of the calls
that fail some are tried, evenly spread: what a failed call leaves on the disk is what a kill there leaves.
"""
import errno
import json
import os
import shutil
import signal
import unittest

from faulty_program import DATA, RUN, FaultyProgram, evenly, placed, without_times

NEW = [*RUN, "--epochs", "3", "--lr", "1e-3"]
OLD = [*RUN, "--epochs", "3", "--lr", "1e-2"]
SAMPLES = 16


class KilledRun(FaultyProgram):
    def train(self, *words):
        self.succeeds("train", *words)

    def for_each_call(self, prepare, words, check, faults=("kill", errno.ENOSPC, errno.EIO)):
        """Lets calls go wrong; check(folder) then goes on with the run."""
        def try_one(folder, case):
            fault, number = case
            prepare(folder)
            done = self.with_fault(folder, number, fault, *placed(words, folder), once=fault == errno.EIO)
            if fault == "kill":
                self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            else:
                self.check_said(done, fault)
            check(folder)

        cases = []
        for fault in faults:
            calls = self.calls(prepare, words, fault)
            self.assertGreater(calls, 8)
            cases += [(fault, number) for number in evenly(calls, calls if fault == "kill" else SAMPLES)]
        self.each(cases, try_one)

    def check_said(self, done, fault):
        if done.returncode == 0:  # it may not need the last calls
            return
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(os.strerror(fault), done.stderr)
        self.assertIn(str(self.folder), done.stderr)

    def go_on(self, folder, *more):
        """Resumes a run, which may have finished."""
        done = self.run_program("train", "--resume", str(folder), *more)
        if done.returncode == 2 and "has 3 epochs already" in done.stderr:
            return
        self.assertEqual(done.returncode, 0, done.stderr)

    def verify(self, folder):
        done = self.run_program("verify", str(folder), "--quiet")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_a_new_run(self):
        self.train(*NEW, "--out", "whole")
        whole = without_times(self.folder / "whole")

        def check(folder):
            if (folder / "run.json").exists() or (folder / "run.json.next").exists() and (folder / "commit").exists():
                self.go_on(folder)
            else:
                self.train(*NEW, "--out", str(folder))
            self.assertEqual(without_times(folder), whole)
            self.verify(folder)

        self.for_each_call(lambda folder: None, ["train", *NEW, "--out", "FOLDER"], check)

    def test_a_run_that_replaces_another(self):
        self.train(*OLD, "--out", "old")
        self.train(*NEW, "--out", "whole")
        old, whole = without_times(self.folder / "old"), without_times(self.folder / "whole")

        def check(folder):
            self.go_on(folder)
            self.assertIn(without_times(folder), [old, whole])

        self.for_each_call(lambda folder: shutil.copytree(self.folder / "old", folder),
                           ["train", *NEW, "--overwrite", "--out", "FOLDER"], check)

    def test_a_run_that_is_resumed(self):
        self.train(*NEW, "--out", "whole")
        self.train(*RUN, "--epochs", "1", "--lr", "1e-3", "--out", "begun")
        whole = without_times(self.folder / "whole")

        def check(folder):
            self.go_on(folder, "--epochs", "3")
            self.assertEqual(without_times(folder), whole)

        self.for_each_call(lambda folder: shutil.copytree(self.folder / "begun", folder),
                           ["train", "--resume", "FOLDER", "--epochs", "3"], check)

    def many_runs(self, command):
        """A command that trains several runs and is given again after it was killed, or could not write."""
        self.succeeds(*placed(command, self.folder / "whole"))
        whole = without_times(self.folder / "whole" / "runs")

        def check(folder):
            self.succeeds(*placed(command, folder))
            self.assertEqual(without_times(folder / "runs"), whole)
            self.assertEqual(sorted(os.listdir(folder)), sorted(os.listdir(self.folder / "whole")))

        self.for_each_call(lambda folder: None, command, check, faults=("kill",))

        def fail(folder, case):
            fault, number = case
            done = self.with_fault(folder, number, fault, *placed(command, folder), once=fault == errno.EIO,
                                   all_processes=True)
            self.check_said(done, fault)
            check(folder)

        calls = self.calls(lambda folder: None, command, errno.ENOSPC, all_processes=True)
        self.assertGreater(calls, 100)
        self.each([(fault, number) for fault in (errno.ENOSPC, errno.EIO) for number in evenly(calls, SAMPLES)], fail)

    def test_a_sweep(self):
        command = ["sweep", *RUN, "--epochs", "2", "--grid", "lr=1e-3,1e-2", "--jobs", "2", "--out", "FOLDER"]
        self.many_runs(command)

    def test_a_lab(self):
        run = {"model": "lenet", "base": 2, "impl": "default", "epochs": 2}
        plan = {"title": "Two runs", "tasks": [{"id": "1", "title": "Two rates", "runs": [
            {"name": "slow", **run}, {"name": "fast", **run, "lr": 0.01}]}]}
        (self.folder / "lab.json").write_text(json.dumps(plan))
        command = ["lab", "--lab", str(self.folder / "lab.json"), *DATA, "--device", "cpu", "--jobs", "2", "--quiet",
                   "--out", "FOLDER"]
        self.many_runs(command)


if __name__ == "__main__":
    unittest.main()
