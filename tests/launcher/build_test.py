#!/usr/bin/env python3
"""The launcher builds, waits and starts the program: with tools that only stand in."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from parts import CPU, LEARN, ROOT, TRAIN

# They stand in for the tools, first in PATH. cmake and ninja note the arguments of each call on a line of
# $TOOLS/NAME.calls, then do what the test says: $CMAKE_DOES and $NINJA_DOES are shell commands.
TOOLS = {
    "cmake": """#!/bin/sh
echo "$*" >>"$TOOLS/cmake.calls"
while [ "$1" != -B ]; do shift; done
touch "$2/build.ninja"
eval "$CMAKE_DOES"
""",
    "ninja": """#!/bin/sh
echo "$*" >>"$TOOLS/ninja.calls"
eval "$NINJA_DOES"
mkdir -p "$2/apps/learn" "$2/engine"
touch "$2/engine/libgridstride_opencv.so" "$2/engine/libgridstride_exchange.so" "$2/engine/libgridstride_mpi.so"
cp "$TOOLS/program" "$2/apps/$3"
cp "$TOOLS/program" "$2/apps/learn/${3%-installed}"
""",
    "program": """#!/bin/sh
printf '%s\\n' "${0##*/}" "$@"
exit "$PROGRAM_EXITS"
""",
    "dpkg-query": """#!/bin/sh
shift 3
printf 'installed %s\\n' "$@"
""",
}
HOLDS = 'touch "$TOOLS/held"; while [ -e "$TOOLS/hold" ]; do sleep 0.02; done'
FAILS = "echo '[1/9] a.o'; echo 'FAILED: b.o'; echo 'b.cpp:1: error: no such thing'; exit 1"


class Build(unittest.TestCase):
    """A copy of the launcher beside a few empty sources, with TOOLS: it installs nothing, and what it builds and starts
    is their program, which prints its name and its arguments, one a line."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.root = self.folder / "the sources"
        self.build = self.folder / "the build"
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        for name, text in TOOLS.items():
            (self.tools / name).write_text(text)
            (self.tools / name).chmod(0o755)
        for name in ("kernels/sim", "kernels/common", "engine/core", "models", "apps/learn", "cmake", ".git/logs"):
            (self.root / name).mkdir(parents=True)
        self.source = self.root / "kernels/a.cpp"
        self.source.touch()
        (self.root / "CMakeLists.txt").touch()
        shutil.copy(ROOT / "gridstride", self.root)
        self.configuring = f"configuring the build in {self.build}"
        self.building_train = f"building {TRAIN} (the first time: minutes)"
        self.building_cpu = f"building {CPU} (the first time: minutes)"

    def start(self, *words, **environment):
        """The launcher, in a process group of its own with SIGINT as by default (in the background it is ignored)."""
        said = self.folder / f"said.{len(list(self.folder.glob('said.*')))}"
        with said.open("w") as stderr:
            process = subprocess.Popen(
                [self.root / "gridstride", *words], cwd=self.folder, text=True, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "TOOLS": str(self.tools),
                     "CMAKE_DOES": "", "NINJA_DOES": "", "PROGRAM_EXITS": "0",
                     "GRIDSTRIDE_BUILD_DIR": str(self.build), "GRIDSTRIDE_CUDA": "0", **environment})
        self.addCleanup(self.kill, process)
        process.said = said
        return process

    def kill(self, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def end(self, process, status=0):
        """The lines that the program printed and those that the launcher said."""
        printed, _ = process.communicate(timeout=20)
        said = process.said.read_text().splitlines()
        self.assertEqual(process.returncode, status, said)
        return printed.splitlines(), said

    def launch(self, *words, status=0, **environment):
        return self.end(self.start(*words, **environment), status)

    def calls(self, tool):
        calls = self.tools / f"{tool}.calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def wait_until(self, happened, what):
        for _ in range(1000):
            if happened():
                return
            time.sleep(0.02)
        self.fail(f"in 20 s not seen: {what}")

    def left(self, *patterns):
        return [path.name for pattern in patterns for path in self.build.glob(pattern)]

    def start_held(self, *words, **environment):
        """The launcher with something that HOLDS, up to there."""
        (self.tools / "held").unlink(missing_ok=True)
        (self.tools / "hold").touch()
        process = self.start(*words, **environment)
        self.wait_until((self.tools / "held").exists, "what holds")
        return process

    def release(self):
        (self.tools / "hold").unlink()

    def test_the_first_command_configures_builds_and_starts_the_program(self):
        printed, said = self.launch("train", "lenet", "--name", "a b", status=7, PROGRAM_EXITS="7")
        self.assertEqual(printed, ["gridstride-train", "train", "lenet", "--name", "a b"])
        self.assertEqual(said, [self.configuring, self.building_train])
        self.assertEqual(len(self.calls("cmake")), 1)
        for option in (f"-S {self.root} ", f"-B {self.build} ", "-DGRIDSTRIDE_CUDA=OFF", "-DGRIDSTRIDE_TESTS=OFF"):
            self.assertIn(option, self.calls("cmake")[0])
        self.assertEqual(self.calls("ninja"), [f"-C {self.build} gridstride-train"])
        self.assertEqual(self.left("started.*"), [])

    def test_your_own_kernels_have_a_build_of_their_own(self):
        build = self.build / "learn"
        building = f"building {LEARN} (the first time: about a minute)"
        printed, said = self.launch("run", "a b.cu", "--device", "ptx", status=3, PROGRAM_EXITS="3")
        self.assertEqual(printed, ["gridstride-learn", "run", "a b.cu", "--device", "ptx"])
        self.assertEqual(said, [f"configuring the build in {build}", building])
        for option in (f"-B {build} ", "-DGRIDSTRIDE_LEARN=ON"):
            self.assertIn(option, self.calls("cmake")[0])
        self.assertEqual(self.calls("ninja"), [f"-C {build} gridstride-learn-installed"])
        (self.root / "engine/b.cpp").touch()  # not a part of it
        self.assertEqual(self.launch("run", "a.cu")[1], [])
        self.assertEqual(self.launch("ladder", "product"), (["gridstride-learn", "ladder", "product"], []))
        (self.root / "kernels/sim/c.cpp").touch()
        self.assertEqual(self.launch("run", "a.cu")[1], [building])
        self.assertEqual(self.launch("train", "lenet")[1], [self.configuring, self.building_train])
        self.assertNotIn("GRIDSTRIDE_LEARN", self.calls("cmake")[1])

    def test_the_second_command_builds_nothing(self):
        self.launch("train", "lenet")
        printed, said = self.launch("eval", "runs/a", status=3, PROGRAM_EXITS="3")
        self.assertEqual(printed, ["gridstride-train", "eval", "runs/a"])
        self.assertEqual(said, [])
        self.assertEqual(len(self.calls("cmake")), 1)
        self.assertEqual(len(self.calls("ninja")), 1)

    def test_a_module_that_the_program_loads_is_built_again_if_it_is_gone(self):
        for name in ("opencv", "exchange"):
            module = self.build / f"engine/libgridstride_{name}.so"
            self.launch("train", "lenet")
            module.unlink()
            self.assertEqual(self.launch("train", "lenet")[1], [self.building_train])
            self.assertTrue(module.exists())
            module.unlink()
            without = f'case "$*" in *query*) exit 1 ;; esac; rm -f "$2/engine/libgridstride_{name}.so"'
            self.assertEqual(self.launch("train", "lenet", NINJA_DOES=without)[1], [], f"a build without {name} has none")
            module.touch()

    def test_a_change_is_built_once(self):
        self.launch("train", "lenet")
        for name in ("kernels/a.cpp", "engine/b.cpp", "models/c.h", "apps/d.cpp", "cmake/e.cmake", "CMakeLists.txt",
                     ".git/logs/HEAD"):
            (self.root / name).touch()
            self.assertEqual(self.launch("train", "lenet")[1], [self.building_train], name)
            self.assertEqual(self.launch("train", "lenet")[1], [], name)
        self.source.unlink()
        self.assertEqual(self.launch("train", "lenet")[1], [self.building_train])
        self.assertEqual(len(self.calls("ninja")), 9)
        self.assertEqual(len(self.calls("cmake")), 1)

    def test_a_source_that_changes_during_a_build_is_built_by_the_next_command(self):
        self.launch("train", "lenet", NINJA_DOES='sleep 0.05; touch "$SOURCE"', SOURCE=str(self.source))
        self.launch("train", "lenet")
        self.assertEqual(len(self.calls("ninja")), 2)

    def test_the_whole_program_is_built_for_lab_and_then_serves_train(self):
        self.launch("train", "lenet")
        printed, said = self.launch("lab", "--port", "1")
        self.assertEqual(printed, ["gridstride", "lab", "--port", "1"])
        self.assertEqual(said, [self.building_cpu])
        printed, said = self.launch("train", "lenet")
        self.assertEqual(printed, ["gridstride", "train", "lenet"])
        self.assertEqual(said, [])
        self.assertEqual(self.calls("ninja"), [f"-C {self.build} gridstride-train", f"-C {self.build} gridstride"])
        self.assertEqual(len(self.calls("cmake")), 1)

    def test_a_failed_build_shows_what_failed_and_the_next_command_builds_again(self):
        printed, said = self.launch("train", "lenet", status=1, NINJA_DOES=FAILS)
        self.assertEqual(printed, [])
        self.assertEqual(said, [
            self.configuring, self.building_train, "FAILED: b.o", "b.cpp:1: error: no such thing",
            f"gridstride: the build failed (all of it: {self.build}/launcher.log)"])
        self.assertIn("[1/9] a.o", (self.build / "launcher.log").read_text())
        self.assertEqual(self.left("*.stamp", "started.*"), [])
        printed, said = self.launch("train", "lenet")
        self.assertEqual(printed, ["gridstride-train", "train", "lenet"])
        self.assertEqual(said, [self.building_train])

    def test_a_failed_build_of_a_change_does_not_start_the_old_program(self):
        self.launch("train", "lenet")
        self.source.touch()
        for _ in range(2):
            self.assertEqual(self.launch("train", "lenet", status=1, NINJA_DOES=FAILS)[0], [])
        self.assertEqual(len(self.calls("ninja")), 3)

    def test_a_failed_configure_shows_why_and_the_next_command_configures_again(self):
        printed, said = self.launch("train", "lenet", status=1, CMAKE_DOES="""
            echo '-- The CXX compiler identification is GNU'
            echo 'CMake Error at CMakeLists.txt:3 (find_package):'
            echo '  Could not find fmt'
            exit 1""")
        self.assertEqual(printed, [])
        self.assertEqual(said, [
            self.configuring, "CMake Error at CMakeLists.txt:3 (find_package):", "  Could not find fmt",
            f"gridstride: CMake could not configure the build (all of it: {self.build}/launcher.log)"])
        self.assertEqual(self.calls("ninja"), [])
        self.assertEqual(self.left("*.stamp", "started.*"), [])
        printed, said = self.launch("train", "lenet")
        self.assertEqual(printed, ["gridstride-train", "train", "lenet"])
        self.assertEqual(said, [self.configuring, self.building_train])

    def second_while_the_first_builds(self, first_builds):
        """Two launchers at once: the first, and what the second printed and said."""
        first = self.start_held("train", "lenet", NINJA_DOES=first_builds)
        second = self.start("train", "alexnet")
        self.wait_until(second.said.read_text, "a word of the second launcher")
        self.assertEqual(len(self.calls("ninja")), 1)
        self.release()
        return first, self.end(second)

    def test_a_launcher_waits_for_another_and_does_not_build_again(self):
        first, (printed, said) = self.second_while_the_first_builds(HOLDS)
        self.assertEqual(self.end(first)[0], ["gridstride-train", "train", "lenet"])
        self.assertEqual(said, [f"another ./gridstride builds in {self.build}: waiting for it"])
        self.assertEqual(printed, ["gridstride-train", "train", "alexnet"])
        self.assertEqual(len(self.calls("cmake")), 1)
        self.assertEqual(len(self.calls("ninja")), 1)

    def test_a_launcher_that_waited_builds_what_another_failed_to_build(self):
        first, (printed, said) = self.second_while_the_first_builds(f"{HOLDS}; {FAILS}")
        self.assertEqual(self.end(first, status=1)[0], [])
        self.assertEqual(said, [f"another ./gridstride builds in {self.build}: waiting for it", self.building_train])
        self.assertEqual(printed, ["gridstride-train", "train", "alexnet"])

    def test_a_program_that_runs_holds_up_no_build(self):
        (self.tools / "program").write_text(f"#!/bin/sh\n{HOLDS}\n")
        running = self.start_held("train", "lenet")
        self.source.touch()
        self.assertEqual(self.launch("build", "train")[1], [self.building_train])
        self.assertIsNone(running.poll())
        self.release()
        self.end(running)

    def interrupt(self, **held):
        """Ctrl-C while a tool holds: what the launcher said."""
        interrupted = self.start_held("train", "lenet", **held)
        os.killpg(interrupted.pid, signal.SIGINT)
        printed, said = self.end(interrupted, status=-signal.SIGINT)
        self.assertEqual(printed, [])
        self.assertEqual(self.left("*.stamp", "started.*"), [])
        return said

    def test_an_interrupted_build_leaves_nothing_and_the_next_command_builds(self):
        self.assertEqual(self.interrupt(NINJA_DOES=HOLDS), [self.configuring, self.building_train])
        printed, said = self.launch("train", "lenet")
        self.assertEqual(printed, ["gridstride-train", "train", "lenet"])
        self.assertEqual(said, [self.building_train])

    def test_an_interrupt_that_a_tool_takes_for_a_failure_is_none(self):
        fails = f"trap 'echo FAILED: a.o; exit 2' INT; {HOLDS}"  # ninja does: the signal does not kill it
        self.assertEqual(self.interrupt(CMAKE_DOES=fails), [self.configuring])
        self.assertEqual(self.interrupt(NINJA_DOES=fails), [self.configuring, self.building_train])

    def test_an_interrupted_configure_leaves_nothing_and_the_next_command_configures(self):
        self.assertEqual(self.interrupt(CMAKE_DOES=HOLDS), [self.configuring])
        self.assertEqual(self.launch("train", "lenet")[1], [self.configuring, self.building_train])

    def test_a_build_folder_that_cannot_be_written_is_one_line(self):
        (self.folder / "file").touch()
        self.build = self.folder / "file/build"
        printed, said = self.launch("train", "lenet", status=1)
        self.assertEqual(printed, [])
        self.assertEqual(said, [f"gridstride: cannot write to {self.build} "
                                "(set GRIDSTRIDE_BUILD_DIR to a folder that can be written)"])
        self.assertEqual(self.calls("cmake") + self.calls("ninja"), [])


if __name__ == "__main__":
    unittest.main()
