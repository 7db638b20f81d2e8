#!/usr/bin/env python3
"""`gridstride run --gdb` stops a learner's program in the thread of a kernel that one asks for."""
import re
import shutil
import tempfile
import unittest

from learn import LearnTest

KERNEL = """#include <algorithm>
#include <cstdio>

__device__ int twice(int x) {
  return 2 * x;
}

template <class T>
__global__ void fill(T* a, int n) {
  __shared__ T tile[8];
  int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
  tile[t] = a[i];
  __syncthreads();
  T other = tile[7 - t];
  a[i] = twice(other) + n;
}

namespace mine {
namespace {
__global__ void hidden(int* a) {
  a[0] += 1;
}
}  // namespace
__global__ void never(int* a) {
  a[0] = 1;
}
__global__ __launch_bounds__(64) void second(int* a) {
  a[4 * threadIdx.y + threadIdx.x] += 1;
}
}  // namespace mine

void second(const char* text) {
  puts(text);
}

int main(int count, char** words) {
  int *d, a[32];
  std::fill(a, a + 32, 100);
  for (int i = 0; i < 32; ++i) a[i] += i;
  cudaMalloc(&d, sizeof a);
  cudaMemcpy(d, a, sizeof a, cudaMemcpyHostToDevice);
  for (int round = 0; round < 2; ++round) fill<<<4, 8>>>(d, 5);
  mine::second<<<1, dim3(4, 4)>>>(d);
  mine::hidden<<<1, 1>>>(d);
  cudaMemcpy(a, d, sizeof a, cudaMemcpyDeviceToHost);
  second(count > 1 ? words[1] : "no word");
  printf("a[11] = %d\\n", a[11]);
}
"""


class Gdb(LearnTest):
    def gdb(self, condition, *commands, words=()):
        self.written("file.cu", KERNEL)
        with tempfile.TemporaryFile("w+") as script:
            script.write("\n".join(commands) + "\n")
            script.seek(0)
            done = self.learn("run", "--gdb", condition, "file.cu", *words, stdin=script)
        return done.stdout.decode() + done.stderr.decode()

    @unittest.skipUnless(shutil.which("gdb"), "no gdb")
    def test_stops_in_the_thread_and_goes_on_to_the_end(self):
        text = self.gdb("threadIdx.x == 3 && blockIdx.x == 1", 
                        'printf "t=%d b=%d d=%d g=%d n=%d\\n", threadIdx.x, blockIdx.x, blockDim.x, gridDim.x, n',
                        "print threadIdx", "next", "next",
                        'printf "i=%d\\n", i', "print tile[7 - t]", "next", "next", 'printf "other=%d\\n", other',
                        'printf "thread %d of block %d\\n", threadIdx.x, blockIdx.x', "step", "print x", "finish",
                        "print threadIdx.x", "continue", "print threadIdx.x", "print a[i]", "delete", "continue",
                        words=("a word",))
        self.assertRegex(text, r"Breakpoint [\d.]+, fill<int> \(a=0x\w+, n=5\)\s+at .*file.cu:11\n")
        self.assertIn("t=3 b=1 d=8 g=4 n=5\n", text)
        self.assertIn("= {x = 3, y = 0, z = 0}", text)
        self.assertIn("i=11\n", text)
        self.assertIn("other=112\n", text)  # over the barrier, and still in the same thread: a[12] is a[8 + 7 - 3]
        self.assertIn("thread 3 of block 1\n", text)
        self.assertRegex(text, r"twice \(x=112\)\s+at .*file.cu:5\n")  # `step` enters the file's functions, and no others
        self.assertEqual(len(re.findall(r"Breakpoint [\d.]+, ", text)), 2)  # `continue` stops in the next launch
        self.assertIn("a word\n", text)
        self.assertRegex(text, r"a\[11\] = 460\n")  # 2 * (2 * 111 + 5) + 5, then 1 more
        self.assertIn("exited normally", text)

    @unittest.skipUnless(shutil.which("gdb"), "no gdb")
    def test_the_first_thread_and_every_kernel(self):
        text = self.gdb("", "print threadIdx.x + blockIdx.x", "backtrace", "continue", "continue", "print threadIdx.y",
                        "continue", "continue")
        self.assertRegex(text, r"Breakpoint [\d.]+, fill<int> (.*\n)*.*Breakpoint [\d.]+, fill<int> (.*\n)*.*"
                               r"Breakpoint [\d.]+, mine::second \(a=0x\w+\)\s+at .*file.cu:28\n(.*\n)*.*"
                               r"Breakpoint [\d.]+, mine::\(anonymous namespace\)::hidden \(a=0x\w+\)\s+at .*file.cu:21\n")
        self.assertIn("= 0\n", text)
        self.assertIn("exited normally", text)
        self.assertIn("no word\n", text)

    @unittest.skipUnless(shutil.which("gdb"), "no gdb")
    def test_a_condition_that_means_nothing_does_not_start_the_program(self):
        text = self.gdb("thread.x == 3")
        self.assertIn('No symbol "thread" in current context.', text)
        self.assertNotIn("a[11]", text)

    def test_without_gdb(self):
        self.written("file.cu", KERNEL)
        done = self.learn("run", "--gdb", "", "file.cu", PATH=str(self.folder))
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr, b"gridstride: --gdb needs gdb, which is not installed: sudo apt-get install gdb\n")

    def test_wrong_words(self):
        for words, says in ((["--gdb", "file.cu"], "--gdb needs a condition before the file"),
                            (["--gdb"], "--gdb needs a value"), (["--gdb", "", "--json", "file.cu"], "--gdb goes with"),
                            (["--watch", "--gdb=", "file.cu"], "--gdb goes with"),
                            (["--count", "--gdb=", "file.cu"], "--gdb goes with"), (["--gdb=x"], "run needs a file")):
            done = self.learn("run", *words)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (2, 1))
            self.assertIn(says, done.stderr.decode())

    @unittest.skipUnless(shutil.which("gdb"), "no gdb")
    def test_a_file_without_kernels(self):
        self.written("file.cu", "int main() {}\n")
        done = self.learn("run", "--gdb", "", "file.cu")
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (1, 1))
        self.assertIn(b"file.cu has no kernel to stop in", done.stderr)


if __name__ == "__main__":
    unittest.main()
