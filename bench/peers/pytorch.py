"""PyTorch on the CPU as a contender: one line of JSON in, one out. The images are float tensors in memory,
normalized beforehand and never read by a DataLoader: the fastest plain way there is. `pytorch.py THREADS loop|foreach`:
how Adam goes over the parameters, one by one or all in one call."""

import json
import os
import statistics
import sys
import time

import numpy
import torch
from torch import nn

PIXELS, CLASSES = 784, 10
VALIDATION_CHUNK = 500

torch.set_num_threads(int(sys.argv[1]))
# Moments of weights that get no gradient fade into numbers that some processors are slow with.
torch.set_flush_denormal(True)
torch.manual_seed(1)
runs, trainings, parts = {}, {}, {}


def part(name):
    if name not in parts:
        path = os.path.join(os.environ["COUTURE_BENCH_DATA"], name)
        pixels = numpy.fromfile(f"{path}-images", numpy.uint8).reshape(-1, PIXELS)
        labels = numpy.fromfile(f"{path}-labels", numpy.uint8).astype(numpy.int64)
        parts[name] = torch.from_numpy(pixels.astype(numpy.float32)).div_(127.5).sub_(1), torch.from_numpy(labels)
    return parts[name]


def build(model):
    layers, features = [], PIXELS
    for i, width in enumerate(model["hidden"]):
        layers += [nn.Linear(features, width), nn.ReLU()]
        if i < len(model["dropout"]) and model["dropout"][i] > 0:
            layers.append(nn.Dropout(model["dropout"][i]))
        features = width
    return nn.Sequential(*layers, nn.Linear(features, CLASSES), nn.LogSoftmax(dim=1))


def begin(model):
    network = build(model)
    options = {"foreach": True} if sys.argv[2] == "foreach" else {}
    return network, torch.optim.Adam(network.parameters(), lr=model["learningRate"], **options)


def run_of(model):
    key = json.dumps(model)
    if key not in runs:
        runs[key] = begin(model)
    return runs[key]


def train_on(network, optimizer, order, batch_size):
    images, labels = part("train")
    criterion = nn.NLLLoss()
    network.train()
    running = 0.0
    for batch in order.split(batch_size):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(network(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        running += loss.item()


def train(question):
    network, optimizer = run_of(question["model"])
    batch_size = question["batchSize"]
    count = len(part("train")[1])
    began = time.perf_counter()
    train_on(network, optimizer, torch.randperm(count)[: question["steps"] * batch_size], batch_size)
    return {"seconds": time.perf_counter() - began}


def outputs(network, images):
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(chunk) for chunk in images.split(VALIDATION_CHUNK)])


def accuracy(network, images, labels):
    return (outputs(network, images).argmax(1) == labels).float().mean().item()


def whole(question):
    """The next epochs of a whole training. The test images are asked about where an epoch is the best so far, and the
    clock stands still for that."""
    key = question["model"]["name"]
    count = len(part("train")[1])
    held_out, held_out_labels = part("validation")
    test = part("test")
    seconds, began = 0.0, time.perf_counter()
    if key not in trainings:
        network, optimizer = begin(question["model"])
        trainings[key] = {"network": network, "optimizer": optimizer, "epochs": 0, "best": float("inf"), "accuracy": 0}
    training = trainings[key]
    network = training["network"]
    for _ in range(question["epochs"]):
        train_on(network, training["optimizer"], torch.randperm(count), 64)
        loss = nn.functional.nll_loss(outputs(network, held_out), held_out_labels).item()
        training["epochs"] += 1
        if loss < training["best"]:
            training["best"] = loss
            seconds += time.perf_counter() - began
            training["accuracy"] = accuracy(network, *test)
            began = time.perf_counter()
    seconds += time.perf_counter() - began
    over = training["epochs"] == question["of"]
    return {"seconds": seconds, **({"accuracy": training["accuracy"]} if over else {})}


def evaluate(question):
    network, _ = run_of(question["model"])
    images, _ = part("test")
    network.eval()
    best = float("inf")
    with torch.inference_mode():
        for chunk in (500, len(images)):
            began = time.perf_counter()
            for some in images.split(chunk):
                network(some)
            best = min(best, time.perf_counter() - began)
    return {"seconds": best}


def predict(question):
    network, _ = run_of(question["model"])
    network.eval()
    image = part("test")[0][:1]
    seconds = []
    with torch.inference_mode():
        for _ in range(question["count"]):
            began = time.perf_counter()
            network(image).exp().tolist()
            seconds.append(time.perf_counter() - began)
    return {"seconds": statistics.median(seconds)}


def info(_):
    # Before anything is timed.
    for name in ("train", "validation", "test"):
        part(name)
    return {"info": f"PyTorch {torch.__version__}"}


answers = {"train": train, "whole": whole, "evaluate": evaluate, "predict": predict, "info": info}

for line in sys.stdin:
    question = json.loads(line)
    try:
        reply = answers[question["ask"]](question)
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
