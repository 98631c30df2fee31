"""PyTorch on the GPU and the CPU: `pytorch.py TASKS [quick]`, where TASKS is the JSON that tasks.ts writes. Prints one JSON
document: seconds of a training step, eager and replayed as a CUDA graph (TF32 off), and of predictions."""

import json
import sys
import time

import torch
from torch import nn

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.manual_seed(1)
tasks = json.load(open(sys.argv[1]))
quick = len(sys.argv) > 2
IMAGES = 10_000


class Root(nn.Module):
    def forward(self, x):
        return torch.sqrt(1 + torch.relu(x)) - 1


def build(layers):
    made = {
        "Linear": lambda layer: nn.Linear(layer["in"], layer["out"]),
        "BatchNorm1d": lambda layer: nn.BatchNorm1d(layer["features"]),
        "ReLU": lambda layer: nn.ReLU(),
        "GELU": lambda layer: nn.GELU(),
        "Root": lambda layer: Root(),
        "Dropout": lambda layer: nn.Dropout(layer["p"]),
        "LogSoftmax": lambda layer: nn.LogSoftmax(dim=1),
    }
    return nn.Sequential(*[made[layer["type"]](layer) for layer in layers])


def augment(x):
    """Flip half of the images and move each by at most a pixel either way."""
    n = x.shape[0]
    grid = x.view(n, 28, 28)
    padded = nn.functional.pad(grid, (1, 1, 1, 1), value=-1.0)
    dy = torch.randint(0, 3, (n, 1, 1), device=x.device)
    dx = torch.randint(0, 3, (n, 1, 1), device=x.device)
    rows = torch.arange(28, device=x.device).view(1, 28, 1) + dy
    columns = torch.arange(28, device=x.device).view(1, 1, 28)
    flip = torch.rand(n, 1, 1, device=x.device) < 0.5
    columns = torch.where(flip, 27 - columns, columns) + dx
    return padded[torch.arange(n, device=x.device).view(n, 1, 1), rows, columns].reshape(n, 784)


def stepper(task, device, graph, fused):
    batch = task["batchSize"]
    images = (torch.randint(0, 256, (IMAGES, 784), dtype=torch.uint8).float() / 255 - 0.5).div_(0.5).to(device)
    labels = torch.randint(0, 10, (IMAGES,)).to(device)
    network = build(task["layers"]).to(device).train()
    parameters = list(network.parameters())
    more = {"capturable": True} if graph else {}
    if fused:
        more["fused"] = True
    optimizer = torch.optim.AdamW(parameters, lr=task["learningRate"], weight_decay=task["weightDecay"], **more)
    averages = [p.detach().clone() for p in parameters] if task["average"] > 0 else []
    criterion = nn.NLLLoss() if task["labelSmoothing"] == 0 else nn.CrossEntropyLoss(label_smoothing=0.1)
    order = torch.randperm(IMAGES, device=device)
    chosen = order[torch.arange(batch, device=device) % IMAGES].clone()
    losses = torch.zeros((), device=device)

    def once():
        x = images[chosen]
        if task["augmented"]:
            x = augment(x)
        loss = criterion(network(x), labels[chosen])
        optimizer.zero_grad(set_to_none=not graph)
        loss.backward()
        optimizer.step()
        if averages:
            torch._foreach_lerp_(averages, [p.detach() for p in parameters], 1 - task["average"])
        losses.add_(loss.detach())

    def fresh(step):
        at = (step * batch) % IMAGES
        rows = order[(torch.arange(batch, device=device) + at) % IMAGES] if at + batch > IMAGES else order[at : at + batch]
        chosen.copy_(rows)

    if not graph:
        def step(i):
            fresh(i)
            once()
        return step
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            once()
    torch.cuda.current_stream().wait_stream(stream)
    recorded = torch.cuda.CUDAGraph()
    with torch.cuda.graph(recorded):
        once()

    def step(i):
        fresh(i)
        recorded.replay()

    # A graph knows addresses alone: what lies there must live as long as it does.
    step.held = (images, labels, network, optimizer, averages, losses, once)
    return step


def seconds_of(step, device, steps, rounds):
    wait = torch.cuda.synchronize if device == "cuda" else (lambda: None)
    for i in range(5):
        step(i)
    wait()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        for i in range(steps):
            step(i)
        wait()
        found.append((time.perf_counter() - began) / steps)
    return sorted(found)[len(found) // 2]


def predict_seconds(task, device, count, rounds):
    network = build(task["layers"]).to(device).eval()
    images = (torch.rand(count, 784) * 2 - 1).to(device)
    found = []
    with torch.inference_mode():
        for i in range(rounds + 3):
            began = time.perf_counter()
            network(images).cpu()
            if i >= 3:
                found.append(time.perf_counter() - began)
    return sorted(found)[len(found) // 2]


answers = {"torch": torch.__version__, "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None, "tasks": []}
began = time.perf_counter()
for task in tasks[:2] if quick else tasks:
    answer = {"name": task["name"], "batchSize": task["batchSize"]}
    steps = min(task["steps"], 200)
    variants = []
    if answers["gpu"]:
        variants += [("eager", "cuda", False, False), ("eager fused", "cuda", False, True), ("graph", "cuda", True, False), ("graph fused", "cuda", True, True)]
    if not quick:
        variants.append(("cpu", "cpu", False, False))
    for name, device, graph, fused in variants:
        try:
            count = steps if device == "cuda" else max(2, steps // 10)
            answer[name] = seconds_of(stepper(task, device, graph, fused), device, count, 3)
        except Exception as error:  # one that fails must not take the others along
            answer[name + " failed"] = str(error)[:200]
    answers["tasks"].append(answer)
if not quick:
    for device in ["cuda", "cpu"] if answers["gpu"] else ["cpu"]:
        answers["predict " + device] = {str(count): predict_seconds(tasks[1], device, count, 20) for count in (1, 10_000)}
answers["seconds"] = time.perf_counter() - began
print(json.dumps(answers))
