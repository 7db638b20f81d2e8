#!/usr/bin/env python3
"""`gridstride run --watch` runs again at every save, one run at a time."""
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import time
import unittest

from learn import LEARN, LearnTest

PATIENCE = 120  # seconds, after which a test gives up


def prints(text):
    return f'#include <cstdio>\nint main() {{\n  puts("{text}");\n}}\n'


class Watch(LearnTest):
    def start(self, *words):
        self.process = subprocess.Popen([LEARN, "run", "--watch", *words], cwd=self.folder, env=self.environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(self.stop, self.process)
        self.seen = b""

    @staticmethod
    def stop(process):
        process.kill()
        process.wait()
        process.stdout.close()

    def until(self, pattern):
        """Reads on until the output has the pattern. Returns what came up to its end."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern.encode(), self.seen, re.M)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            self.assertTrue(data, f"no {pattern} in {self.seen}")
            self.seen += data
        text, self.seen = self.seen[:found.end()].decode(), self.seen[found.end():]
        return text

    def run_ends(self, status, file="file.cu"):
        return self.until(rf"^---- \d\d:\d\d:\d\d {file}: status {status}, waiting for a save \(Ctrl-C ends\) ----\n")

    def quit(self, by=signal.SIGINT):
        self.process.send_signal(by)
        self.process.wait(PATIENCE)
        self.assertEqual(self.process.returncode, 128 + by)

    def save_by_rename(self, file, text):
        new = file.with_suffix(".swp")
        new.write_text(text)
        new.rename(file)

    def test_each_way_to_save(self):
        file = self.written("file.cu", prints("one"))
        self.start("file.cu")
        self.assertIn("one\n", self.run_ends(0))
        file.write_text(prints("two"))
        text = self.run_ends(0)
        self.assertRegex(text, r"\A---- \d\d:\d\d:\d\d file.cu: saved ----\ntwo\n----")
        self.save_by_rename(file, prints("three"))
        self.assertIn("three\n", self.run_ends(0))
        file.rename(self.folder / "file.cu~")  # a backup, then a new file
        file.write_text("int main() { return 5; }\n")
        self.run_ends(5)
        file.write_text("int main() { wrong; }\n")
        self.assertIn("does not compile", self.run_ends(1))
        self.quit()

    def test_headers_are_watched_also_new_ones(self):
        header = self.written("parts/first.h", '#define TEXT "one"\n')
        file = self.written("file.cu", '#include <cstdio>\n#include "parts/first.h"\nint main() { puts(TEXT); }\n')
        self.start("file.cu")
        self.assertIn("one\n", self.run_ends(0))
        self.save_by_rename(header, '#include "second.h"\n')
        self.assertIn("second.h: No such file", self.run_ends(1))
        second = self.written("parts/second.h", '#define TEXT "two"\n')
        self.assertIn("two\n", self.run_ends(0))
        second.write_text('#define TEXT "three"\n')
        self.assertIn("three\n", self.run_ends(0))
        (self.folder / "parts/other.h").write_text("")  # no part of the program
        file.write_text(prints("four"))
        self.assertEqual(self.run_ends(0).count("saved"), 1)
        self.quit()

    ENDLESS = r"""#include <cstdio>
#include <unistd.h>
int main() {
  std::FILE* file = std::fopen("pids", "a");
  std::fprintf(file, "%d\n", int(getpid()));
  std::fclose(file);
  puts("NAME runs");
  fflush(stdout);
  for (volatile int i = 0;; ++i) {
  }
}
"""

    def processes(self):
        """Whether each process that has run is still there."""
        return [pathlib.Path(f"/proc/{pid}").exists() for pid in (self.folder / "pids").read_text().split()]

    def test_a_save_ends_the_run_that_is_going(self):
        file = self.written("file.cu", self.ENDLESS.replace("NAME", "first"))
        self.start("--seconds", "100000", "file.cu")
        self.until("^first runs\n")
        self.assertEqual(self.processes(), [True])
        file.write_text(self.ENDLESS.replace("NAME", "second"))
        text = self.until("^second runs\n")
        self.assertIn("file.cu: saved, the run that was going is ended ----", text)
        self.assertEqual(self.processes(), [False, True])
        self.assertEqual(list(pathlib.Path(self.cache.name).rglob("*.record.*")), [])
        file.write_text(prints("done"))
        self.assertIn("done\n", self.run_ends(0))
        self.assertEqual(self.processes(), [False, False])
        self.quit()

    def test_a_program_that_ignores_the_request_to_end(self):
        file = self.written("file.cu", self.ENDLESS.replace("NAME", "first").replace(
            "int main() {", "#include <csignal>\nint main() {\n  signal(SIGTERM, SIG_IGN);"))
        self.start("--seconds", "100000", "file.cu")
        self.until("^first runs\n")
        file.write_text(prints("done"))
        self.assertIn("done\n", self.run_ends(0))
        self.assertEqual(self.processes(), [False])
        self.quit()

    def test_the_end_of_the_watch_ends_the_run(self):
        for by in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(by):
                (self.folder / "pids").write_text("")
                self.written("file.cu", self.ENDLESS.replace("NAME", "first"))
                self.start("--seconds", "100000", "file.cu")
                self.until("^first runs\n")
                self.quit(by)
                self.assertEqual(self.processes(), [False])

    def test_a_file_that_is_not_there_yet(self):
        self.start("file.cu")
        self.assertIn("file.cu: no such file", self.run_ends(1))
        self.written("file.cu", prints("here"))
        self.assertIn("here\n", self.run_ends(0))
        self.quit()

    def test_records_one_a_line(self):
        file = self.written("file.cu", prints("one"))
        self.start("--json", "file.cu")
        first = self.run_ends(0)
        file.write_text(prints("two"))
        second = self.run_ends(0)
        for text, printed in ((first, "one\n"), (second, "two\n")):
            records = [json.loads(line) for line in text.splitlines() if not line.startswith("----")]
            self.assertEqual([record["stdout"] for record in records], [printed])
        self.quit()

    def test_a_folder_that_is_not_there(self):
        done = self.learn("run", "--watch", "absent/file.cu")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr.decode(),
                         f"gridstride: --watch: {self.folder}/absent cannot be watched: No such file or directory\n")


if __name__ == "__main__":
    unittest.main()
