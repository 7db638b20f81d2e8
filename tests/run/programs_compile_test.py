#!/usr/bin/env python3
"""The programs and mistakes of this folder are CUDA: nvcc compiles each of them, and warns of nothing.

nvcc stops at PTX. Its front end checks the whole file by then, the host's code too; the passes that would follow (ptxas,
the host's compiler) take twice the time and know nothing more of the language.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
PROGRAMS = sorted((FOLDER / "programs").glob("*.cu"))
MISTAKES = sorted((FOLDER / "mistakes").glob("*.cu"))
NVCC = os.environ.get("CUDACXX") or shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
AT_ONCE = 2


def compile_to_ptx(source, folder):
    return subprocess.run([NVCC, "-std=c++17", "-arch=sm_80", "-Werror", "all-warnings", "--ptx", source,
                           "-o", pathlib.Path(folder) / f"{source.stem}.ptx"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


@unittest.skipUnless(NVCC, "no nvcc")
class Compiled(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_each_program_and_mistake_is_cuda(self):
        sources = PROGRAMS + MISTAKES
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as workers:
            done = list(workers.map(lambda source: compile_to_ptx(source, self.folder), sources))
        for source, result in zip(sources, done):
            with self.subTest(source.name):
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_mistakes_of_the_language_are_found(self):
        good = "__global__ void k(int* a) { a[0] = 1; }\nint main() { int* a; cudaMalloc(&a, 4); k<<<1, 1>>>(a); }\n"
        for name, source, code in [("good", good, 0),
                                   ("device", good.replace("a[0] = 1", "a[0] = undefined_name"), 1),
                                   ("host", good.replace("cudaMalloc", "cudaMallocate"), 1),
                                   ("launch", good.replace("(a); }", "(a, 3); }"), 1),
                                   ("warning", good.replace("int* a; ", "int* a; int unused; "), 1)]:
            with self.subTest(name):
                file = self.folder / f"{name}.cu"
                file.write_text(source)
                result = compile_to_ptx(file, self.folder)
                self.assertEqual(result.returncode != 0, bool(code), result.stdout + result.stderr)


class Files(unittest.TestCase):
    def test_there_are_at_least_forty_programs(self):
        self.assertGreaterEqual(len(PROGRAMS), 40)

    def test_each_has_its_expected_output(self):
        outputs = sorted(file.stem for file in (FOLDER / "programs").glob("*.out"))
        self.assertEqual([file.stem for file in PROGRAMS], outputs)
        for file in (FOLDER / "programs").glob("*.out"):
            with self.subTest(file.name):
                self.assertRegex(file.read_text(), r"\S[^\n]*\n\Z")

    def test_each_begins_with_a_comment_and_has_a_main(self):
        for file in PROGRAMS + MISTAKES:
            with self.subTest(file.name):
                text = file.read_text()
                self.assertRegex(text, r"\A// [A-Z]")
                self.assertIn("int main(", text)
                self.assertLessEqual(len(text.splitlines()), 90)

    def test_none_includes_a_header_of_gridstride(self):
        for file in PROGRAMS + MISTAKES:
            with self.subTest(file.name):
                for name in re.findall(r'#include "([^"]+)"', file.read_text()):
                    self.assertTrue((file.parent / name).is_file(), name)  # its own, beside it

    def test_each_mistake_has_a_code_and_a_correction(self):
        self.assertGreaterEqual(len(MISTAKES), 25)
        for file in MISTAKES:
            with self.subTest(file.name):
                self.assertRegex(file.stem, r"\AM\d\d_\w+\Z")
                head = re.match(r"(//[^\n]*\n)+", file.read_text())[0]
                self.assertRegex(head, r"\A// Mistake: (?s:.*)Correction: ")


if __name__ == "__main__":
    unittest.main()
