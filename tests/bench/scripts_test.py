"""Tests of the Python scripts in bench/: steps between waits, competitors, a session's table, comparison of losses."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from types import SimpleNamespace

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import compare_with_peers  # noqa: E402
import gpu_table  # noqa: E402
import step_timing  # noqa: E402
import torch_variants  # noqa: E402

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")


class StepTiming(unittest.TestCase):
    def test_the_rule_is_that_of_gridstride_bench(self):
        source = (ROOT / "apps/bench/bench_case.cpp").read_text()
        number = lambda name: float(re.search(rf"{name} = ([\d.]+)", source)[1])
        self.assertEqual((number("longest_epoch"), number("shortest_epoch"), number("longest_measurement_s"), number("least_measurements")),
                         (step_timing.LONGEST_EPOCH, step_timing.SHORTEST_EPOCH, step_timing.LONGEST_MEASUREMENT_S, step_timing.LEAST_MEASUREMENTS))
        self.assertEqual([step_timing.steps_between_waits(s) for s in (0, 1e-5, 0.004, 1)], [384, 384, 100, 10])

    def measured(self, step_seconds, on_gpu, steps_of_a_call=1):
        """Numbers of calls between waits and the result of measure(), with a clock that only calls advance."""
        runs, now = [0], [0.0]

        def call():
            runs[-1] += 1
            now[0] += step_seconds * steps_of_a_call

        self.addCleanup(setattr, step_timing, "time", step_timing.time)
        step_timing.time = SimpleNamespace(perf_counter=lambda: now[0])
        result = step_timing.measure(call, lambda: runs.append(0), 0, on_gpu, steps_of_a_call)
        return runs[:-1], result

    def test_a_gpu_gets_384_steps_before_it_is_waited_for(self):
        runs, (figures, steps) = self.measured(1e-5, on_gpu=True)
        self.assertEqual((steps, runs[-5:]), (384, [384] * 5))
        self.assertEqual([round(us, 3) for us in figures], [10] * 5)

    def test_so_does_one_that_is_given_96_in_one_call(self):
        runs, (figures, steps) = self.measured(1e-5, on_gpu=True, steps_of_a_call=96)
        self.assertEqual((steps, runs[-5:]), (384, [4] * 5))
        self.assertEqual([round(us, 3) for us in figures], [10] * 5)

    def test_of_long_steps_it_gets_fewer(self):
        runs, (_, steps) = self.measured(1 / 128, on_gpu=True)
        self.assertEqual((steps, runs[-5:]), (51, [51] * 5))

    def test_on_a_cpu_each_step_is_a_figure(self):
        runs, (figures, steps) = self.measured(1e-5, on_gpu=False)
        self.assertEqual((steps, runs[-5:], len(figures)), (1, [1] * 5, 5))


class Competitors(unittest.TestCase):
    def table(self, device):
        args = SimpleNamespace(device=device, seconds=1, precision="tf32", threads=0, cases=["lenet:32:8"], program="gridstride", torch=["python3"],
                               jax=None, compile=True)
        return {name: command for name, command in compare_with_peers.competitors(args)}

    def test_cuda_graphs_of_both_layouts_compete_on_a_gpu(self):
        table = self.table("cuda")
        self.assertIn("graph", table["torch CUDA graph"])
        self.assertNotIn("--channels-last", table["torch CUDA graph"])
        self.assertEqual(table["torch CUDA graph channels-last"], [*table["torch CUDA graph"], "--channels-last"])
        self.assertFalse([name for name in self.table("cpu") if "graph" in name])

    def test_variants_are_modes_in_both_layouts(self):
        self.assertEqual(torch_variants.KNOWN, ["eager", "eager-channels-last", "graph", "graph-channels-last", "compile", "compile-channels-last"])


class Table(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.session = pathlib.Path(scratch.name)

    def record(self, name, **cases):
        path = self.session / name
        path.parent.mkdir(exist_ok=True)
        step_timing.write_record({"cases": [{"case": case.replace("_", ":"), "median_us": us} for case, us in cases.items()]}, path)

    def row(self, name):
        return {row[0]: row[1] for row in gpu_table.rows(self.session)}[name]

    def test_ratios_take_auto_and_the_best_competitor_of_the_case(self):
        for who, us in (("own", 40), ("library", 60), ("auto", 50)):
            self.record(f"bench-{who}-tf32-alexnet-8-8.json", alexnet_8_8=us)
        self.record("torch-eager-tf32.json", alexnet_8_8=700, lenet_32_8=1)
        self.record("torch-eager-channels-last-tf32.json", alexnet_8_8=600)
        self.record("torch-graph-tf32.json", alexnet_8_8=150)
        self.record("torch-graph-channels-last-tf32.json", alexnet_8_8=125)
        self.record("jax-scan-tf32.json", alexnet_8_8=130)
        self.assertEqual(self.row("alexnet:8:8, tf32, against PyTorch eager"), "12.00x (auto 50.0 us, torch-eager-channels-last 600.0 us)")
        self.assertEqual(self.row("alexnet:8:8, tf32, against the best other"), "2.50x (auto 50.0 us, torch-graph-channels-last 125.0 us)")
        self.assertEqual(self.row("alexnet:8:8, tf32, a step: auto / own / library"), "50.0 / 40.0 / 60.0 us")
        self.assertEqual(self.row("alexnet:8:8, bf16, against PyTorch eager"), "not measured")
        self.assertEqual(self.row("lenet:32:8, tf32, against PyTorch eager"), "not measured")  # no record of Gridstride

    def test_where_auto_was_not_measured_the_best_of_the_others_is_named(self):
        self.record("bench-own-bf16-alexnet2012---256.json", **{"alexnet2012_-_256": 9000})
        self.record("large/torch-compile-bf16.json", **{"alexnet2012_-_256": 8100})
        self.assertEqual(self.row("alexnet2012:-:256 in bf16, against PyTorch's best"), "0.90x (own 9000.0 us, torch-compile 8100.0 us)")

    def test_half_a_record_is_named_and_left_out(self):
        (self.session / "torch-eager-tf32.json").write_text('{"cases": [')
        done = subprocess.run([ROOT / "bench/gpu_table.py", self.session], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("torch-eager-tf32.json", done.stderr)
        self.assertIn("| alexnet:8:8, tf32, against PyTorch eager | not measured |", done.stdout)


class Losses(unittest.TestCase):
    def compare(self, *more):
        self.assertTrue(PROGRAM, "GRIDSTRIDE_PROGRAM is not set")
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "losses.json"
            done = subprocess.run([ROOT / "bench/losses_against_sim.py", "--device", "cpu", "--impls", "own", "--program", PROGRAM, "--out", out, *more],
                                  capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": folder})
            return done, json.loads(out.read_text()) if out.exists() else []

    def test_a_device_that_rounds_to_tf32_is_within_the_bounds(self):
        done, results = self.compare()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([r["run"] for r in results], ["lenet", "alexnet"])
        for r in results:
            self.assertGreater(r["bound"], 0)
            self.assertLessEqual(r["largest_difference"], r["bound"])

    def test_another_run_is_past_them(self):
        for more in (["--dropout", "0"], ["--seed", "4"]):
            done, results = self.compare("--", *more)
            self.assertEqual(done.returncode, 1, more)
            self.assertEqual([r["well"] for r in results], [False, False], (more, results))

    def test_a_run_that_fails_is_no_good_one(self):
        done, results = self.compare("--", "--epochs", "none")
        self.assertEqual((done.returncode, [r["well"] for r in results]), (1, [False, False]))


if __name__ == "__main__":
    unittest.main()
