#!/usr/bin/env python3
"""`gridstride run --json` prints one JSON object with all that a run found, the same for each run of a file."""
import json
import shutil
import unittest

from learn import FOLDER, LearnTest

MISTAKES = FOLDER / "mistakes"


def program(body, before=""):
    return f"#include <cstdio>\n#include <cstdlib>\n{before}\nint main() {{\n{body}\n}}\n"


class Json(LearnTest):
    def record(self, *words, status=None, **more):
        done = self.learn("run", "--json", *words, **more)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.stdout.count(b"\n"), 1)
        if status is not None:
            self.assertEqual(done.returncode, status)
        record = json.loads(done.stdout.decode("utf-8", errors="strict"))
        self.assertEqual(list(record)[:11], ["schema", "file", "compiled", "compiler", "status", "signal", "stdout",
                                             "stderr", "output_cut", "findings", "notes"])
        self.assertEqual(record["schema"], "gridstride.run/1")
        return record

    def finding(self, name, **more):
        record = self.record(name, folder=MISTAKES, status=1, **more)
        self.assertEqual((record["file"], record["compiled"], record["compiler"], record["status"], record["signal"],
                          record["notes"]), (name, True, "", 1, None, []))
        self.assertEqual(len(record["findings"]), 1)
        finding = record["findings"][0]
        self.assertEqual(list(finding), ["severity", "code", "file", "line", "column", "what", "facts", "advice", "threads",
                                         "values"])
        self.assertEqual((finding["severity"], finding["file"], finding["code"]), ("error", name, name[:3]))
        return finding

    def test_a_finding_has_what_its_message_says(self):
        finding = self.finding("M03_wrong_guard.cu")
        self.assertEqual((finding["line"], finding["column"]), (9, 24))
        self.assertEqual(finding["what"], "thread 232 of block 3 reads a[1000], but a has 1,000 elements")
        self.assertEqual(finding["facts"], ["It has blockIdx.x = 3, threadIdx.x = 232: 3 x 256 + 232 = 1000.",
                                            "The grid has 1,024 threads for 1,000 elements."])
        self.assertEqual(finding["advice"], "Threads with nothing to do must do nothing: if (i < n)")
        self.assertEqual(finding["threads"], [{"block": [3, 0, 0], "thread": [232, 0, 0], "does": "reads", "line": 9}])
        self.assertEqual(finding["values"], {"array": "a", "element": "a[1000]", "elements": 1000, "index": 1000})

    def test_a_race_has_both_threads(self):
        finding = self.finding("M11_missing_barrier.cu")
        self.assertEqual({(t["thread"][0], t["does"], t["line"]) for t in finding["threads"]},
                         {(31, "reads", 11), (32, "writes", 10)})
        self.assertEqual(finding["values"]["array"], "tile")
        self.assertEqual(self.finding("M19_lost_additions.cu")["values"]["threads"], 250)

    def test_barriers_have_a_thread_that_waits_and_one_that_does_not_come(self):
        finding = self.finding("M14_return_before_a_barrier.cu")
        self.assertEqual(finding["threads"], [{"block": [3, 0, 0], "thread": [0, 0, 0], "does": "waits", "line": 12},
                                              {"block": [3, 0, 0], "thread": [58, 0, 0], "does": "ended"}])
        self.assertEqual(finding["values"], {"ended": 6, "waiting": 58})
        finding = self.finding("M15_different_barriers.cu")
        self.assertEqual([(t["thread"][0], t["line"]) for t in finding["threads"]], [(0, 12), (32, 15)])
        self.assertEqual(finding["values"], {"waiting": 32, "waiting_elsewhere": 32})

    def test_lanes_refused_launches_and_loops_without_end(self):
        self.assertEqual(self.finding("M16_shuffle_without_all_lanes.cu")["values"],
                         {"mask": 0xffffffff, "missing": 0xffff0000})
        finding = self.finding("M01_too_many_threads.cu")
        self.assertEqual(finding["values"], {"blocks": 1, "shared_bytes": 0, "threads": 1025})
        self.assertIsNone(finding["column"])
        finding = self.finding("M25_waits_for_a_lane.cu", GRIDSTRIDE_RUN_SECONDS="1")
        self.assertEqual(finding["threads"], [{"block": [0, 0, 0], "thread": [0, 0, 0], "does": "runs", "line": 11}])
        self.assertEqual(finding["values"], {"element": "out[1]"})

    def test_what_the_program_prints_and_its_status(self):
        file = self.written("file.cu", program('puts("to output"); fputs("to errors\\n", stderr); return 7;'))
        record = self.record("file.cu", status=7)
        self.assertEqual((record["file"], record["status"], record["signal"]), ("file.cu", 7, None))
        self.assertEqual((record["stdout"], record["stderr"]), ("to output\n", "to errors\n"))
        self.assertEqual((record["findings"], record["notes"], record["output_cut"]), ([], [], False))
        self.assertNotIn("kernels", record)
        file.write_text(program("raise(SIGKILL);", "#include <csignal>"))
        record = self.record("file.cu", status=1)
        self.assertEqual((record["status"], record["signal"]), (None, 9))

    def test_a_flood_of_output_is_cut(self):
        self.written("file.cu", program('for (int i = 0; i < 100000; ++i) printf("%099d\\n", i);'))
        record = self.record("file.cu", status=0)
        self.assertEqual((len(record["stdout"]), record["output_cut"]), (4 << 20, True))

    def test_notes_are_no_findings(self):
        record = self.record("event_time.cu", folder=FOLDER / "programs", status=0)
        self.assertEqual(record["findings"], [])
        self.assertEqual([(note["severity"], note["code"]) for note in record["notes"]], [("note", None)])
        self.assertIn("has no time", record["notes"][0]["what"])

    def test_every_byte_is_escaped_or_replaced(self):
        # all single bytes, then sequences that are overlong, cut, surrogates, out of range
        data = bytes(range(1, 256)) + (b"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xc0\xaf \xe0\x80\x80 \xe2\x82 \xed\xa0\x80 "
                                       b"\xf0\x9f\x98 \xf4\x90\x80\x80 \xf8\x88\x80\x80\x80 \xff\x00 \xf0\x9f")
        numbers = ", ".join(map(str, data))
        self.written("file.cu", program(f"const unsigned char d[] = {{{numbers}}}; fwrite(d, 1, sizeof d, stdout);"))
        record = self.record("file.cu", status=0)
        self.assertEqual(record["stdout"], data.decode("utf-8", errors="replace"))

    def test_a_file_that_does_not_compile_is_a_record(self):
        self.written("sub/header.h", "int f() { return unknown_name; }\n")
        self.written("sub/file.cu", '#include "header.h"\n__global__ void k() {}\nint main() {\n  k<<<1, wrong>>>();\n}\n')
        record = self.record("sub/file.cu", status=1)
        self.assertEqual((record["compiled"], record["status"], record["findings"]), (False, None, []))
        self.assertIn("sub/file.cu:4:10: error: ‘wrong’ was not declared", record["compiler"])
        self.assertIn("sub/header.h:1:18: error: ‘unknown_name’ was not declared", record["compiler"])
        self.assertNotIn(str(self.folder), record["compiler"])

        self.written("file.cu", "void absent();\nint main() { absent(); }\n")  # the linker refuses it
        record = self.record("file.cu", status=1)
        self.assertIn("undefined reference to `absent()'", record["compiler"])
        self.assertNotIn(self.cache.name, record["compiler"])

        self.written("file.cu", "int main() { k<<<1; }")
        self.assertEqual(self.record("file.cu", status=1)["compiler"],
                         "file.cu:1:15: error: this launch has no >>>\n    1 | int main() { k<<<1; }\n"
                         "      |               ^~~\n")
        self.assertEqual(self.record("absent.cu", status=1)["compiler"], "absent.cu: no such file\n")

    def test_warnings_are_kept(self):
        self.written("file.cu", "#warning look here\nint main() {}\n")
        record = self.record("file.cu", status=0)
        self.assertTrue(record["compiled"])
        self.assertIn("file.cu:1:2: warning: #warning look here", record["compiler"])

    def test_two_runs_are_the_same_byte_for_byte(self):
        names = ["M03_wrong_guard.cu", "M06_host_pointer.cu", "M13_barrier_in_a_branch.cu"]
        fails = ("__global__ void k(int* a) { assert(a[0] == 0); }\n"
                 'int main() {\n  puts(__FILE__);\n  int* a;\n  cudaMalloc(&a, 4);\n  k<<<1, 1>>>(a);\n}\n')
        folders = [self.folder / "first", self.folder / "second" / "deeper"]
        for folder in folders:
            (folder / "sub").mkdir(parents=True)
            (folder / "sub" / "assertion.cu").write_text(fails)
            for name in names:
                shutil.copy(MISTAKES / name, folder / "sub")
        for name in [*names, "assertion.cu"]:
            with self.subTest(name):
                outputs = [self.learn("run", "--json", f"sub/{name}", folder=folder) for folder in [*folders, folders[0]]]
                self.assertEqual(len({done.stdout for done in outputs}), 1)
                text = outputs[0].stdout.decode()
                self.assertEqual(json.loads(text)["findings"][0]["file"], f"sub/{name}")
                self.assertNotIn("0x", text)
                self.assertNotRegex(text.replace("//", ""), r"[\" ]/\w")  # no full path
        self.assertEqual(json.loads(outputs[0].stdout)["stdout"], "sub/assertion.cu\n")

    def test_costs_are_in_the_record(self):
        # The counts of a run come as entries of its record, whatever their fields are called.
        lines = ("kernel\\tname=k<4>\\tlaunches=2\\tloads=4096\\n"
                 "line\\tfile=%s\\tline=3\\trequests=9007199254740993\\n"
                 "line\\tfile=%s\\tline=4\\tlater=some words\\n"
                 "kernel\\tname=7\\tlaunches=1\\n")
        self.written("file.cu", program(
            'if (!getenv("GRIDSTRIDE_RUN_COUNT")) return 0;\n'
            'FILE* f = fopen(getenv("GRIDSTRIDE_RUN_RECORD"), "a");\n'
            f'fprintf(f, "{lines}", "{self.folder}/file.cu", "{self.folder}/file.cu"); fclose(f);'))
        self.assertEqual(self.record("--count", "file.cu", status=0)["kernels"], [
            {"launches": 2, "loads": 4096, "name": "k<4>",
             "lines": [{"file": "file.cu", "line": 3, "requests": 9007199254740993},
                       {"file": "file.cu", "line": 4, "later": "some words"}]},
            {"launches": 1, "name": "7", "lines": []}])
        self.assertNotIn("kernels", self.record("--count", "M03_wrong_guard.cu", folder=MISTAKES, status=1))


if __name__ == "__main__":
    unittest.main()
