"""JAX, jit-compiled, in full float32: `jax_steps.py TASKS [quick]`, where TASKS is the JSON that tasks.ts writes. Prints one
JSON document of seconds of a training step: `jit`, a call of the compiled step each, and `loop`, in which one compiled call
has all steps, JAX's fastest way. `JAX_PLATFORMS=cpu` measures the CPU. Networks with BatchNorm1d are left out."""

import json
import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_default_matmul_precision", "highest")
# The generator of random numbers that is fast on a GPU; the masks of dropout are no part of the comparison.
jax.config.update("jax_default_prng_impl", "rbg")
IMAGES = 10_000
quick = len(sys.argv) > 2
platform = jax.default_backend()


def forward(weights, layers, x, key):
    i = 0
    for n, layer in enumerate(layers):
        if layer["type"] == "Linear":
            w, b = weights[i]
            x = x @ w.T + b
            i += 1
        elif layer["type"] == "ReLU":
            x = jax.nn.relu(x)
        elif layer["type"] == "Dropout":
            keep = jax.random.bernoulli(jax.random.fold_in(key, n), 1 - layer["p"], x.shape)
            x = jnp.where(keep, x / (1 - layer["p"]), 0)
        elif layer["type"] != "LogSoftmax":
            raise ValueError(f"There is no {layer['type']} here.")
    return jax.nn.log_softmax(x)


def data():
    """Arguments and no constants: XLA would fold what it knows when it compiles, for minutes."""
    generator = np.random.default_rng(1)
    images = (generator.integers(0, 256, (IMAGES, 784)) / 255 - 0.5) / 0.5
    labels = generator.integers(0, 10, IMAGES)
    return jnp.asarray(images, jnp.float32), jnp.asarray(labels, jnp.int32), jnp.asarray(generator.permutation(IMAGES), jnp.int32)


def first_state(layers):
    generator = np.random.default_rng(2)
    weights = []
    for layer in layers:
        if layer["type"] != "Linear":
            continue
        bound = 1 / np.sqrt(layer["in"])
        weights.append((
            jnp.asarray(generator.uniform(-bound, bound, (layer["out"], layer["in"])), jnp.float32),
            jnp.zeros(layer["out"], jnp.float32),
        ))
    zeros = lambda: jax.tree.map(jnp.zeros_like, weights)
    return weights, zeros(), zeros(), jnp.int32(0), jnp.float32(0)


def stepper(task):
    layers, batch, rate = task["layers"], task["batchSize"], task["learningRate"]

    def loss_of(weights, x, y, key):
        logs = forward(weights, layers, x, key)
        return -jnp.mean(logs[jnp.arange(batch), y])

    def once(state, images, labels, order):
        weights, first, second, step, losses = state
        rows = order[(jnp.arange(batch) + step * batch) % IMAGES]
        key = jax.random.fold_in(jax.random.key(3), step)
        loss, slopes = jax.value_and_grad(loss_of)(weights, images[rows], labels[rows], key)
        t = (step + 1).astype(jnp.float32)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slopes)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slopes)
        size = rate / (1 - 0.9**t)
        correction = 1 / jnp.sqrt(1 - 0.999**t)
        weights = jax.tree.map(
            lambda w, m, v: w - size * m / (jnp.sqrt(v) * correction + 1e-8), weights, first, second
        )
        return weights, first, second, step + 1, losses + loss

    @partial(jax.jit, donate_argnums=0, static_argnums=4)
    def loop(state, images, labels, order, steps):
        return jax.lax.fori_loop(0, steps, lambda _, each: once(each, images, labels, order), state)

    return jax.jit(once, donate_argnums=0), loop


def median_seconds(run, steps, rounds):
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        jax.block_until_ready(run())
        found.append((time.perf_counter() - began) / steps)
    return sorted(found)[rounds // 2]


def measure(task, arrays):
    once, loop = stepper(task)
    steps = 3 if quick else min(task["steps"], 200) if platform == "gpu" else max(2, task["steps"] // 20)
    rounds = 1 if quick else 3
    # In a list, because each call gives a new state and takes the old one's memory.
    state = [first_state(task["layers"])]

    def calls():
        for _ in range(steps):
            state[0] = once(state[0], *arrays)
        return state[0]

    def looped():
        state[0] = loop(state[0], *arrays, steps)
        return state[0]

    answer = {"name": task["name"], "batchSize": task["batchSize"]}
    for name, run in (("jit", calls), ("loop", looped)):
        began = time.perf_counter()
        jax.block_until_ready(run())
        answer["compile " + name] = time.perf_counter() - began
        answer[name] = median_seconds(run, steps, rounds)
    # That of all steps, which says that it learned: labels are random, so that it falls slowly from 2.3.
    answer["loss"] = float(state[0][4] / state[0][3])
    return answer


answers = {"jax": jax.__version__, "backend": platform, "device": str(jax.devices()[0]), "tasks": []}
arrays = data()
began = time.perf_counter()
for task in json.load(open(sys.argv[1])):
    if any(layer["type"] in ("BatchNorm1d", "Root") for layer in task["layers"]):
        continue
    if quick and task["batchSize"] > 64:
        continue
    try:
        answers["tasks"].append(measure(task, arrays))
    except Exception as error:  # one that fails must not take the others along
        answers["tasks"].append({"name": task["name"], "batchSize": task["batchSize"], "failed": str(error)[:300]})
answers["seconds"] = time.perf_counter() - began
print(json.dumps(answers))
