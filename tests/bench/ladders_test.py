#!/usr/bin/env python3
"""The tables of the ladders in kernels/*/README.md are those that bench/ladders.py counts."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
READMES = sorted(path for path in ROOT.glob("kernels/*/README.md") if "<!-- ladder: " in path.read_text())


@unittest.skipUnless("GRIDSTRIDE_CHECK" in os.environ, "started by ctest only")
class Ladders(unittest.TestCase):
    def run_script(self, *words):
        return subprocess.run([sys.executable, ROOT / "bench/ladders.py", *words], capture_output=True, text=True,
                              env={**os.environ, "GRIDSTRIDE_LAUNCHER": os.environ["GRIDSTRIDE_CHECK"]})

    def test_every_table_is_as_counted(self):
        self.assertGreaterEqual(len(READMES), 6)
        done = self.run_script("--check", *map(str, READMES))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_old_table_is_named_and_written_anew(self):
        optimizer = (ROOT / "kernels/optimizer/README.md").read_text()
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "README.md"
            copy.write_text(re.sub(r"(`lamb_block` \| )\d", r"\g<1>7", optimizer))
            self.assertNotEqual(copy.read_text(), optimizer)
            done = self.run_script("--check", str(copy))
            self.assertEqual(done.returncode, 1)
            self.assertIn(str(copy), done.stderr)
            self.assertEqual(self.run_script(str(copy)).returncode, 0)
            self.assertEqual(copy.read_text(), optimizer)


if __name__ == "__main__":
    unittest.main()
