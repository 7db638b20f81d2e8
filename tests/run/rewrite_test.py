#!/usr/bin/env python3
"""What `gridstride run` makes of a file: headers beside it, arguments as in a call, errors at their place."""
import os
import pathlib
import subprocess
import tempfile
import unittest

LEARN = os.environ.get("GRIDSTRIDE_LEARN")
KERNEL = "__global__ void fill(float* a, int n) { if (a) a[threadIdx.x] = n; }\n"


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Rewrite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_files(self, **texts):
        for name, text in texts.items():
            file = self.folder / name.replace("__", "/").replace("_", ".")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        return subprocess.run([LEARN, "run", "main.cu"], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")}, stdin=subprocess.DEVNULL)

    def test_a_header_has_its_own_lines_and_columns(self):
        header = ('#pragma once\n#include "deep.h"\n__global__ void reverse(float* d) {\n  extern __shared__ float tile[];\n'
                  "  tile[threadIdx.x] = d[threadIdx.x] + 1;\n  d[threadIdx.x] = tile[63 - threadIdx.x];\n}\n"
                  "inline void on_gpu(float* d) { reverse<<<1, 64, 64 * sizeof(float)>>>(d); }\n")
        files = {"main_cu": '#include "sub/my.cuh"\n#include "sub/my.cuh"\nint main() {\n  float* d;\n'
                            "  cudaMalloc(&d, 256);\n  on_gpu(d);\n}\n",
                 "sub__deep_h": "#ifndef DEEP\n#define DEEP\nint deep();\n#endif\n"}
        done = self.run_files(sub__my_cuh=header, **files)
        self.assertIn("sub/my.cuh:6:20: error: thread 31 reads tile[32] at line 6 while thread 32 writes it at line 5  [M11]",
                      done.stderr)
        done = self.run_files(sub__my_cuh=header.replace("= d[", "= e["), **files)
        self.assertIn("sub/my.cuh:5:23: error: ‘e’ was not declared in this scope", done.stderr)

    def test_arguments_are_converted_as_in_a_call(self):
        done = self.run_files(main_cu=KERNEL + "int main() {\n  fill<<<1, 1>>>(NULL, 2.5);\n  fill<<<1, 1>>>(0, 'a');\n"
                                               "  fill<<<1, 1>>>(nullptr, true);\n}\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_files(main_cu=KERNEL + "int main() {\n  double* d = nullptr;\n  fill<<<1, 1>>>(d, 2);\n"
                                               "  fill<<<1, 1>>>(nullptr, 2, 3);\n}\n")
        self.assertIn("main.cu:4:18: error: cannot convert ‘double*’ to ‘float*’", done.stderr)
        self.assertIn("main.cu:5:17: error: too many arguments to function", done.stderr)
        self.assertNotIn("gs::", done.stderr)

    def test_an_undeclared_kernel_is_one_error(self):
        done = self.run_files(main_cu="int main() {\n  fill<<<1, 1>>>(1);\n}\n")
        self.assertIn("main.cu:2:3: error: ‘fill’ was not declared in this scope", done.stderr)
        self.assertEqual(done.stderr.count("error: "), 1, done.stderr)

    def test_static_shared_memory_is_limited(self):
        text = ("__global__ void k(int* a) {\n  __shared__ int one[6000];\n  {\n    __shared__ int two[{}];\n    two[0] = 1;\n"
                "    a[0] = two[0];\n  }\n  one[0] = 1;\n}\nint main() { }\n")
        self.assertEqual(self.run_files(main_cu=text.replace("{}", "6288")).returncode, 0)
        done = self.run_files(main_cu=text.replace("{}", "6289"))
        self.assertIn("main.cu:4:", done.stderr)
        self.assertIn("a block has 48 KiB of static shared memory", done.stderr)

    def test_the_attribute_allows_what_a_gpu_has(self):
        text = ("#include <cstdio>\n__global__ void k() {{}}\nint main() {{\n"
                "  cudaFuncSetAttribute(k, cudaFuncAttributeMaxDynamicSharedMemorySize, {});\n  k<<<1, 1, {}>>>();\n"
                "  puts(cudaGetErrorName(cudaGetLastError()));\n}}\n")
        self.assertEqual(self.run_files(main_cu=text.format(232448, 232448)).stdout, "cudaSuccess\n")
        done = self.run_files(main_cu=text.format(50000, 50001))
        self.assertEqual(done.stdout, "cudaErrorInvalidValue\n")
        self.assertIn("note: 50,001 bytes of dynamic shared memory: the kernel may have 50,000", done.stderr)
        self.assertIn("cudaFuncSetAttribute asks for 232,449 bytes", self.run_files(main_cu=text.format(232449, 1)).stderr)


if __name__ == "__main__":
    unittest.main()
