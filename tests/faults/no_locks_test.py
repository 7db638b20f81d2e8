#!/usr/bin/env python3
"""A file system without locks: one process trains there as anywhere, ranks that would share a sweep are refused."""
import unittest

from faulty_program import LIBRARY, RUN, FaultyProgram

SWEEP = ["sweep", *RUN, "--epochs", "1", "--grid", "lr=1e-3,1e-2", "--out", "sweep"]
NO_LOCKS = {"LD_PRELOAD": LIBRARY, "GRIDSTRIDE_FAULT_LOCKS": "1"}


class NoLocks(FaultyProgram):
    def test_one_process_needs_none(self):
        self.succeeds(*SWEEP, **NO_LOCKS)
        self.assertTrue((self.folder / "sweep/sweep.csv").exists())

    def test_ranks_are_refused(self):
        rank = {"OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"}
        done = self.run_program(*SWEEP, **NO_LOCKS, **rank)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("--out sweep: its file system has no locks", done.stderr)
        self.succeeds(*SWEEP, **rank)  # with locks


if __name__ == "__main__":
    unittest.main()
