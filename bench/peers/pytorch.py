"""PyTorch on the CPU as a contender: one line of JSON in, one out. The images are float tensors in memory,
normalized beforehand and never read by a DataLoader: the fastest plain way there is. `pytorch.py THREADS`."""

import json
import statistics
import sys
import time

import torch
from torch import nn

PIXELS, CLASSES, TRAIN_IMAGES, TEST_IMAGES = 784, 10, 48_000, 10_000

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
images = torch.randint(0, 256, (TRAIN_IMAGES, PIXELS), dtype=torch.uint8).float().div_(127.5).sub_(1)
labels = torch.randint(0, CLASSES, (TRAIN_IMAGES,))
runs = {}


def build(model):
    layers, features = [], PIXELS
    for i, width in enumerate(model["hidden"]):
        layers += [nn.Linear(features, width), nn.ReLU()]
        if i < len(model["dropout"]) and model["dropout"][i] > 0:
            layers.append(nn.Dropout(model["dropout"][i]))
        features = width
    return nn.Sequential(*layers, nn.Linear(features, CLASSES), nn.LogSoftmax(dim=1))


def run_of(model):
    key = json.dumps(model)
    if key not in runs:
        network = build(model)
        runs[key] = network, torch.optim.Adam(network.parameters(), lr=0.0007)
    return runs[key]


def train(question):
    network, optimizer = run_of(question["model"])
    criterion = nn.NLLLoss()
    batch_size = question["batchSize"]
    network.train()
    began = time.perf_counter()
    order = torch.randperm(TRAIN_IMAGES)[: question["steps"] * batch_size]
    running = 0.0
    for batch in order.split(batch_size):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(network(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        running += loss.item()
    return {"seconds": time.perf_counter() - began}


def evaluate(question):
    network, _ = run_of(question["model"])
    network.eval()
    best = float("inf")
    with torch.inference_mode():
        for chunk in (500, TEST_IMAGES):
            began = time.perf_counter()
            for part in images[:TEST_IMAGES].split(chunk):
                network(part)
            best = min(best, time.perf_counter() - began)
    return {"seconds": best}


def predict(question):
    network, _ = run_of(question["model"])
    network.eval()
    image = images[:1]
    seconds = []
    with torch.inference_mode():
        for _ in range(question["count"]):
            began = time.perf_counter()
            network(image).exp().tolist()
            seconds.append(time.perf_counter() - began)
    return {"seconds": statistics.median(seconds)}


answers = {
    "train": train,
    "evaluate": evaluate,
    "predict": predict,
    "info": lambda _: {"info": f"PyTorch {torch.__version__}"},
}

for line in sys.stdin:
    question = json.loads(line)
    try:
        reply = answers[question["ask"]](question)
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
