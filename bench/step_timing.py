"""Step timing for torch_step.py and jax_step.py, by the method of `gridstride bench` (apps/bench/bench_case.h).

On a GPU, 384 steps are enqueued before the host waits; fewer if they would take longer than 0.4 s, but at least 10.
Each such run is one measurement, in microseconds per step. On a CPU each step is one measurement.
"""
import json
import os
import statistics
import time

LONGEST_EPOCH, SHORTEST_EPOCH, LONGEST_MEASUREMENT_S = 384, 10, 0.4
LEAST_MEASUREMENTS = 5


def steps_between_waits(seconds_of_a_step):
    return int(min(LONGEST_EPOCH, max(SHORTEST_EPOCH, LONGEST_MEASUREMENT_S / max(seconds_of_a_step, 1e-9))))


def measure(call, wait, seconds, on_gpu, steps_of_a_call=1):
    """Returns (figures, steps): sorted microseconds per step, and the steps in each measurement.

    call() enqueues `steps_of_a_call` steps; wait() waits for all enqueued work. Measures for at least `seconds`."""
    def seconds_of(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        wait()
        return time.perf_counter() - start

    def repeated(calls, seconds, least):
        begin, figures = time.perf_counter(), []
        while len(figures) < least or time.perf_counter() - begin < seconds:
            figures.append(seconds_of(calls) * 1e6 / (calls * steps_of_a_call))
        return sorted(figures)

    calls = 1
    seconds_of(3)  # compiles, chooses algorithms, allocates
    if on_gpu:
        each = statistics.median(repeated(1, 0, LEAST_MEASUREMENTS)) / 1e6
        calls = max(1, round(steps_between_waits(each) / steps_of_a_call))
    repeated(calls, seconds / 10, 3)
    return repeated(calls, seconds, LEAST_MEASUREMENTS), calls * steps_of_a_call


def case_record(case, device, figures, steps):
    """A case in the format of `gridstride bench --json`."""
    median = statistics.median(figures)
    return {"case": case, "device": device, "median_us": round(median, 1), "p10_us": round(figures[len(figures) // 10], 1),
            "p90_us": round(figures[len(figures) * 9 // 10], 1),
            "samples_per_s": round(int(case.split(":")[2]) / median * 1e6, 1),
            "measurements": len(figures), "steps_per_measurement": steps}


def write_record(record, path):
    """Replaces the file atomically, so that an interrupted script leaves the last complete record."""
    new = f"{path}.new"
    with open(new, "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")
    os.replace(new, path)
