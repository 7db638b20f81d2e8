#!/usr/bin/env python3
"""A program built with GRIDSTRIDE_CPU=any: the program itself runs on a CPU without AVX, and takes what a CPU has.

The kernels for AVX-512 are only read, not run: no emulator of Debian 12 has it.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["GRIDSTRIDE_PROGRAM"]
MODULES = {"AVX2": os.environ["GRIDSTRIDE_CPU_V3"], "AVX-512": os.environ["GRIDSTRIDE_CPU_V4"]}
QEMU = shutil.which("qemu-x86_64")
TINY = ["train", "lenet", "--device", "cpu", "--impl", "own", "--base", "2", "--image-size", "16", "--train-size", "16",
        "--val-size", "8", "--epochs", "2"]


def instructions(file):
    return subprocess.run(["objdump", "-d", "--no-show-raw-insn", file], check=True, capture_output=True,
                          text=True).stdout.splitlines()


def lines_with(pattern, lines):
    return [line for line in lines if re.search(pattern, line)]


class Files(unittest.TestCase):
    def test_the_program_has_no_instruction_of_avx(self):
        # Those of AVX, AVX2, FMA and AVX-512 begin with v; verr and verw do, too, and no compiler writes them.
        self.assertEqual(lines_with(r"\t(v[a-z0-9]+ .*%[xyz]mm|vzero)", instructions(PROGRAM))[:5], [])

    def test_the_modules_have_vectors_of_their_width(self):
        narrow, wide = instructions(MODULES["AVX2"]), instructions(MODULES["AVX-512"])
        self.assertGreater(len(lines_with("%ymm", narrow)), 1000)
        self.assertEqual(lines_with("%zmm|%k[1-7]", narrow)[:5], [])
        self.assertGreater(len(lines_with("%zmm", wide)), 1000)

    def test_a_module_gives_no_function_to_the_program(self):
        for module in MODULES.values():
            names = subprocess.run(["nm", "-D", "--defined-only", "--format=just-symbols", module], check=True,
                                   capture_output=True, text=True).stdout.split()
            self.assertEqual(sorted(names), ["gridstride_cpu_kernels", "gridstride_interface"], module)


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def train(self, cpu=None, vectors=None):
        """The run's record, or the lines of a failure. Without GOMP_SPINCOUNT the program starts again, outside qemu."""
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder), "GOMP_SPINCOUNT": "1000"}
        environment.pop("GRIDSTRIDE_VECTORS", None)
        if vectors:
            environment["GRIDSTRIDE_VECTORS"] = vectors
        out = self.folder / f"{cpu}-{vectors}"
        emulator = [QEMU, "-cpu", cpu] if cpu else []
        run = subprocess.run([*emulator, PROGRAM, *TINY, "--quiet", "--out", str(out)], env=environment, text=True,
                             capture_output=True)
        if run.returncode != 0:
            return run.stderr.splitlines()
        return json.loads((out / "run.json").read_text())

    def check(self, record, vectors):
        self.assertIsInstance(record, dict, record)
        self.assertEqual(record["machine"]["vector_width"], vectors)
        self.assertIn(f", {vectors}", record["device"]["description"])

    @unittest.skipUnless(QEMU, "no qemu-x86_64 (qemu-user)")
    def test_a_cpu_without_avx_trains(self):
        self.check(self.train(cpu="Nehalem"), "SSE4.2")

    @unittest.skipUnless(QEMU, "no qemu-x86_64 (qemu-user)")
    def test_a_cpu_with_avx2_takes_it(self):
        self.check(self.train(cpu="Haswell"), "AVX2")
        self.check(self.train(cpu="Haswell", vectors="SSE4.2"), "SSE4.2")

    @unittest.skipUnless(QEMU, "no qemu-x86_64 (qemu-user)")
    def test_a_cpu_that_lacks_what_is_asked_for_says_so(self):
        lines = self.train(cpu="Nehalem", vectors="AVX2")
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], "GRIDSTRIDE_VECTORS=AVX2: this CPU .* lacks it; .* it can run: SSE4.2$")

    @unittest.skipUnless(QEMU, "no qemu-x86_64 (qemu-user)")
    def test_a_cpu_that_is_too_old_says_so(self):
        lines = self.train(cpu="Penryn")
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("the cpu device of this program needs SSE4.2, which this CPU", lines[0])

    @unittest.skipUnless(re.search(r"^flags\s*:.* avx2 ", Path("/proc/cpuinfo").read_text(), re.M), "no AVX2 here")
    def test_a_module_that_does_not_load_is_named(self):
        """Beside a copy of the program a module that is none."""
        program = self.folder / Path(PROGRAM).name
        shutil.copy(PROGRAM, program)
        (self.folder / Path(MODULES["AVX2"]).name).write_text("no module")
        run = subprocess.run([program, *TINY, "--quiet", "--out", str(self.folder / "run")], text=True,
                             capture_output=True, env={**os.environ, "GRIDSTRIDE_VECTORS": "AVX2",
                                                       "XDG_CACHE_HOME": str(self.folder)})
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, "^gridstride: the cpu device for AVX2 cannot be loaded: .*\n$")


if __name__ == "__main__":
    unittest.main()
