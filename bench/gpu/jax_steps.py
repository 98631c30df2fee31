"""JAX, jit-compiled, on the GPU: `jax_steps.py TASKS`, where TASKS is the JSON that tasks.ts writes. Prints one JSON document
of seconds of a training step in full float32. Networks with BatchNorm1d are left out."""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_default_matmul_precision", "highest")
IMAGES = 10_000
ON_GPU = jax.default_backend() == "gpu"


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
    return jax.nn.log_softmax(x)


def stepper(task):
    layers, batch, rate = task["layers"], task["batchSize"], task["learningRate"]
    generator = np.random.default_rng(1)
    images = jnp.asarray((generator.integers(0, 256, (IMAGES, 784)) / 255 - 0.5) / 0.5, jnp.float32)
    labels = jnp.asarray(generator.integers(0, 10, IMAGES))
    order = jnp.asarray(generator.permutation(IMAGES))
    linears = [layer for layer in layers if layer["type"] == "Linear"]
    bound = [1 / np.sqrt(layer["in"]) for layer in linears]
    weights = [
        (jnp.asarray(generator.uniform(-b, b, (l["out"], l["in"])), jnp.float32), jnp.zeros(l["out"], jnp.float32))
        for l, b in zip(linears, bound)
    ]
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.int32(0), jnp.float32(0))

    def loss_of(weights, x, y, key):
        logs = forward(weights, layers, x, key)
        return -jnp.mean(logs[jnp.arange(y.shape[0]), y])

    def once(state):
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

    return jax.jit(once, donate_argnums=0), state


answers = {"jax": jax.__version__, "backend": jax.default_backend(), "tasks": []}
for task in json.load(open(sys.argv[1])):
    if any(layer["type"] in ("BatchNorm1d", "Root") for layer in task["layers"]):
        continue
    once, state = stepper(task)
    for _ in range(5):
        state = once(state)
    jax.block_until_ready(state)
    steps = min(task["steps"], 200) if ON_GPU else max(2, task["steps"] // 20)
    found = []
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(steps):
            state = once(state)
        jax.block_until_ready(state)
        found.append((time.perf_counter() - began) / steps)
    answers["tasks"].append({"name": task["name"], "batchSize": task["batchSize"], "seconds": sorted(found)[1]})
print(json.dumps(answers))
