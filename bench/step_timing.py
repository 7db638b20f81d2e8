"""How bench/torch_step.py and bench/jax_step.py time a step: by the rule of `gridstride bench` (apps/bench/bench_case.h).

On a GPU so many steps are enqueued before it is waited for, by everybody: 384, fewer where these would take longer than
0.4 s, but at least 10. One such run is one figure, microseconds a step. On a CPU each step is one figure.
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
    """(figures, steps): microseconds of a step, sorted, and the steps in each. `call()` enqueues so many steps, `wait()` waits for all."""
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
    """One case in the form of `gridstride bench --json`."""
    median = statistics.median(figures)
    return {"case": case, "device": device, "median_us": round(median, 1), "p10_us": round(figures[len(figures) // 10], 1),
            "p90_us": round(figures[len(figures) * 9 // 10], 1),
            "samples_per_s": round(int(case.split(":")[2]) / median * 1e6, 1),
            "measurements": len(figures), "steps_per_measurement": steps}


def write_record(record, path):
    """In one go: whoever is stopped leaves the last whole record."""
    new = f"{path}.new"
    with open(new, "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")
    os.replace(new, path)
