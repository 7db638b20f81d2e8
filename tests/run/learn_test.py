#!/usr/bin/env python3
"""The exercises of `gridstride learn`: each start fails as its task says, each solution passes, each wrong attempt gets
exactly its message, and no word comes before its time."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from exercises import EXERCISES, NVCC, SET, LearnTest, words_in

ONLY = os.environ.get("GRIDSTRIDE_ONLY_EXERCISES", "").split()  # for who writes one: names, separated by spaces
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


class Learn(LearnTest):
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
