#!/usr/bin/env python3
"""`gridstride run --trace` shows what `--count` counts: the page's requests, sectors and turns add up to it."""
import collections
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
MOST_STEPS, MOST_BYTES = 10000, 5 << 20
COLUMNS = ("requests", "sectors", "ideal", "shared", "bank conflicts", "divergent")
LOAD, STORE, ATOMIC, BARRIER, OPERATION = range(5)

# 1,024 threads, and addresses so scattered that none of the rows of the page's data are short.
LARGE = """#include <cuda_runtime.h>
__global__ void scatter(int* out) {
  __shared__ int tile[2048];
  unsigned t = threadIdx.x;
  for (unsigned i = 0; i < 200; ++i) {
    tile[t] = int(i);
    __syncthreads();
    atomicAdd(&out[(t * 2654435761u + i * 40503u) % 1000003u], tile[(t * 7u + i) % 1024u]);
    __syncthreads();
  }
}
int main() {
  int* out;
  cudaMalloc(&out, 1000003 * sizeof(int));
  cudaMemset(out, 0, 1000003 * sizeof(int));
  scatter<<<1, 1024>>>(out);
  cudaFree(out);
}
"""
# The upper half of a warp makes a request that lane 0 does not; a part of the lanes meets between two requests.
DIVIDED = """#include <cuda_runtime.h>
__global__ void divided(int* out) {
  __shared__ int s[32];
  int t = threadIdx.x;
  if (t >= 16) {
    s[t] = t;
    __syncwarp(0xffff0000);
    out[t] = s[47 - t];
  }
  out[t + 32] = t;
  __syncwarp();
}
int main() {
  int* out;
  cudaMalloc(&out, 64 * sizeof(int));
  divided<<<1, 32>>>(out);
  cudaFree(out);
}
"""


def data_of(page):
    """The trace in a page."""
    text = re.search(r'<script type="application/json" id="trace-data">(.*?)</script>', page, re.DOTALL).group(1)
    return json.loads(text)


def lanes(mask):
    return [lane for lane in range(32) if mask >> lane & 1]


class Request:
    """A request of the page's data, with sectors and conflicts computed from its addresses."""

    def __init__(self, row):
        (self.kind, self.warp, self.place, self.shared, self.bytes, self.lanes, self.accessing, self.living, self.cost,
         self.wasted) = row[:10]
        self.addresses = [row[10]]
        distances = row[11:]
        count = len(lanes(self.accessing))
        for distance in distances * (count - 1) if len(distances) == 1 else distances:
            self.addresses.append(self.addresses[-1] + distance)
        assert len(self.addresses) == count, row

    def sectors(self):
        return len({byte // 32 for at in self.addresses for byte in range(at, at + self.bytes)})

    def ideal(self):
        return -(-len(self.addresses) * self.bytes // 32)

    def conflicts(self):
        group = 32 if self.bytes <= 4 else 16 if self.bytes <= 8 else 8
        words = collections.defaultdict(set)  # by group of lanes and bank
        for lane, at in zip(lanes(self.accessing), self.addresses):
            for word in range(at // 4, (at + self.bytes - 1) // 4 + 1):
                words[lane // group, word % 32].add(word)
        return sum(max((len(w) for (g, _), w in words.items() if g == part), default=1) - 1
                   for part in range(32 // group))

    def counts(self):
        shared = (0, 0, 0, 1, self.conflicts())
        own = shared if self.shared else (1, self.sectors(), min(self.sectors(), self.ideal()), 0, 0)
        return (*own, int(self.lanes != self.living))


def counted(text):
    """The tables of --count: {(kernel, line): counts}."""
    counts, kernel, ends = {}, "", []
    for line in text.splitlines():
        if match := re.match(r"(\S+): [\d,]+ launch", line):
            kernel = match.group(1)
        elif line.startswith("   line "):
            ends = [line.index(name) + len(name) for name in COLUMNS]
        elif ends and re.fullmatch(r" *\d+[\d, ]*", line):
            cells = [line[begin:end].strip().replace(",", "") for begin, end in zip([7] + ends, ends)]
            counts[kernel, int(line[:7])] = tuple(int(cell or 0) for cell in cells)
    return counts


def summed(data):
    """The same from a page's data: {(kernel, line, column): count}, without zeros."""
    sums = collections.Counter()
    for number, row in enumerate(data["steps"]):
        if row[0] > ATOMIC:
            continue
        part = [part for part in data["parts"] if part["first"] <= number][-1]
        line = data["places"][row[2]][1]
        for name, value in zip(COLUMNS, Request(row).counts()):
            sums[part["kernel"], line, name] += value
    return +sums


class Tags(html.parser.HTMLParser):
    """Everything that a page could ask for from elsewhere."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def handle_starttag(self, tag, attributes):
        self.asked += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        self.asked += [tag] if tag in ("link", "iframe", "img", "object", "base") else []


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)

    def run_file(self, *words):
        """Runs in a folder of its own; returns what ended and the page, if there is one."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        done = subprocess.run([LEARN, "run", *map(str, words)], cwd=folder.name, capture_output=True, text=True,
                              env={**os.environ, "XDG_CACHE_HOME": self.cache.name}, stdin=subprocess.DEVNULL)
        page = pathlib.Path(folder.name) / "trace.html"
        return done, page.read_text() if page.exists() else None

    def page_of(self, *words, status=0):
        done, page = self.run_file("--trace", *words)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn("trace.html shows the steps of block", done.stdout.splitlines()[-1])
        return page

    def written(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "file.cu"
        file.write_text(text)
        return file

    def test_what_is_drawn_is_what_is_counted(self):
        programs = FOLDER / "programs"
        for file in (FOLDER / "mistakes" / "M20_column_by_column.cu", FOLDER / "mistakes" / "M21_columns_of_a_tile.cu",
                     FOLDER / "mistakes" / "M22_divergence.cu", programs / "reduce_interleaved.cu",
                     programs / "matrix_product_tiled.cu", programs / "vector_loads.cu", programs / "reduce_shuffle.cu",
                     programs / "histogram.cu", self.written(DIVIDED)):
            with self.subTest(file=file.name):
                done, _ = self.run_file("--count", file)
                table = counted(done.stdout)
                self.assertTrue(table, done.stdout)
                blocks = max(int(n.replace(",", "")) for n in re.findall(r"launch\w*, ([\d,]+) block", done.stdout))
                sums, shown = collections.Counter(), 0
                while True:
                    data = data_of(self.page_of(",".join(map(str, range(blocks))), "--from", shown + 1, file))
                    for row in data["steps"]:
                        if row[0] <= ATOMIC:
                            request = Request(row)
                            self.assertEqual((request.cost, request.wasted),
                                             (request.conflicts(), 0) if request.shared else
                                             (request.sectors(), max(0, request.sectors() - request.ideal())))
                    sums.update(summed(data))
                    shown += len(data["steps"])
                    if shown == data["made"]:
                        break
                self.assertEqual({(*key, name): value for key, values in table.items()
                                  for name, value in zip(COLUMNS, values) if value}, dict(sums))

    def test_text(self):
        done, page = self.run_file("--trace", "0", "--text", FOLDER / "mistakes" / "M11_missing_barrier.cu")
        self.assertIsNone(page)
        self.assertEqual(done.stdout, "\n".join((
            "data[0] = 0, should be 63",
            "block 0 of reverse, launch 1",
            "   step  warp   line",
            "      1     0     10  load    data[0] to data[31]: 32 lanes, 4 sectors",
            "      2     0     10  store   tile[0] to tile[31]: 32 lanes, 1 turn of the banks",
            "      3     0     11  load    tile[63] to tile[32]: 32 lanes, 1 turn of the banks",
            "                      ^ here thread 31 reads tile[32]  [M11]",
            "      4     0     11  store   data[0] to data[31]: 32 lanes, 4 sectors",
            "      5     1     10  load    data[32] to data[63]: 32 lanes, 4 sectors",
            "      6     1     10  store   tile[32] to tile[63]: 32 lanes, 1 turn of the banks",
            "                      ^ here thread 32 writes tile[32]  [M11]",
            "      7     1     11  load    tile[31] to tile[0]: 32 lanes, 1 turn of the banks",
            "      8     1     11  store   data[32] to data[63]: 32 lanes, 4 sectors",
            "  sums: 4 requests of global memory, 16 sectors; 4 requests of shared memory, 0 bank conflicts; 0 divergent",
            "")))
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: thread 31 reads tile[32] at line 11 while thread 32 writes it", done.stderr)

    def test_the_order_is_one_that_every_lane_has(self):
        done, _ = self.run_file("--trace", "0", "--text", self.written(DIVIDED))
        steps = [line[16:].split() for line in done.stdout.splitlines() if line[:7].strip().isdigit()]
        self.assertEqual([(words[0], words[1]) for words in steps],
                         [("6", "store"), ("7", "__syncwarp"), ("8", "load"), ("8", "store"), ("10", "store"),
                          ("11", "__syncwarp")])
        self.assertIn("lanes 16 to 31", done.stdout)

    def test_the_steps_of_a_mistake(self):
        for name, steps in (("M11_missing_barrier", 2), ("M12_missing_second_barrier", 2), ("M17_missing_syncwarp", 2),
                            ("M03_wrong_guard", 1), ("M05_past_a_static_shared_array", 1),
                            ("M05_past_dynamic_shared_memory", 1), ("M06_host_pointer", 1), ("M07_null_pointer", 1),
                            ("M23_copy_not_waited_for", 2), ("M19_lost_additions", 2), ("M31_used_after_free", 1)):
            with self.subTest(file=name):
                file = FOLDER / "mistakes" / f"{name}.cu"
                done, page = self.run_file("--trace", "0,1,2,3", file)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr.replace(f"{file.parent}/", ""), file.with_suffix(".txt").read_text())
                data = data_of(page)
                (message,) = data["messages"]
                self.assertEqual(message["code"], name[:3])
                self.assertEqual(len(message["accesses"]), steps)
                for access in message["accesses"]:
                    self.assertGreater(access["step"], 0, access)
                    request = Request(data["steps"][access["step"] - 1])
                    self.assertIn(access["thread"] % 32, lanes(request.accessing))
                    self.assertEqual(request.warp, access["thread"] // 32)
                    self.assertEqual(request.kind != LOAD, access["stores"])
                if "M03" <= name < "M08":
                    later = data["made"] - message["accesses"][0]["step"]
                    self.assertLessEqual(later, 1, "the run ended there; lanes before that one had gone on")

    def test_a_mistake_in_another_block(self):
        done, page = self.run_file("--trace", "0", FOLDER / "mistakes" / "M03_wrong_guard.cu")
        self.assertEqual(done.returncode, 1)
        self.assertIn("what was found happens in block 3: --trace 3 shows it", done.stderr.splitlines()[-1])
        self.assertEqual(data_of(page)["notes"], ["what was found happens in block 3: --trace 3 shows it"])

    def test_a_large_block_is_cut_at_the_cap(self):
        file = self.written(LARGE)
        done, page = self.run_file("--trace", "0", file)
        data = data_of(page)
        self.assertEqual((data["made"], len(data["steps"])), (32 * 3 * 200 + 2 * 200, MOST_STEPS))
        self.assertLess(len(page.encode()), MOST_BYTES)
        says = "steps 1 to 10,000 of 19,600 are shown: --from 10001 shows the next"
        self.assertEqual((data["notes"], done.stderr), ([says], f"gridstride: {says}\n"))

        done, page = self.run_file("--trace", "0", "--from", "10001", file)
        rest = data_of(page)
        self.assertEqual((rest["from"], len(rest["steps"]), rest["notes"]), (10001, 9600, []))
        ((array, runs),) = rest["parts"][0]["before"]
        self.assertEqual(rest["arrays"][array]["name"], "tile")
        writers = [thread for thread, times in zip(runs[::2], runs[1::2]) for _ in range(times)]
        self.assertEqual(writers, list(range(1024)) + [-1] * 1024, "who wrote the array before the first step")

    def test_the_page_asks_for_nothing_from_elsewhere(self):
        page = self.page_of("0", FOLDER / "mistakes" / "M21_columns_of_a_tile.cu")
        tags = Tags()
        tags.feed(page)
        self.assertEqual(tags.asked, [])
        self.assertNotRegex(page.replace("http://www.w3.org/2000/svg", ""), r"https?:|@import|url\((?!#)")
        self.assertIn("default-src 'none'", page)

    def test_text_of_the_program_cannot_become_markup(self):
        name = "</script><b>.cu"
        file = self.written('// </script><script>alert(1)</script> \xff\n' + DIVIDED)
        file.write_bytes(file.read_text().encode("latin-1"))
        page = self.page_of("0", file)
        data = data_of(page)
        self.assertEqual(data["files"][0]["text"].splitlines()[0], "// </script><script>alert(1)</script> \ufffd")
        self.assertNotIn("alert(1)</script>", page)
        other = file.parent / "<b>.cu"
        file.rename(other)
        self.assertIn("<title>&lt;b>.cu, step by step</title>", self.page_of("0", other))

    def test_the_same_run_gives_the_same_page(self):
        file = FOLDER / "programs" / "reduce_interleaved.cu"
        self.assertEqual(self.page_of("0", file), self.page_of("0", file))

    def test_wrong_words(self):
        file = FOLDER / "mistakes" / "M21_columns_of_a_tile.cu"
        for words, status, says in (
                (["--trace", "x", file], 2, "--trace x is not a list of blocks: --trace 1 or --trace 0,1"),
                (["--trace", "1,", file], 2, "--trace 1, is not a list of blocks"),
                (["--trace", "0", "--from", "0", file], 2, "--from 0 is not the number of a step: 1 is the first"),
                (["--text", file], 2, "--text needs --trace BLOCK beside it"),
                (["--from", "2", file], 2, "--from needs --trace BLOCK beside it"),
                (["--count", "--trace", "0", file], 2, "--trace does not go with --count or --json"),
                (["--trace", "7", file], 1, "no launch has a block 7: the largest grid has 1 block, numbered from 0"),
                (["--trace", "0", "--from", "999", file], 1, "the traced blocks make 129 steps: --from 999 is past them"),
                (["--trace", "0", self.written("int main() {}\n")], 1, "the program launches no kernel")):
            with self.subTest(words=words[:-1]):
                done, page = self.run_file(*words)
                self.assertEqual((done.returncode, len(done.stderr.splitlines())), (status, 1), done.stderr)
                self.assertIn(says, done.stderr)
                self.assertIsNone(page)


if __name__ == "__main__":
    unittest.main()
