"""The program, started by tests with the library faults.cpp: calls that change files go wrong."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")
LIBRARY = os.environ.get("GRIDSTRIDE_FAULTS")
DATA = ["--image-size", "16", "--train-size", "16", "--val-size", "8"]
RUN = ["lenet", "--base", "2", *DATA, "--device", "cpu", "--impl", "default", "--quiet"]
# Two cases run side by side, so one thread is enough for each. With the variable set, the program need not start itself
# a second time (apps/openmp_waiting.h).
ONE_THREAD = {"OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "1000"}


def placed(words, folder):
    return [word.replace("FOLDER", str(folder)) for word in words]


def evenly(calls, places):
    """The numbers of at most so many calls, counted from 1, the last among them."""
    return sorted({calls - place * calls // places for place in range(min(places, calls))})


def without_times(folder):
    """The files of a run, without what depends on the clock: previous.safetensors does, `verify` looks at it. A lock
    that could not be removed locks nothing."""
    files = {}
    for path in folder.iterdir():
        if path.name in ("previous.safetensors", "run.lock"):
            continue
        if path.is_dir():
            files[path.name] = without_times(path)
            continue
        content = path.read_bytes()
        if path.suffix == ".safetensors":
            content = hashlib.sha256(content).hexdigest()
        if path.name == "history.csv":
            content = [line.split(",")[:6] for line in content.decode().splitlines()]
        if path.name == "run.json":
            record = json.loads(content)
            content = [record["status"], record.get("results", {}).get("epochs"), record.get("evaluation"), record["flags"].get("lr")]
        files[path.name] = content
    return files


@unittest.skipUnless(PROGRAM and LIBRARY, "set GRIDSTRIDE_PROGRAM and GRIDSTRIDE_FAULTS")
class FaultyProgram(unittest.TestCase):
    program = PROGRAM

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def run_program(self, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, before=None, **variables):
        environment = {**os.environ, **ONE_THREAD, "XDG_CACHE_HOME": str(self.folder / "cache"), **variables}
        return subprocess.run([self.program, *words], cwd=self.folder, env=environment, stdout=stdout, stderr=stderr,
                              text=True, stdin=subprocess.DEVNULL, preexec_fn=before)

    def succeeds(self, *words, **variables):
        done = self.run_program(*words, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)

    def with_fault(self, folder, at, fault, *words, once=False, all_processes=False, **variables):
        """fault: "kill" or an errno. It is of the first process, or of all that it starts, which count together."""
        if once:
            variables["GRIDSTRIDE_FAULT_ONCE"] = "1"
        with tempfile.NamedTemporaryFile() as counter:
            if all_processes:
                counter.write(bytes(8))
                counter.flush()
                variables["GRIDSTRIDE_FAULT_SHARED"] = counter.name
            return self.run_program(*words, LD_PRELOAD=LIBRARY, GRIDSTRIDE_FAULT_FOLDER=str(folder),
                                    GRIDSTRIDE_FAULT_AT=str(at), GRIDSTRIDE_FAULT=str(fault), **variables)

    def calls(self, prepare, words, fault, **more):
        """How many calls of this command such a fault could meet."""
        folder, count = self.folder / "counted", self.folder / "count"
        prepare(folder)
        done = self.with_fault(folder, 0, fault, *placed(words, folder), GRIDSTRIDE_FAULT_COUNT=str(count), **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return int(count.read_text())

    def each(self, cases, try_one):
        """Calls try_one(folder, case) for each case, two at a time, each with a folder of its own."""
        def named(number_and_case):
            number, case = number_and_case
            folder = self.folder / f"case-{number}"
            try:
                try_one(folder, case)
                return None
            except AssertionError as error:
                return f"{case}: {error}"
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.assertEqual([message for message in pool.map(named, enumerate(cases)) if message], [])
