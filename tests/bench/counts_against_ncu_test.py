"""Tests of bench/counts_against_ncu.py: the simulator's counts are real; ncu's table is made up, in the form that it has."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "bench/counts_against_ncu.py"
sys.path.insert(0, str(ROOT / "bench"))
import counts_against_ncu  # noqa: E402


def log(kernel, counts, launches=1):
    """What `ncu --csv --page raw` logs for `launches` launches with the same counts."""
    names = [name for counters in counts_against_ncu.COUNTERS.values() for name in counters]
    line = lambda words: ",".join(f'"{word}"' for word in words)
    rows = [line([i, kernel, *(f"{counts[name]:,}" for name in names)]) for i in range(launches)]
    return "\n".join(["==PROF== Connected to process 7", line(["ID", "Kernel Name", *names]), line(["", "", *("" for _ in names)]), *rows])


class Counters(unittest.TestCase):
    def setUp(self):
        self.counts = {name: i + 1 for i, name in enumerate(name for pair in counts_against_ncu.COUNTERS.values() for name in pair)}

    def test_loads_and_stores_of_all_launches_are_added(self):
        self.assertEqual(counts_against_ncu.measured(log("sums(float *)", self.counts, launches=2)),
                         {"sums": {"requests": 2 * (1 + 2), "sectors": 2 * (3 + 4), "bank_conflicts": 2 * (5 + 6)}})

    def test_thousands_and_templates(self):
        self.counts["l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"] = 1234
        self.assertEqual(counts_against_ncu.measured(log("void tile<8, float>(float *)", self.counts))["tile"]["sectors"], 1234 + 4)

    def test_what_ncu_complains_about_is_said(self):
        with self.assertRaisesRegex(counts_against_ncu.NotCompared, "ERR_NVGPUCTRPERM"):
            counts_against_ncu.measured("==PROF== Connected\n==ERROR== ERR_NVGPUCTRPERM - The user does not have permission\n")


@unittest.skipUnless(os.environ.get("GRIDSTRIDE_LEARN"), "GRIDSTRIDE_LEARN names no program")
class Comparison(unittest.TestCase):
    """padded_rows.cu: 256 requests to shared memory without conflicts, 8 stores of 4 sectors."""

    def compare(self, sectors):
        counts = {name: 0 for pair in counts_against_ncu.COUNTERS.values() for name in pair}
        counts["l1tex__t_requests_pipe_lsu_mem_global_op_st.sum"] = 8
        counts["l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"] = sectors
        with tempfile.TemporaryDirectory() as folder:
            table, ncu, nvcc = (pathlib.Path(folder, name) for name in ("table", "ncu", "nvcc"))
            table.write_text(log("sums(float *)", counts))
            ncu.write_text(f'#!/bin/bash\nwhile [ "$1" != --log-file ]; do shift; done\ncp {table} "$2"\n')
            nvcc.write_text("#!/bin/bash\n")
            for program in (ncu, nvcc):
                program.chmod(0o755)
            return subprocess.run([SCRIPT, "--learn", os.environ["GRIDSTRIDE_LEARN"], "--ncu", ncu, "--nvcc", nvcc,
                                   ROOT / "tests/run/counts/padded_rows.cu"], capture_output=True, text=True)

    def test_equal_counts_agree(self):
        ran = self.compare(sectors=32)
        self.assertIn("| `padded_rows.cu` | `sums` | 8 / 8 / 8 | 32 / 32 / 32 | 0 / 0 / 0 | yes |", ran.stdout)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_others_do_not(self):
        self.assertIn("| 32 / 32 / 33 | 0 / 0 / 0 | no |", self.compare(sectors=33).stdout)

    def test_a_missing_tool_is_one_line(self):
        ran = subprocess.run([SCRIPT, "--learn", os.environ["GRIDSTRIDE_LEARN"], "--ncu", "/none/ncu", "--nvcc", "true", "a.cu"], capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stderr), (1, "counts_against_ncu.py: /none/ncu not found; give its path with --learn, --nvcc or --ncu\n"))


if __name__ == "__main__":
    unittest.main()
