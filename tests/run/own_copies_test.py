#!/usr/bin/env python3
"""A program may bring its own copies of templates that the simulator uses, too. The linker keeps one copy of each, the
program's, which is instrumented; what the simulator does with it inside a kernel is not taken for the kernel's."""
import os
import pathlib
import subprocess
import tempfile
import unittest

LEARN = os.environ.get("GRIDSTRIDE_LEARN")

PROGRAM = """#include <cstdio>
#include "kernels/sim/check/shared_arrays.h"
template class std::vector<gs::simulator::check::SharedArray>;
template class std::basic_string<char>;

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
  printf("%d\\n", d[5]);
  cudaFree(d);
}
"""


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class OwnCopies(unittest.TestCase):
    def test_arrays_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "reverse.cu").write_text(PROGRAM)
            done = subprocess.run([LEARN, "run", "reverse.cu"], cwd=folder, env={**os.environ, "XDG_CACHE_HOME": folder},
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "64\n", ""))


if __name__ == "__main__":
    unittest.main()
