"""Tests of bench/instruction_budget.py: the comparison. The counts themselves are the test ptx/instruction_budget."""
import contextlib
import io
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "bench/instruction_budget.py"
sys.path.insert(0, str(ROOT / "bench"))
import instruction_budget  # noqa: E402


def compared(counts, budget):
    """The number of failures, and what was printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        failures = instruction_budget.compared("net:1:1:tf32", counts, budget)
    return failures, out.getvalue()


class InstructionBudget(unittest.TestCase):
    def test_a_tenth_more_is_allowed(self):
        self.assertEqual(compared({"conv1": 1100}, {"conv1": 1000})[0], 0)
        failures, said = compared({"conv1": 1101, "conv2": 5}, {"conv1": 1000, "conv2": 5})
        self.assertEqual(failures, 1)
        self.assertIn("conv1: 1,101 instructions, 10% over its budget of 1,000", said)
        self.assertNotIn("conv2", said)

    def test_ops_without_a_budget_and_budgets_without_an_op(self):
        failures, said = compared({"new": 1}, {"old": 1})
        self.assertEqual(failures, 2)
        self.assertIn("new: has no budget", said)
        self.assertIn("old: is in the budget, not in the step", said)

    def test_what_was_saved_is_said(self):
        failures, said = compared({"conv1": 500}, {"conv1": 1000})
        self.assertEqual(failures, 0)
        self.assertIn("50% under its budget: --write keeps that", said)

    def test_bad_input_is_one_line(self):
        for words, part in [(["alexnet:8"], "'alexnet:8' is not NETWORK:BASE:BATCH:PRECISION"),
                            (["--program", "/nowhere/at/all"], "/nowhere/at/all is not there: ./gridstride build ptx")]:
            done = subprocess.run([sys.executable, SCRIPT, *(["--program", sys.executable] if words[0] != "--program" else []),
                                   *words], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, "")
            self.assertIn(part, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
