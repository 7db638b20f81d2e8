#!/usr/bin/env python3
"""`gridstride run --count` says under each kernel what a named GPU can do no better, and how many blocks fit on an SM."""
import os
import pathlib
import subprocess
import tempfile
import unittest

LEARN = os.environ.get("GRIDSTRIDE_LEARN")
# A launch of 256 threads reads 256 floats three times and writes 256: 64 sectors. One of 64 threads reads 66 floats and
# writes 64: 9 + 8 sectors. A block of the first has 4,000 bytes of static and 16,384 of dynamic shared memory.
PROGRAM = """
__global__ void smooth(const float* in, float* out) {
  __shared__ float sums[1000];
  extern __shared__ float more[];
  float sum = 0;
  for (int i = 0; i < 3; ++i) sum += in[(threadIdx.x + i) % 256];
  sums[threadIdx.x] = more[threadIdx.x] = sum;
  out[threadIdx.x] = sums[threadIdx.x] + more[threadIdx.x];
}
int main() {
  float *in, *out;
  cudaMalloc(&in, 1024);
  cudaMalloc(&out, 1024);
  cudaMemset(in, 0, 1024);
  smooth<<<1, 256, 16384>>>(in, out);
  smooth<<<1, 64, 1024>>>(in, out);
}
"""


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Bound(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "smooth.cu").write_text(PROGRAM)

    def call(self, *words):
        return subprocess.run([LEARN, "run", *words], cwd=self.folder, env={**os.environ, "XDG_CACHE_HOME": self.folder},
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def test_distinct_sectors_and_the_block_of_the_largest_launch(self):
        done = self.call("--count", "smooth.cu")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # 4,000 + 16,384 bytes and 1,024 in reserve, as multiples of 128: 4 times in 100 KiB
        self.assertIn("\n  at least 0.0095 us on an RTX 4060 (272 GB/s): 2,592 bytes must move, unless its L2 cache holds "
                      "them\n  occupancy of its largest launch at most 67 % on an RTX 4060: 4 blocks of 256 threads at a "
                      "time on an SM; shared memory is the limit\n", done.stdout)

    def test_a_named_gpu_implies_counting(self):
        done = self.call("--gpu=h100", "smooth.cu")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("on an H100 (3,350 GB/s)", done.stdout)
        self.assertIn("100 % on an H100: 8 blocks of 256 threads at a time on an SM; warps are the limit", done.stdout)

    def test_a_wrong_name_lists_the_right_ones(self):
        done = self.call("--gpu", "RTX", "smooth.cu")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "gridstride: --gpu RTX is none of: T4, A100, RTX 3060, RTX 4060, RTX 4090, H100, "
                                      "B200, RTX 5090 (gridstride run --help lists the flags)\n")

    def test_help_lists_the_gpus(self):
        done = self.call("--gpu", "help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 9)
        self.assertIn("\nRTX 4060      8.9     24   2460          15.1             272  ", done.stdout)


if __name__ == "__main__":
    unittest.main()
