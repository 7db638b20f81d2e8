#!/usr/bin/env python3
"""`gridstride run --count`: the kernels of counts/ against figures worked out by hand, as written, as a compiler would
probably fuse them, and as nvcc's machine code has them where nvcc and nvdisasm are there."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
FIGURES = re.compile(r"(\w+) (\d+) / (\d+)(?: / (\d+))?")


def without_compiler():
    return {**os.environ, "GRIDSTRIDE_CUDA": "0"}


def expected(file):
    """The line of the source that is counted, and by field: as written, as a guess, as the machine code has it."""
    lines = file.read_text().splitlines()
    head = next(line for line in lines if FIGURES.search(line))
    fields = {name: tuple(int(figure or guess) for figure in (written, guess, machine))
              for name, written, guess, machine in FIGURES.findall(head)}
    return 1 + next(i for i, line in enumerate(lines) if line.endswith("// counted")), fields


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class CountedRuns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)
        cls.files = sorted((FOLDER / "counts").glob("*.cu"))

    def run_file(self, file, *words, environment=None, folder=None):
        environment = {**(environment or without_compiler()), "XDG_CACHE_HOME": self.cache.name}
        return subprocess.run([LEARN, "run", *words, str(file)], cwd=folder or FOLDER, env=environment,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def written(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "file.cu"
        file.write_text(text)
        return file

    def entries(self, file, widths=None):
        """What a counted run of the file records: kinds and fields."""
        done = self.run_file(file)
        self.assertEqual(done.returncode, 0, done.stderr)
        program = max((pathlib.Path(self.cache.name) / "gridstride" / "run").glob(f"{file.stem}-*/program"),
                      key=lambda path: path.stat().st_mtime)
        record = pathlib.Path(self.cache.name) / "record"
        record.unlink(missing_ok=True)
        environment = {**os.environ, "GRIDSTRIDE_RUN_COUNT": "1", "GRIDSTRIDE_RUN_RECORD": str(record)}
        if widths is not None:
            environment["GRIDSTRIDE_RUN_MACHINE_CODE"] = str(record) + ".widths"
            pathlib.Path(environment["GRIDSTRIDE_RUN_MACHINE_CODE"]).write_text(widths)
        subprocess.run([program], env=environment, check=True, capture_output=True)
        lines = [line.split("\t") for line in record.read_text().splitlines()]
        return [(kind, dict(field.split("=", 1) for field in fields)) for kind, *fields in lines]

    def counts_at(self, entries, number):
        line, = [fields for kind, fields in entries if kind == "line" and fields["line"] == str(number)]
        return line


class Counts(CountedRuns):
    def test_there_are_twelve_kernels(self):
        self.assertGreaterEqual(len(self.files), 12)

    def test_as_written_and_as_a_guess(self):
        for file in self.files:
            number, fields = expected(file)
            with self.subTest(file=file.name):
                line = self.counts_at(self.entries(file), number)
                self.assertEqual({name: (int(line[name]), int(line["fused_" + name])) for name in fields},
                                 {name: figures[:2] for name, figures in fields.items()})

    def test_the_record(self):
        entries = self.entries(FOLDER / "counts" / "block_sum_of_four.cu")
        self.assertEqual([kind for kind, _ in entries], ["kernel", "line", "line"])
        self.assertEqual(entries[0][1], {
            "name": "sums", "launches": "1", "blocks": "1", "threads": "32", "barriers": "1", "loads": "0", "stores": "32",
            "loaded_bytes": "0", "stored_bytes": "128", "requests": "1", "sectors": "4", "shared_requests": "8",
            "bank_conflicts": "12", "divergent_requests": "0", "touched_sectors": "4", "block_threads": "32",
            "shared_bytes": "512", "cut_apart": "0", "machine_code": "0"})
        self.assertEqual({name: value for name, value in entries[2][1].items() if "fused" not in name}, {
            "kernel": "sums", "file": str(FOLDER / "counts" / "block_sum_of_four.cu"), "line": "10", "certain": "1",
            "requests": "1", "sectors": "4", "ideal": "4", "shared_requests": "4", "bank_conflicts": "12",
            "divergent_requests": "0"})

    def test_both_figures_in_words(self):
        done = self.run_file(FOLDER / "counts" / "eight_results.cu", "--count")
        self.assertIn("  as written, not as a CUDA compiler would fuse it:\n", done.stdout)
        words = " ".join(done.stdout.split())
        self.assertIn("as written 16 requests of shared memory, bank conflicts 112; if the compiler fuses neighbouring "
                      "accesses, as it probably will, 4 and 16", words)

    def test_conflicts_that_fusing_removes_get_no_advice(self):
        self.assertNotIn("[M21]", self.run_file(FOLDER / "counts" / "block_sum_of_four.cu", "--count").stdout)
        self.assertIn("[M21]", self.run_file(FOLDER / "counts" / "odd_start.cu", "--count").stdout)

    def test_turns_of_wide_accesses_are_compared_with_their_own_minimum(self):
        file = self.written("__global__ void k(float4* out) {\n  __shared__ float4 s[64];\n  int t = threadIdx.x;\n"
                            "  s[t] = s[t + 32] = float4{};\n  __syncthreads();\n  out[t] = s[t * 2];\n}\n"
                            "int main() {\n  float4* a;\n  cudaMalloc(&a, 512);\n  k<<<1, 32>>>(a);\n}\n")
        self.assertIn("the lanes of a warp meet in a bank: 8 turns instead of 4  [M21]", self.run_file(file, "--count").stdout)

    # Machine code, as a record of the widths in it, so that no compiler is needed.

    def widths(self, file, *rows):
        return "".join(f"access\tfile={file}\tline={line}\tshared={shared}\tstore={store}\twidths={widths}\n"
                       for line, shared, store, widths in rows)

    def test_a_structure_is_split_to_the_widths_of_the_machine_code(self):
        file = FOLDER / "counts" / "unaligned_structure.cu"
        number, fields = expected(file)
        line = self.counts_at(self.entries(file, self.widths(file, (number, 0, 0, 4))), number)
        self.assertEqual({name: int(line["fused_" + name]) for name in fields},
                         {name: figures[2] for name, figures in fields.items()})
        self.assertEqual(line["certain"], "1")

    def test_a_line_without_instructions_belongs_to_its_neighbour(self):
        file = self.written("__global__ void k(float* out) {\n  __shared__ float s[64];\n  int t = threadIdx.x;\n"
                            "  s[t] = 1, s[t + 32] = 2;\n  __syncthreads();\n  float a = s[2 * t];\n"
                            "  float b = s[2 * t + 1];\n  out[t] = a * b;\n}\n"
                            "int main() {\n  float* a;\n  cudaMalloc(&a, 128);\n  k<<<1, 32>>>(a);\n}\n")
        entries = self.entries(file, self.widths(file, (4, 1, 1, 4), (6, 1, 0, 8), (8, 0, 1, 4)))
        first, second = self.counts_at(entries, 6), self.counts_at(entries, 7)
        self.assertEqual((first["shared_requests"], first["fused_shared_requests"], first["fused_bank_conflicts"]),
                         ("1", "1", "0"))
        self.assertEqual((second["shared_requests"], second["fused_shared_requests"]), ("1", "0"))
        self.assertEqual((first["certain"], second["certain"]), ("1", "1"))
        alone = self.entries(file, self.widths(file, (4, 1, 1, 4), (6, 1, 0, 4), (8, 0, 1, 4)))
        self.assertEqual(self.counts_at(alone, 7)["fused_shared_requests"], "1")
        self.assertEqual(self.counts_at(alone, 7)["certain"], "0", "the machine code has nothing in line 7")

    def test_widths_that_do_not_occur_are_not_certain(self):
        file = FOLDER / "counts" / "block_sum_of_four.cu"
        number, _ = expected(file)
        for widths, certain in ((16, "1"), (4 | 16, "0")):
            line = self.counts_at(self.entries(file, self.widths(file, (number, 1, 0, widths), (number, 0, 1, 4))), number)
            self.assertEqual((line["fused_shared_requests"], line["certain"]), ("1", certain))

    # C4

    def test_buffers_begin_at_multiples_of_256_bytes(self):
        file = self.written("#include <cstdio>\nint main() {\n  for (int n = 1; n < 3000; n = n * 3 + 1) {\n"
                            "    void *a, *b, *c;\n    size_t pitch;\n    cudaMalloc(&a, n);\n    cudaMallocManaged(&b, n);\n"
                            "    cudaMallocPitch(&c, &pitch, n, 3);\n"
                            '    printf("%zu %zu %zu %zu\\n", size_t(a) % 256, size_t(b) % 256, size_t(c) % 256, pitch % 32);\n'
                            "  }\n}\n")
        done = self.run_file(file)
        self.assertEqual((done.returncode, set(done.stdout.splitlines())), (0, {"0 0 0 0"}), done.stderr)

    def test_a_perfect_copy_touches_as_few_sectors_as_possible(self):
        file = self.written("__global__ void copy(float* out, const float* in) {\n  int i = blockIdx.x * blockDim.x + threadIdx.x;\n"
                            "  out[i] = in[i];\n}\nint main() {\n  float *a, *b, *c;\n  cudaMalloc(&c, 4);\n"
                            "  cudaMalloc(&a, 65536);\n  cudaMalloc(&b, 65536);\n  cudaMemset(b, 0, 65536);\n"
                            "  copy<<<64, 256>>>(a, b);\n}\n")
        line = self.counts_at(self.entries(file), 3)
        self.assertEqual((line["sectors"], line["ideal"]), ("4096", "4096"))


def tools():
    return shutil.which("nvcc") or os.path.exists("/usr/local/cuda/bin/nvcc"), shutil.which("nvdisasm")


@unittest.skipUnless(LEARN and all(tools()), "needs GRIDSTRIDE_LEARN, nvcc and nvdisasm")
class CountsOfMachineCode(CountedRuns):
    """The same kernels, with nvcc's own answer."""

    def environment(self):
        return {name: value for name, value in os.environ.items() if name != "GRIDSTRIDE_CUDA"}

    def test_as_the_machine_code_has_it(self):
        for file in self.files:
            number, fields = expected(file)
            with self.subTest(file=file.name):
                done = self.run_file(file, "--count", environment=self.environment())
                self.assertIn("  as nvcc compiles it for sm_90:\n", done.stdout, done.stderr)
                row = next(line for line in done.stdout.splitlines() if re.match(rf" *~?{number} ", line))
                titles = next(line for line in done.stdout.splitlines() if line.startswith("   line  requests"))
                for name, figures in fields.items():
                    title = {"shared_requests": "shared", "bank_conflicts": "bank conflicts"}.get(name, name)
                    end = titles.index(title) + len(title)
                    width = {"bank conflicts": 16}.get(title, 10)
                    self.assertEqual(int(row.ljust(end)[end - width:end].strip().replace(",", "") or 0), figures[2], name)

    def test_a_file_that_nvcc_refuses_is_counted_as_written(self):
        file = self.written("int host() { return 1; }\n__global__ void k(int* a) { a[threadIdx.x] = host(); }\n"
                            "int main() {\n  int* a;\n  cudaMalloc(&a, 128);\n  k<<<1, 32>>>(a);\n}\n")
        done = self.run_file(file, "--count", environment=self.environment())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\nnvcc refuses file.cu: .*error.*\n")
        self.assertIn("\nk: 1 launch", done.stdout)
        self.assertNotIn("as nvcc compiles it", done.stdout)


if __name__ == "__main__":
    unittest.main()
