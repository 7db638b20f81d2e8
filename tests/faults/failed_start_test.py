#!/usr/bin/env python3
"""A process of a list of GPUs cannot be started: one line says so, and those that were started end without another."""
import os
import unittest

from faulty_program import DATA, LIBRARY, FaultyProgram

SIMULATED = os.environ.get("GRIDSTRIDE_SIMULATED_CUDA")


@unittest.skipUnless(SIMULATED, "set GRIDSTRIDE_SIMULATED_CUDA: the program over the simulated runtime, with NCCL")
class FailedStart(FaultyProgram):
    program = SIMULATED

    def test_the_others_say_nothing(self):
        done = self.run_program("train", "lenet", "--base", "2", *DATA, "--batch", "3", "--device", "cuda:0,1,2",
                                LD_PRELOAD=LIBRARY, GRIDSTRIDE_FAULT_SPAWN="2", GRIDSTRIDE_SIMULATED_GPUS="3")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr, "gridstride: rank 2 cannot be started: Resource temporarily unavailable\n")


if __name__ == "__main__":
    unittest.main()
