"""OpenBLAS's sgemm, through numpy, as a contender: one line of JSON in, one out. Threads come from the environment."""

import json
import sys
import time

import numpy

arrays = {}


def library():
    """The BLAS that numpy has loaded, as the process's own map of files names it."""
    try:
        with open("/proc/self/maps") as maps:
            names = {line.split("/")[-1].strip() for line in maps if "blas" in line.lower()}
        return ", ".join(sorted(names)) or "unknown"
    except OSError:
        return "unknown"


def matmul(question):
    shape = question["rows"], question["inputs"], question["outputs"]
    if shape not in arrays:
        rows, inputs, outputs = shape
        random = numpy.random.default_rng(1)
        x = random.standard_normal((rows, inputs), dtype=numpy.float32)
        w = random.standard_normal((inputs, outputs), dtype=numpy.float32)
        arrays[shape] = x, w, numpy.empty((rows, outputs), dtype=numpy.float32)
    x, w, y = arrays[shape]
    numpy.matmul(x, w, out=y)
    best = float("inf")
    end = time.perf_counter() + question["budget"]
    while True:
        began = time.perf_counter()
        numpy.matmul(x, w, out=y)
        now = time.perf_counter()
        best = min(best, now - began)
        if now > end:
            return {"seconds": best}


for line in sys.stdin:
    question = json.loads(line)
    if question["ask"] == "matmul":
        reply = matmul(question)
    else:
        numpy.ones((64, 64), dtype=numpy.float32) @ numpy.ones((64, 64), dtype=numpy.float32)
        reply = {"info": f"numpy {numpy.__version__} with {library()}"}
    print(json.dumps(reply), flush=True)
