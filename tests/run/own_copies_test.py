#!/usr/bin/env python3
"""A program may bring its own operator new, as it brings its own copies of the standard library's templates: the linker
keeps one of each, the program's, which is instrumented. What the simulator does with it while a kernel runs is not taken
for the kernel's."""
import os
import pathlib
import subprocess
import tempfile
import unittest

LEARN = os.environ.get("GRIDSTRIDE_LEARN")

PROGRAM = """#include <cstdio>
#include <cstdlib>
#include <new>

long allocations = 0;
void* operator new(std::size_t bytes) {
  ++allocations;
  return std::malloc(bytes);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

__global__ void reverse(int* d) {
  __shared__ int tile[64], twice[64], a_name_of_more_than_sixteen_letters[64];
  extern __shared__ int a_copy_with_a_rather_long_name[];
  int t = threadIdx.x;
  tile[t] = d[t];
  twice[t] = 2 * d[t];
  a_name_of_more_than_sixteen_letters[t] = 1;
  a_copy_with_a_rather_long_name[t] = d[t];
  __syncthreads();
  d[t] = tile[63 - t] + twice[t] - a_copy_with_a_rather_long_name[t] + a_name_of_more_than_sixteen_letters[t];
}

int main() {
  int* d;
  cudaMallocManaged(&d, 64 * sizeof(int));
  for (int i = 0; i < 64; ++i) d[i] = i;
  reverse<<<1, 64, 64 * sizeof(int)>>>(d);
  cudaDeviceSynchronize();
  printf("%d %d\\n", d[5], allocations > 0);
  cudaFree(d);
}
"""


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class OwnCopies(unittest.TestCase):
    def run_program(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "reverse.cu").write_text(PROGRAM)
            return subprocess.run([LEARN, "run", *flags, "reverse.cu"], cwd=folder, capture_output=True, text=True,
                                  env={**os.environ, "XDG_CACHE_HOME": folder, "GRIDSTRIDE_CUDA": "0"},
                                  stdin=subprocess.DEVNULL)

    def test_nothing_is_found(self):
        done = self.run_program()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "64 1\n", ""))

    def test_nothing_is_counted(self):
        self.assertIn("global memory: 128 loads of 512 bytes, 64 stores of 256 bytes\n",
                      self.run_program("--count").stdout)


if __name__ == "__main__":
    unittest.main()
