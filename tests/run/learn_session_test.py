#!/usr/bin/env python3
"""A session of `gridstride learn`: keys, saves, ends while a file is judged, progress."""
import os
import pathlib
import pty
import signal
import subprocess
import termios
import threading
import unittest

from exercises import EXERCISES, LEARN, PROJECT, LearnTest


class Session(LearnTest):
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


if __name__ == "__main__":
    unittest.main()
