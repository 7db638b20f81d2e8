#!/usr/bin/env python3
"""Times a training step of Gridstride's networks in JAX, by the method of `gridstride bench`.

usage: jax_step.py [--device cpu|cuda] [--mode jit|scan] [--precision fp32|tf32|bf16] [--seconds X] [--out FILE] CASE...
A CASE is model:base:batch. A step is forward, BCE with logits, backward and Adam, on 128x128x1 images already on the
device. jit: one compiled step per call; scan: 96 steps per call, the least host work that JAX allows. Prints JSON in
the format of `gridstride bench --json`; --out FILE is rewritten after each case. step_timing.py determines the number
of steps between two waits for the GPU.
"""
import argparse
import json
import os

import step_timing

SCANNED_STEPS = 96  # a quarter of the steps enqueued between two waits


def layers_of(name, base):
    """Returns the convolutions as (channels, filters, pooled), and the widths of the dense layers."""
    b = base
    if name == "lenet":
        return [(1, b, True), (b, 2 * b, True)], [2 * b * 32 * 32, 2 * b, 1]
    if name == "alexnet":
        convolutions = [(1, b, True), (b, 2 * b, True), (2 * b, 4 * b, False), (4 * b, 4 * b, False), (4 * b, 2 * b, True)]
        return convolutions, [2 * b * 16 * 16, 128, 64, 1]
    return [], [128 * 128, b, b // 2, b // 4, 1]


def training_step(case, precision):
    """(carry, step): step(carry) is one training step."""
    import jax
    import jax.numpy as jnp
    from jax import lax
    name, base, batch = case.split(":")
    convolutions, widths = layers_of(name, int(base))
    storage = jnp.bfloat16 if precision == "bf16" else jnp.float32
    key, glorot = jax.random.PRNGKey(0), jax.nn.initializers.glorot_uniform()
    shapes = [(3, 3, i, o) for i, o, _ in convolutions] + list(zip(widths, widths[1:]))
    keys = jax.random.split(key, len(shapes))
    parameters = [(glorot(k, s), jnp.zeros(s[-1])) for k, s in zip(keys, shapes)]
    x = jax.random.uniform(jax.random.PRNGKey(1), (int(batch), 128, 128, 1)).astype(storage)
    y = jax.random.bernoulli(jax.random.PRNGKey(2), 0.5, (int(batch), 1)).astype(jnp.float32)

    def loss(parameters):
        rounded = [(w.astype(storage), b.astype(storage)) for w, b in parameters]
        a = x
        for (_, _, pooled), (w, b) in zip(convolutions, rounded):
            a = jax.nn.relu(lax.conv_general_dilated(a, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b)
            if pooled:
                a = lax.reduce_window(a, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        a = a.reshape(a.shape[0], -1)
        for i, (w, b) in enumerate(rounded[len(convolutions):]):
            a = a @ w + b
            if i + 2 < len(widths):
                a = jax.nn.relu(a)
        z = a.astype(jnp.float32)
        return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))

    def step(carry):
        parameters, first, second, count = carry
        gradients, count = jax.grad(loss)(parameters), count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
        scale = 1e-5 / (1 - 0.9**count)
        return (jax.tree.map(lambda p, m, v: p - scale * m / (jnp.sqrt(v / (1 - 0.999**count)) + 1e-7), parameters, first, second),
                first, second, count)

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return (parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), jnp.float32)), step


def measured(case, args):
    """The record of a case."""
    import jax
    from jax import lax
    carry, step = training_step(case, args.precision)
    scans = args.mode == "scan"
    scanned = lambda c: lax.scan(lambda c, _: (step(c), None), c, None, length=SCANNED_STEPS)[0]
    run = jax.jit(scanned if scans else step, donate_argnums=0)
    held = [carry]

    def call():
        held[0] = run(held[0])

    figures, steps = step_timing.measure(call, lambda: jax.block_until_ready(held[0]), args.seconds, args.device == "cuda",
                                         SCANNED_STEPS if scans else 1)
    return step_timing.case_record(case, args.device, figures, steps)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--mode", default="jit", choices=["jit", "scan"])
    parser.add_argument("--precision", default="fp32", choices=["fp32", "tf32", "bf16"])
    parser.add_argument("--threads", type=int, default=0, help="on a CPU; default: all cores that the process may use")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--out")
    parser.add_argument("cases", nargs="+")
    args = parser.parse_args()
    if args.threads and args.device == "cpu":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:args.threads])
    import jax
    jax.config.update("jax_platforms", args.device)
    jax.config.update("jax_default_matmul_precision", {"fp32": "highest", "tf32": "tensorfloat32", "bf16": "bfloat16"}[args.precision])
    machine = {"jax": jax.__version__, "mode": args.mode, "precision": args.precision, "threads": len(os.sched_getaffinity(0)),
               "gpu": jax.devices()[0].device_kind if args.device == "cuda" else None}
    record = {"machine": machine, "cases": []}
    for case in args.cases:
        record["cases"].append(measured(case, args))
        if args.out:
            step_timing.write_record(record, args.out)
    print(json.dumps(record))


if __name__ == "__main__":
    main()
