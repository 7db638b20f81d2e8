#!/usr/bin/env python3
"""`gridstride run` says of a program that a signal ends what was found before, and where the signal came."""
import os
import pathlib
import subprocess
import tempfile
import unittest

LEARN = os.environ.get("GRIDSTRIDE_LEARN")
RACE = """#include <cstring>
#include <malloc.h>
#include <stdexcept>
__global__ void race(int* a) { a[0] = threadIdx.x; }
__attribute__((noinline)) int large() { volatile int a[10000000]; a[0] = 1; a[9999999] = 2; return a[0] + a[9999999]; }
"""
HOST = "int main() {{\n  int* d_a;\n  cudaMalloc(&d_a, 400);\n  race<<<1, 2>>>(d_a);\n{}\n}}\n"  # the last line is 10


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def run_text(self, text):
        file = pathlib.Path(self.folder.name) / "file.cu"
        file.write_text(text)
        done = subprocess.run([LEARN, "run", file.name], cwd=self.folder.name, capture_output=True, text=True,
                              env={**os.environ, "XDG_CACHE_HOME": self.folder.name}, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNotIn("was ended by signal", done.stderr)
        return done.stderr

    def test_of_the_host(self):
        for line, says in (
                ("*(volatile int*)nullptr = 3;", "file.cu:10: error: the host program follows a null pointer"),
                ("return d_a[1 << 20];", "file.cu:10: error: the host program follows a pointer past the end of GPU memory: "
                                         "d_a[1048576], but d_a has 100 elements"),
                ("cudaFree(d_a); memset(d_a, 1, 400);", "file.cu:10: error: the host program follows a pointer to d_a, "
                                                        "which line 10 has freed"),
                ("throw std::runtime_error(\"no luck\");", "file.cu:10: error: the host program throws an exception that no "
                                                           "function catches: no luck"),
                ("volatile int zero = 0; return 10 / zero;", "file.cu:10: error: the host program divides an integer by zero"),
                ("return large();", "file.cu:5: error: the host program needs more than the memory that its local variables have"),
                ("char* volatile v = (char*)malloc(2000); memset(v + malloc_usable_size(v), 255, 8); free(v);", "damaged")):
            with self.subTest(line=line):
                errors = self.run_text(RACE + HOST.format(line))
                self.assertIn("threads 0 and 1 both write a[0]  [M08]", errors)
                self.assertIn(says, errors)
                self.assertLess(errors.index("[M08]"), errors.index(says))

    def test_of_a_kernel(self):
        launch = "int main() {\n  int* d_a;\n  cudaMalloc(&d_a, 400);\n  k<<<2, 4>>>(d_a, 3);\n}\n"
        for text, says in (
                ("__global__ void k(int* a, int n) {\n  int t = threadIdx.x;\n  a[t] = 10 / (t - n);\n}\n",
                 "file.cu:3: error: thread 3 of block 0 divides an integer by zero"),
                ("__global__ void k(int* a, int n) {\n  int local[8];\n  for (int i = 0; i < 20 * n; ++i)\n    local[i] = i;\n"
                 "  a[0] = local[n];\n}\n", "thread 0 of block 0 has written past the end of a local array of this function"),
                ("__global__ void k(int* a, int n) {\n  int local[8];\n  for (int i = 0; i < 1000000 * n; ++i)\n    local[i] = i;\n"
                 "  a[0] = local[n];\n}\n", "file.cu:4: error: thread 0 of block 0 leaves a local array"),
                ("__device__ int f(int n) {\n  int a[10];\n  a[n % 10] = n;\n  return n < 0 ? 0 : f(n + 1) + a[n % 7];\n}\n"
                 "__global__ void k(int* a, int n) { a[0] = f(n); }\n",
                 "thread 0 of block 0 needs more than the 128 KiB that a thread has for its local variables")):
            with self.subTest(says=says):
                self.assertIn(says, self.run_text(text + launch))

    def test_what_the_program_has_written_to_files_is_kept(self):
        written = pathlib.Path(self.folder.name) / "written.txt"
        for end in ("", "  abort();"):
            self.run_text('#include <cstdio>\n#include <cstdlib>\n' + RACE +
                          HOST.format(f'  fputs("kept", fopen("{written.name}", "w"));\n{end}'))
            self.assertEqual(written.read_text(), "kept")
            written.unlink()


if __name__ == "__main__":
    unittest.main()
