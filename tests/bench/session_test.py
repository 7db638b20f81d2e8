"""Dry runs of bench/gpu_session.sh: order and time limits of the parts; files left after a kill."""
import os
import pathlib
import signal
import subprocess
import tarfile
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "bench/gpu_session.sh"


class Session:
    """A dry run in a temporary folder."""

    def __init__(self, folder, times=""):
        self.folder, self.out = pathlib.Path(folder), pathlib.Path(folder) / "out"
        self.times = self.folder / "times"
        self.times.write_text(times)
        self.environment = {**os.environ, "GRIDSTRIDE_GPU_BUILD_DIR": str(self.folder / "build")}

    def command(self, *words):
        return [str(SCRIPT), "--dry-run", str(self.times), "--out", str(self.out), "--commit", "abc123", *words]

    def run(self, *words):
        done = subprocess.run(self.command(*words), env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def packed(self, name):
        """Text of a file in the pack; None if it is missing."""
        try:
            with tarfile.open(self.out / "session.tar.gz") as pack:
                return pack.extractfile(f"./{name}").read().decode()
        except (KeyError, FileNotFoundError):
            return None

    def ends(self):
        """Result of each part in the summary."""
        return {line.split()[0]: line.split()[1] for line in (self.out / "summary.txt").read_text().splitlines()}


def begun(output):
    """(part, start, time limit), in seconds, of every part that was begun."""
    lines = [line.split() for line in output.splitlines() if line.startswith("at ") and ", at most" in line]
    return [(words[3].rstrip(","), int(words[1]), int(words[6])) for words in lines]


class SessionTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def test_nine_minutes_begin_with_what_is_worth_most(self):
        parts = begun(Session(self.folder).run("--minutes", "9"))
        names = [part for part, _, _ in parts]
        self.assertEqual(names[:12], ["build", "checks_device", "checks_losses", "machine", "bench_own_tf32", "bench_library_tf32", "bench_auto_tf32",
                                      "torch_tf32", "profiles", "against_predictions", "build_tests", "tests_kernels"])
        # By the expected times the ratios to PyTorch are known after six minutes, and no part can end after nine.
        at = {part: begin for part, begin, _ in parts}
        self.assertLessEqual(at["profiles"], 360)
        for part, begin, most in parts:
            self.assertLessEqual(begin + most, 540, part)

    def test_a_slow_build_leaves_the_ratios_to_pytorch(self):
        parts = begun(Session(self.folder, "build 320\n").run("--minutes", "9"))
        self.assertIn("torch_tf32", [part for part, _, _ in parts])

    def test_a_long_part_gets_what_is_left(self):
        session = Session(self.folder, "build 300\nchecks_device 90\n")
        parts = {part: most for part, _, most in begun(session.run("--minutes", "7"))}
        self.assertEqual(parts["checks_device"], 90)
        self.assertEqual(parts["checks_losses"], 420 - 6 - 390)  # below its limit of 60 s, above its minimum
        self.assertNotIn("machine", [part for part in parts if parts[part] < 5])

    def test_the_compile_cache_warms_up_until_time_is_measured(self):
        lines = Session(self.folder).run("--minutes", "9").splitlines()
        at = lambda words: next(i for i, line in enumerate(lines) if words in line)
        self.assertLess(at("compile_warmup begins"), at("checks_device,"))
        self.assertLess(at("checks_losses,"), at("compile_warmup ends"))
        self.assertLess(at("compile_warmup ends"), at("machine,"))

    def test_a_failed_part_does_not_stop_the_others(self):
        session = Session(self.folder, "checks_device 20 1\nbench_auto_tf32 9999\n")
        session.run("--minutes", "9")
        ends = session.ends()
        self.assertEqual((ends["checks_device"], ends["bench_auto_tf32"], ends["torch_tf32"]), ("failed", "timeout", "ok"))

    def test_without_a_program_pytorch_is_still_measured(self):
        session = Session(self.folder, "build 100 1\n")
        session.run("--minutes", "9")
        ends = session.ends()
        self.assertEqual((ends["build"], ends["bench_own_tf32"], ends["torch_tf32"]), ("failed", "unbuilt", "ok"))

    def test_given_again_it_goes_on_with_what_is_left(self):
        session = Session(self.folder, "checks_device 20 1\n")
        first = [part for part, _, _ in begun(session.run("--minutes", "9"))]
        session.times.write_text("build 5\n")
        second = [part for part, _, _ in begun(session.run("--minutes", "60"))]
        self.assertEqual(second[0], "build")
        done = [part for part in first if part not in ("build", "checks_device", "torch_compiled_tf32")]
        self.assertEqual([part for part in second if part in done], [])
        # Parts that were not begun come before those that failed or timed out.
        self.assertEqual(second[1], "bench_own_bf16")
        self.assertLess(second.index("ncu"), second.index("checks_device"))
        self.assertEqual(session.ends()["checks_device"], "ok")
        self.assertIsNotNone(session.packed("machine.txt"))  # from the first session

    def test_another_commit_is_measured_anew(self):
        session = Session(self.folder)
        session.run("--minutes", "5")
        again = subprocess.run([*session.command("--minutes", "5"), "--commit", "def456"], env=session.environment, capture_output=True, text=True)
        self.assertIn("checks_device", [part for part, _, _ in begun(again.stdout)])

    def killed_within_profiles(self, end):
        session = Session(self.folder, "profiles 10 block\n")
        running = subprocess.Popen(session.command("--minutes", "9"), env=session.environment, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            while running.poll() is None and not (pathlib.Path(self.folder) / "build/session/profiles.json").exists():
                time.sleep(0.02)
            end(running)
            running.wait()
        finally:
            try:
                os.killpg(running.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return session

    def test_killed_it_leaves_what_was_done(self):
        session = self.killed_within_profiles(lambda running: os.killpg(running.pid, signal.SIGKILL))
        self.assertEqual(session.packed("torch_tf32.json"), "torch_tf32\n")
        self.assertIn("torch_tf32", session.packed("summary.txt"))
        self.assertEqual(session.ends()["torch_tf32"], "ok")
        self.assertNotIn("profiles", session.ends())
        # A second session continues there.
        session.times.write_text("")
        self.assertEqual([part for part, _, _ in begun(session.run("--minutes", "9"))][:2], ["build", "profiles"])

    def test_told_to_end_it_packs_what_was_begun(self):
        session = self.killed_within_profiles(lambda running: running.send_signal(signal.SIGTERM))
        self.assertEqual(session.packed("profiles.json"), "profiles\n")
        self.assertEqual(session.packed("profiles.txt"), "dry run of profiles\n")

    def test_few_small_files_come_back(self):
        session = Session(self.folder)
        big = pathlib.Path(self.folder) / "build/session/huge.json"
        big.parent.mkdir(parents=True)
        big.write_bytes(os.urandom(5 << 20))
        for i in range(6):  # each fits into the pack, but not all together
            (big.parent / f"{i}.html").write_bytes(os.urandom(3 << 20))
        session.run("--minutes", "9")
        self.assertEqual(sorted(path.name for path in session.out.iterdir()), ["session.tar.gz", "summary.txt", "table.md"])
        self.assertLess((session.out / "session.tar.gz").stat().st_size, 15 << 20)
        self.assertIn("huge.json", session.packed("left_out.txt"))
        self.assertIsNotNone(session.packed("machine.json"))
        self.assertIsNone(session.packed("huge.json"))
        self.assertIsNone(session.packed("0.html"))

    def test_every_part_is_a_function_and_every_function_a_part(self):
        text = (ROOT / "bench/gpu_session/parts.sh").read_text()
        functions = {line[len("part_"):line.index("()")] for line in text.splitlines() if line.startswith("part_")}
        listed = subprocess.run([SCRIPT, "--list"], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(functions - {"compile_warmup"}, set(listed))
        self.assertEqual(len(listed), len(set(listed)))

    def test_wrong_words_are_one_line(self):
        for words, wanted in ((["--minutes", "x"], "--minutes 'x'"), (["--fast"], "--fast"), (["nothing"], "unknown part 'nothing'"),
                              (["--commit", "a b"], "--commit 'a b'"), (["--dry-run", "/none"], "--dry-run /none")):
            done = subprocess.run([SCRIPT, *words], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1), words)
            self.assertIn(wanted, done.stderr)


if __name__ == "__main__":
    unittest.main()
