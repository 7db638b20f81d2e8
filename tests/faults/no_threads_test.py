#!/usr/bin/env python3
"""A process that may start no threads: a run's files are written by the one that trains, with the same contents."""
import unittest

from faulty_program import LIBRARY, RUN, FaultyProgram, without_times


class NoThreads(FaultyProgram):
    def test_a_run_has_the_same_files(self):
        run = ["train", *RUN, "--epochs", "3", "--keep-predictions", "--out"]
        self.succeeds(*run, "threads")
        self.succeeds(*run, "none", LD_PRELOAD=LIBRARY, GRIDSTRIDE_FAULT_THREADS="1")
        self.assertEqual(without_times(self.folder / "none"), without_times(self.folder / "threads"))


if __name__ == "__main__":
    unittest.main()
