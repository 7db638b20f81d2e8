#!/usr/bin/env python3
"""The rungs of `gridstride ladder` are right and clean, compile with nvcc, and cost what their heads say."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "apps/learn/ladders"
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
NVCC = os.environ.get("CUDACXX") or shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
RUNGS = {"transpose": 4, "rows": 5, "product": 9, "convolution": 4}
COUNTS = ["requests", "sectors", "shared requests", "bank conflicts", "divergent requests", "barriers", "shared bytes"]


def files_of(ladder):
    return sorted((FOLDER / ladder).glob("*.cu"))


def head_of(file):
    return re.match(r"(//[^\n]*\n)+", file.read_text())[0]


def said_counts(file):
    """The counts in the head: {"requests": 4096, ...}"""
    line = re.search(r"^// counts at [\d ]+: ((?:[^\n]*,\n//  )?[^\n]*)$", head_of(file), re.MULTILINE)[1]
    return {name: int(value.replace(",", "")) for name, value in re.findall(r"([a-z][a-z ]*) ([\d,]*\d)", line)}


class Heads(unittest.TestCase):
    def test_there_are_22_rungs_in_order(self):
        for ladder, count in RUNGS.items():
            self.assertEqual([file.name.split("_")[0] for file in files_of(ladder)],
                             [str(i + 1) for i in range(count)], ladder)

    def test_each_has_a_sentence_a_story_and_its_counts(self):
        for ladder in RUNGS:
            for file in files_of(ladder):
                with self.subTest(file.name):
                    self.assertLessEqual(len(file.read_text().splitlines()), 60)
                    head = head_of(file)
                    self.assertRegex(head, rf"\A// {re.escape(file.name)} - [^\n]+\.\n//\n// \S")
                    self.assertEqual(list(said_counts(file)), COUNTS)

    def test_each_rung_has_less_of_what_its_story_is_about(self):
        for ladder in RUNGS:
            files = files_of(ladder)
            for before, after in zip(files, files[1:]):
                with self.subTest(after.name):
                    fewer = re.search(r"^// fewer: ([a-z ]+)$", head_of(after), re.MULTILINE)[1]
                    self.assertLess(said_counts(after)[fewer], said_counts(before)[fewer], fewer)
                    story = re.sub(r"\n// ", " ", head_of(after).replace("no bank conflicts", "0 bank conflicts"))
                    said = f"{said_counts(after)[fewer]:,}"
                    self.assertRegex(story[:story.index("counts at")], rf"(?<![\d,]){said}(?![\d,]\d)")

    def test_a_number_of_a_rung_before_is_still_right(self):
        """"640 instead of 2,560": the second number is a count of the rung before."""
        checked = 0
        for ladder in RUNGS:
            files = files_of(ladder)
            for before, after in zip(files, files[1:]):
                story = re.sub(r"\n// ", " ", head_of(after))
                for number in re.findall(r"(?:instead of|fall from) (\d[\d,]*,\d{3})", story):
                    with self.subTest(f"{after.name}: {number}"):
                        self.assertIn(int(number.replace(",", "")), said_counts(before).values())
                        checked += 1
        self.assertGreaterEqual(checked, 15)


@unittest.skipUnless(NVCC, "no nvcc")
class Compiled(unittest.TestCase):
    def test_each_rung_is_cuda(self):
        files = [file for ladder in RUNGS for file in files_of(ladder)]
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda file: subprocess.run(
                [NVCC, "-std=c++17", "-arch=sm_80", "-Werror", "all-warnings", "--ptx", file, "-o",
                 pathlib.Path(folder) / f"{file.parent.name}_{file.stem}.ptx"], capture_output=True, text=True,
                stdin=subprocess.DEVNULL), files))
        for file, result in zip(files, done):
            with self.subTest(file.name):
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Ladder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)

    def call(self, *words, command="ladder"):
        return subprocess.run([LEARN, command, *words], env={**os.environ, "XDG_CACHE_HOME": self.cache.name},
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def check_ladder(self, ladder):
        """Every rung is run under the checker and counted; the command ends with a message if one is wrong."""
        done = self.call(ladder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = dict(re.findall(r"^(\d_\w+) +(.*)$", done.stdout, re.MULTILINE))
        self.assertEqual(list(rows), [file.stem for file in files_of(ladder)])
        for file in files_of(ladder):
            with self.subTest(file.name):
                within, allowed, requests, sectors, quotient, shared, conflicts, divergent, barriers = re.match(
                    r"(\S+) \((\S+)\) +([\d,]+) +([\d,]+) +([\d.]+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+)",
                    rows[file.stem]).groups()
                self.assertLessEqual(float(within), float(allowed))
                self.assertLess(float(allowed), 2e-3 if "tensor" in file.stem else 2e-6)
                said = said_counts(file)
                for name, value in (("requests", requests), ("sectors", sectors), ("shared requests", shared),
                                    ("bank conflicts", conflicts), ("divergent requests", divergent),
                                    ("barriers", barriers)):
                    self.assertEqual(said[name], int(value.replace(",", "")), name)
                self.assertAlmostEqual(float(quotient), said["sectors"] / said["requests"], delta=0.051)

    def test_transpose(self):
        self.check_ladder("transpose")

    def test_rows(self):
        self.check_ladder("rows")

    def test_product(self):
        self.check_ladder("product")

    def test_convolution(self):
        self.check_ladder("convolution")

    def test_a_rung_checks_itself_at_two_sizes(self):
        done = self.call(files_of("product")[2], command="run")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(re.findall(r"^(\d+ x \d+ x \d+): right within \S+, allowed \S+$", done.stdout, re.MULTILINE),
                         ["50 x 96 x 80", "33 x 68 x 20"])

    def test_a_broken_rung_is_found(self):
        """Each of these breaks a copy of a rung: the check of the rung or the checker must see it."""
        for name, right, wrong, says in (
                ("transpose/3_padded.cu", "= tile[x][y]", "= tile[y][x]", "WRONG by"),
                ("transpose/3_padded.cu", "  __syncthreads();\n", "", "[M11]"),
                ("product/8_double_buffered.cu", "buffer ^ 1)", "buffer)", "error: "),
                ("product/2_side_by_side.cu", "row >= m || ", "", "[M03]")):
            with self.subTest(f"{name}: {wrong or 'no barrier'}"), tempfile.TemporaryDirectory() as folder:
                shutil.copytree(FOLDER, pathlib.Path(folder) / "ladders")
                file = pathlib.Path(folder) / "ladders" / name
                text = file.read_text()
                self.assertIn(right, text)
                file.write_text(text.replace(right, wrong))
                done = self.call(file, command="run")
                self.assertEqual(done.returncode, 1)
                self.assertIn(says, done.stdout + done.stderr)

    def test_difference(self):
        done = self.call("transpose", "3", "--diff", "2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("\n-  __shared__ float tile[32][32];\n+  __shared__ float tile[32][33];\n", done.stdout)
        self.assertRegex(done.stdout, r"\n +63,488 -> 0 +bank conflicts: turns beyond the first\n")
        self.assertRegex(done.stdout, r"\n +4,096 -> 4,224 +bytes of shared memory a block +1\.03 times\n")
        self.assertNotIn("barriers", done.stdout[done.stdout.index("from 2_tile to 3_padded"):])

    def test_one_rung(self):
        done = self.call("transpose", "1", "--gpu", "t4")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("A warp reads 32 neighbours of a row: 4 sectors", done.stdout)
        self.assertRegex(done.stdout, r"\n +73,728  sectors")
        self.assertRegex(done.stdout, r"\n +1\.6 us  at least, on a T4\n")  # 2 x 256 x 256 x 4 bytes / 320 GB/s

    def test_the_list_has_a_sentence_for_each_rung(self):
        done = self.call()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(re.findall(r"^  \d  \w.{10,}$", done.stdout, re.MULTILINE)), sum(RUNGS.values()))

    def test_wrong_words(self):
        for words, says in ((["sort"], "there is no ladder sort; there are: transpose, rows, product, convolution"),
                            (["rows", "6"], "this ladder has the rungs 1 to 5, and no 6"),
                            (["rows", "x"], "x is not the number of a rung"),
                            (["rows", "2", "--diff"], "--diff needs a value"), (["rows", "--diff", "1"], "--diff compares"),
                            (["rows", "--gpu", "X1"], "--gpu X1 is none of: T4, A100, RTX 3060, RTX 4060, RTX 4090, H100, "
                             "B200, RTX 5090"), (["rows", "--fast"], "ladder has no flag --fast")):
            done = self.call(*words)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
            self.assertIn(says, done.stderr)

    def test_help(self):
        self.assertIn("--diff RUNG", self.call("--help").stdout)
        table = self.call("--gpu", "help").stdout
        self.assertEqual(len(table.splitlines()), 9)
        self.assertIn("RTX 4060      8.9     24", table)


if __name__ == "__main__":
    unittest.main()
