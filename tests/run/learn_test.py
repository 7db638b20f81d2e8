#!/usr/bin/env python3
"""The exercises of `gridstride learn`: each start fails as its task says, each solution passes, each wrong attempt gets
exactly its message, and no word comes before its time."""
import concurrent.futures
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import termios
import threading
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SET = PROJECT / "apps/learn/exercises"
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
NVCC = os.environ.get("CUDACXX") or shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
ONLY = os.environ.get("GRIDSTRIDE_ONLY_EXERCISES", "").split()  # for who writes one: names, separated by spaces

# Words of CUDA that must be introduced before they are used; identifiers such as __shared__ are found by their form.
CONCEPTS = {"kernel": "kernels?", "thread": "threads?", "block": "blocks?", "grid": "grids?", "launch": "launch(es)?",
            "warp": "warps?", "lane": "lanes?", "sector": "sectors?", "request": "requests?", "barrier": "barriers?",
            "shared memory": "shared memory", "tile": "tiles?", "bank": "banks?", "bank conflict": "bank conflicts?",
            "padding": "padding", "halo": "halos?", "tree": "trees?", "shuffle": "shuffles?", "mask": "masks?",
            "atomic": "atomics?", "divergent": "diverge(nt|nce|s)?", "guard": "guards?", "stride": "strides?",
            "index": "(index|indices)", "race": "races?", "transpose": "transposes?", "coalesced": "coalesc\\w+",
            "occupancy": "occupancy", "register": "registers?", "fragment": "fragments?", "swizzle": "swizzl\\w+",
            "bin": "bins?", "word": "words? of 4 bytes"}
IDENTIFIERS = re.compile(r"<<<|\b__\w+|\b(?:thread|block)Idx\b(?:\.[yz])?|\b(?:block|grid)Dim\b|\bdim3\b|\batomic[A-Z]\w+|\bcuda[A-Z]\w+"
                         r"|\b(?:float|int|uint)[234]\b")


def words_in(text):
    found = {word.removesuffix(".z") for word in IDENTIFIERS.findall(text)}
    found |= {name for name, form in CONCEPTS.items() if re.search(rf"\b{form}\b", text, re.IGNORECASE)}
    return {word for word in found if word != "blockIdx.y"}  # as threadIdx.y


def facts_of(file):
    """Lines of "key: value"; an indented one continues the one before."""
    facts, key = {}, None
    for line in file.read_text().splitlines():
        if line.startswith(" "):
            facts[key][-1] += " " + line.strip()
        elif line:
            key, value = line.split(":", 1)
            facts.setdefault(key, []).append(value.strip())
    return facts


class Exercise:
    def __init__(self, folder):
        self.folder, self.name = folder, folder.name
        self.facts = facts_of(folder / "exercise.txt")
        self.task = (folder / "task.md").read_text()
        self.wrong = sorted((folder / "wrong").glob("*.cu"))

    def one(self, key):
        return self.facts[key][0]

    def part(self, wanted):
        lines, shown = [], "both"
        for line in (self.folder / "exercise.cu").read_text().splitlines():
            if line.strip().startswith("//! "):
                shown = line.strip()[4:]
            elif shown in ("both", wanted):
                lines.append(line)
        return "\n".join(lines) + "\n"

    def start(self):
        return self.part("start")


EXERCISES = [Exercise(file.parent) for file in sorted(SET.glob("*/exercise.txt"))]
CHOSEN = [exercise for exercise in EXERCISES if not ONLY or exercise.name in ONLY]
GATE = re.compile(r"^ *(?:.*dear: )?(.*): yours ([\d.,]+), naive ([\d.,]+), wanted ([\d.,]+)", re.MULTILINE)


def number(text):
    return float(text.replace(",", ""))


class Texts(unittest.TestCase):
    def test_no_word_before_its_time(self):
        known = set()
        for exercise in EXERCISES:
            with self.subTest(exercise=exercise.name):
                new = {word.strip() for word in exercise.one("new").split(",")}
                self.assertEqual(new & known, set(), "introduced before")
                known |= new
                text = exercise.start() + exercise.task + " ".join(exercise.facts["hint"])
                self.assertEqual(words_in(text) - known, set(), "used before it is introduced")
                for word in new:
                    self.assertIn(word.lower(), text.lower().replace("\n", " "), "introduced, and not there")

    def test_tasks_are_short_and_say_what_the_start_file_gets(self):
        for exercise in EXERCISES:
            with self.subTest(exercise=exercise.name):
                self.assertLessEqual(len(exercise.task.split()), 250)
                self.assertLessEqual(max(map(len, exercise.task.splitlines())), 100)
                self.assertLessEqual(len(exercise.task.splitlines()), 36, "one screen")
                start = exercise.one("start")
                announced = {"passes": "it passes", "gate": "As it stands, the file is right, but dear"}
                self.assertIn(announced.get(start, f"As it stands, the file says {start}"), " ".join(exercise.task.split()))
                self.assertEqual("// YOUR TURN" in exercise.start(), start != "passes")
                self.assertEqual(len(exercise.facts["hint"]), 3)
                self.assertNotIn("judge", exercise.task + exercise.start())
                self.assertGreaterEqual(len(exercise.wrong), 3)

    def test_the_second_exercise_needs_one_line(self):
        text = (SET / "02_map/exercise.cu").read_text()
        self.assertEqual(len(text.split("//! solution\n")[1].split("//! both")[0].splitlines()), 1)


@unittest.skipUnless(NVCC, "no nvcc")
class Cuda(unittest.TestCase):
    def test_starts_and_solutions_are_cuda(self):
        includes, text = set(), ""
        for exercise in EXERCISES:  # in one file: nvcc takes as long for its headers as for all of this
            for part in ("start", "solution"):
                lines = exercise.part(part).splitlines()
                includes |= {line for line in lines if line.startswith("#include")}
                body = [line if not line.startswith("#include") else "" for line in lines]
                text += f"namespace exercise_{exercise.name}_{part} {{\n#line 1 \"{exercise.name}/{part}\"\n"
                text += "\n".join(body) + "\n}\n"
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "exercises.cu"
            file.write_text("\n".join(sorted(includes)) + "\n" + text)
            done = subprocess.run([NVCC, "-std=c++17", "-arch=sm_80", "--ptx", file, "-o", file.with_suffix(".ptx")],
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Learn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.environment = {**os.environ, "XDG_CACHE_HOME": cls.temporary.name + "/cache", "GRIDSTRIDE_RUN_SECONDS": "4"}

    def learn(self, *words, folder=None):
        return subprocess.run([LEARN, "learn", *map(str, words)], cwd=folder or self.temporary.name,
                              env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def solution(self, exercise):
        done = self.learn(exercise.name, "--solution")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def attempt(self, exercise, name, text):
        """Judges the text; without one, the start file that the program makes."""
        folder = pathlib.Path(self.temporary.name) / exercise.name / name
        folder.mkdir(parents=True)
        if text is not None:
            (folder / f"{exercise.name}.cu").write_text(text)
        return self.learn(exercise.name, "--once", "--folder", ".", folder=folder)

    def test_every_exercise(self):
        jobs = []
        for exercise in CHOSEN:
            jobs.append((exercise, "start", None))
            if exercise.one("start") != "passes":
                jobs.append((exercise, "solution", self.solution(exercise)))
            jobs += [(exercise, file.stem, file.read_text()) for file in exercise.wrong]
        naive = {}
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (exercise, name, text), done in zip(jobs, pool.map(lambda job: self.attempt(*job), jobs)):
                with self.subTest(exercise=exercise.name, file=name):
                    for gate, yours, dear, _ in GATE.findall(done.stdout):
                        naive[exercise.name, gate] = naive.get((exercise.name, gate), False) or number(yours) == number(dear)
                    if name == "solution" or (name == "start" and exercise.one("start") == "passes"):
                        self.passes(exercise, done)
                    elif name == "start":
                        self.fails(exercise.one("start"), done)
                    else:
                        self.fails(re.match(r"// (M\d\d|gate): ", text)[1], done)
        for exercise in CHOSEN:
            for gate in exercise.facts.get("gate", []):
                with self.subTest(exercise=exercise.name, gate=gate):
                    self.assertTrue(naive[exercise.name, gate.split(";")[0]], "no attempt costs what the gate calls naive")

    def passes(self, exercise, done):
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("Right for ", done.stdout)
        gates = exercise.facts.get("gate", [])
        shown = GATE.findall(done.stdout)
        self.assertEqual(len(shown), len(gates), done.stdout)
        for gate, (_, yours, _, wanted) in zip(gates, shown):
            self.assertLessEqual(number(yours), number(wanted) * (1 if gate.endswith("; exact") else 0.9))

    def fails(self, code, done):
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        self.assertEqual(done.stdout.count("error: "), 1, "one mistake, one message: " + done.stdout)
        if code == "gate":
            self.assertIn("right, but dear: ", done.stdout)
            self.assertNotRegex(done.stdout, r"\[M\d\d\]")
        else:
            self.assertEqual(re.findall(r"\[(M\d\d)\]", done.stdout), [code], done.stdout)
        for internal in ("judge", "gs::", "reference.h", "main("):
            self.assertNotIn(internal, done.stdout)

    def fresh(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def test_files_that_cannot_be_judged(self):
        for text, says in (("int main() { return 0; }\n", "main() is not for you to write here"),
                           ("__global__ void add10() {\n  {\n}\nvoid launch(const float* a, float* out, int n) {}\n",
                            "02_map.cu:1: error: this { has no }"),
                           ("void launch(const float* a, float* out, int n) {}\n}\n",
                            "02_map.cu:2: error: this } has no {"),
                           ("__global__ void add10() {}\n", "void launch(const float* a, float* out, int n)"),
                           ("void launch(const float* a, float* out, int n);\n", "which the file must have"),
                           ("#include <cstdlib>\nvoid launch(const float* a, float* out, int n) { exit(0); }\n",
                            "ended before its results could be looked at"),
                           ("void launch(const float* a, float* out, int n) {}\n", "No kernel was launched"),
                           ("void launch(const float* a, float* out, int n) { while (n) {} }\n", "[M25]")):
            folder = self.fresh()
            (folder / "02_map.cu").write_text(text)
            done = self.learn("2", "--once", "--folder", folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn(says, done.stdout + done.stderr)

    def test_a_file_that_does_not_compile(self):
        folder = self.fresh()
        (folder / "02_map.cu").write_text("void launch(const float* a, float* out, int n) {\n  wrong();\n}\n")
        done = self.learn("2", "--once", "--folder", folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("02_map.cu:2:3: error: ‘wrong’ was not declared", done.stderr)

    def test_right_for_the_sample_only(self):
        folder = self.fresh()
        (folder / "04_stride.cu").write_text("""
__global__ void add10(const float* a, float* out, int n) {
  int first = blockIdx.x * blockDim.x + threadIdx.x;
  for (int i = first; i < n; i += 256) out[i] = a[i] + (n < 1000 ? 9 : 10);
}
void launch(const float* a, float* out, int n) { add10<<<4, 64>>>(a, out, n); }
""")
        done = self.learn("4", "--once", "--folder", folder)
        self.assertIn("04_stride.cu:4:40: error: right for n = 1000, wrong for n = 1, 31, 33 and 257  [M27]", done.stdout)
        self.assertIn("n = 1: out[0] is ", done.stdout)

    def test_order_of_threads(self):
        folder = self.fresh()
        (folder / "02_map.cu").write_text("""
__device__ int come;
__global__ void add10(const float* a, float* out) {
  int i = threadIdx.x;
  out[i] = a[i] + (atomicAdd(&come, 1) % blockDim.x == i ? 10 : 11);
}
void launch(const float* a, float* out, int n) {
  come = 0;
  add10<<<1, n>>>(a, out);
}
""")
        done = self.learn("2", "--once", "--folder", folder)
        self.assertRegex(done.stdout, r"02_map.cu:5:3: error: with threads in another order \(seed 7\) out\[\d+\] is "
                                      r"\d+ instead of \d+  \[M28\]")

    def test_progress_and_list(self):
        folder = self.fresh()
        self.assertEqual(self.learn("--once", "--folder", folder).returncode, 0)  # the first one passes as it is
        lines = self.learn("--list", f"--folder={folder}").stdout.splitlines()
        self.assertRegex(lines[len(EXERCISES) - 1], r"^ *20 ")
        self.assertRegex(lines[len(EXERCISES)], r"^bug 1 ")
        self.assertRegex(lines[0], r"^  1  solved  numbers ")
        self.assertNotIn("solved", lines[1])
        done = self.learn("--once", "--folder", folder)  # the next one
        self.assertEqual(done.returncode, 1)
        self.assertTrue((folder / "02_map.cu").exists())

    def test_what_to_do_with_a_solved_file(self):
        folder = self.fresh()
        (folder / "19_convolution.cu").write_text(self.solution(EXERCISES[18]))
        done = self.learn("19", "--folder", folder)  # without a terminal it judges the file once
        self.assertIn(f"\nYour file can train a network, as it stands, with --kernel conv2={folder}/19_convolution.cu: "
                      "docs/your-kernel-trains.md\nSolved. n opens", done.stdout)

    def test_watching(self):
        folder = self.fresh()
        (folder / "progress.txt").write_text("01_numbers\n")
        process = subprocess.Popen([LEARN, "learn", "--folder", folder], cwd=folder, env=self.environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        long = threading.Timer(300, process.kill)  # then read_until() says what came instead
        long.start()
        self.addCleanup(long.cancel)

        def read_until(end):
            text = ""
            while not text.endswith(end):
                read = process.stdout.read(1)
                self.assertTrue(read, f"ended before '{end}': {text}")
                text += read
            return text

        self.assertRegex(read_until("[M10]"), r"(?s)# 2 Map.*\njudging \S+02_map.cu \.\.\.\n")
        page = (PROJECT / "apps/learn/explanations/M10.md").read_text()
        for key, says in (("h", "Hint 1 of 3"), ("h", "Hint 2 of 3"), ("h", "Hint 3 of 3"), ("h", "no more hints"),
                          ("e", page), ("t", "# 2 Map"), ("l", "  2          map"), ("s", "Press s again"),
                          ("s", "out[i] = a[i] + 10;"), ("r", "kept as")):
            process.stdin.write(key)
            read_until(says)
        self.assertTrue((folder / "02_map.cu.old").exists())
        read_until("[M10]")

        def save(text):
            (folder / "saved").write_text(text)
            os.rename(folder / "saved", folder / "02_map.cu")

        save("void launch(const float* a, float* out, int n) {\n  wrong();\n}\n")
        read_until("was not declared in this scope\n")
        process.stdin.write("e")
        read_until("The last result has no message with a code.\n")
        save(self.solution(EXERCISES[1]))
        self.assertIn("Right for n = 64, 1, 31", read_until("Solved. n opens the next exercise.\n"))
        self.assertEqual((folder / "progress.txt").read_text(), "01_numbers\n02_map\n")
        process.stdin.write("e")
        read_until("The last result has no message with a code.\n")
        process.stdin.write("n")
        read_until("# 3 Guard")
        process.stdin.write("q")
        process.stdin.close()
        process.stdout.read()
        self.assertEqual(process.wait(), 0)

    ENDLESS = """#include <cstdio>
#include <unistd.h>
void launch(const float* a, float* out, int n) {
  std::FILE* file = std::fopen("pid", "w");
  std::fprintf(file, "%d\\n", int(getpid()));
  std::fclose(file);
  puts("the file runs");
  fflush(stdout);
  while (n) {
  }
}
"""

    def test_an_end_while_the_file_is_judged(self):
        for by in ("ctrl-c", "q", signal.SIGTERM):
            with self.subTest(by):
                folder = self.fresh()
                (folder / "progress.txt").write_text("01_numbers\n")
                (folder / "02_map.cu").write_text(self.ENDLESS)
                terminal, inner = pty.openpty()
                self.addCleanup(os.close, terminal)
                self.addCleanup(os.close, inner)
                before = termios.tcgetattr(inner)
                process = subprocess.Popen([LEARN, "learn", "--folder", "."], cwd=folder, stdin=inner, stdout=inner,
                                           stderr=inner, start_new_session=True, bufsize=0,
                                           env={**self.environment, "GRIDSTRIDE_RUN_SECONDS": "100000"})
                self.addCleanup(process.wait)
                self.addCleanup(process.kill)
                text = b""
                while b"the file runs" not in text:
                    text += os.read(terminal, 1024)
                child = pathlib.Path("/proc") / (folder / "pid").read_text().strip()
                self.assertTrue(child.exists())
                self.assertNotEqual(termios.tcgetattr(inner), before, "keys come one by one")
                if by == "ctrl-c":
                    os.write(terminal, b"\x03")
                elif by == "q":
                    os.write(terminal, b"q")
                else:
                    process.send_signal(by)
                self.assertEqual(process.wait(100), {"ctrl-c": 130, "q": 0, signal.SIGTERM: 143}[by])
                self.assertFalse(child.exists(), "the file still runs")
                self.assertEqual(termios.tcgetattr(inner), before)
                self.assertEqual((folder / "progress.txt").read_text(), "01_numbers\n")
                self.assertEqual(list(pathlib.Path(self.temporary.name).rglob("*.record.*")), [])

    def test_a_save_while_the_file_is_judged(self):
        folder = self.fresh()
        (folder / "02_map.cu").write_text(self.ENDLESS)
        process = subprocess.Popen([LEARN, "learn", "2", "--folder", "."], cwd=folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env={**self.environment, "GRIDSTRIDE_RUN_SECONDS": "100000"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        for line in process.stdout:
            if line == b"the file runs\n":
                break
        child = pathlib.Path("/proc") / (folder / "pid").read_text().strip()
        self.assertTrue(child.exists())
        (folder / "02_map.cu").write_text(self.solution(EXERCISES[1]))
        for line in process.stdout:
            if line.startswith(b"Right for n = 64"):
                break
        else:
            self.fail("ended")
        self.assertFalse(child.exists(), "the file before still runs")

    def test_the_end_of_the_keys_ends_after_the_verdict(self):
        folder = self.fresh()
        done = self.learn("2", "--folder", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("[M10]", done.stdout)

    def test_flags(self):
        done = self.learn("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words, says in ((["--fast"], "learn has no flag --fast"), (["--folder"], "--folder needs a value: --folder DIR"),
                            (["--folder", "--list"], "--folder needs a value"), (["--folder="], "--folder '' is not a folder"),
                            (["--list=1"], "--list has no value"),
                            (["99"], "there is no exercise '99'"), (["1", "2"], "learn takes one exercise, and not also 2")):
            done = self.learn(*words)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
            self.assertIn(says, done.stderr)

    def test_sets_that_are_wrong(self):
        def changed(file, old, new):
            folder = self.fresh()
            shutil.copytree(SET / "02_map", folder / "02_map")
            text = (folder / "02_map" / file).read_text()
            self.assertIn(old, text)
            (folder / "02_map" / file).write_text(text.replace(old, new, 1))
            return folder

        for folder, says in ((self.fresh(), "has no exercise"),
                             (changed("exercise.txt", "title:", "titel:"), "exercise.txt:1: has no meaning for 'titel'"),
                             (changed("exercise.txt", "title: ", "title "), "expected a line 'key: value'"),
                             (changed("exercise.txt", "sizes: 64", "sizes: many"), "'many' is no size"),
                             (changed("exercise.txt", "hint:", "# hint:"), "needs a line 'hint' three times"),
                             (changed("exercise.cu", "launch", "start"), "has no function 'void launch(...)'"),
                             (changed("exercise.txt", "start:", "gate: x; naive 1; at most 1\nstart:"), "gate size")):
            done = self.learn("--list", "--set", folder)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (1, 1), done.stderr)
            self.assertIn(says, done.stderr)
        folder = changed("exercise.txt", "start:", "gate size: 1\ngate: time; naive 1; at most 1\nstart:")
        done = self.learn("--once", "--set", folder, "--folder", folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("exercise.txt: gate: 'time' cannot be limited; there are: loads of global memory, ", done.stderr)


if __name__ == "__main__":
    unittest.main()
