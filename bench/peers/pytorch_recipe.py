"""The baseline recipe in PyTorch, on the real data: what it reaches there, whatever this project's engine does.

    python3 bench/peers/pytorch_recipe.py FOLDER [--dropouts 1|2] [--seeds 3] [--epochs 25]

FOLDER holds Fashion-MNIST's four .gz files. Prints, for each seed, the test accuracy of the epoch with the lowest
validation loss and of the last one. Needs Python 3 with torch and numpy.
"""

import argparse
import gzip
import os

import numpy as np
import torch
from torch import nn


def read(folder, name, header):
    with gzip.open(os.path.join(folder, name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load(folder, stem):
    pixels = read(folder, f"{stem}-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read(folder, f"{stem}-labels-idx1-ubyte.gz", 8)
    images = torch.tensor(pixels.astype(np.float32)).div(255).sub(0.5).div(0.5)
    return images, torch.tensor(labels.astype(np.int64))


def build(dropouts):
    second = [nn.Dropout(0.25)] if dropouts == 2 else []
    first = [nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.25)]
    return nn.Sequential(*first, nn.Linear(128, 64), nn.ReLU(), *second, nn.Linear(64, 10), nn.LogSoftmax(1))


def train(seed, dropouts, epochs, images, labels, test_images, test_labels):
    torch.manual_seed(seed)
    order = torch.randperm(len(labels))
    train_part, validation = order[:48000], order[48000:]
    model = build(dropouts)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    loss = nn.NLLLoss()
    best = (float("inf"), 0, 0.0)
    for epoch in range(1, epochs + 1):
        model.train()
        shuffled = train_part[torch.randperm(len(train_part))]
        for batch in shuffled.split(64):
            optimizer.zero_grad()
            loss(model(images[batch]), labels[batch]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            held_out = loss(model(images[validation]), labels[validation]).item()
            accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
        if held_out < best[0]:
            best = (held_out, epoch, accuracy)
    return best, accuracy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--dropouts", type=int, choices=[1, 2], default=2)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=25)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = (*load(options.folder, "train"), *load(options.folder, "t10k"))
    accuracies = []
    for seed in range(1, options.seeds + 1):
        (_, epoch, accuracy), last = train(seed, options.dropouts, options.epochs, *data)
        accuracies.append(accuracy)
        print(f"seed {seed}: best epoch {epoch}, test accuracy {accuracy:.4f}; last epoch {last:.4f}", flush=True)
    print(f"mean {np.mean(accuracies):.4f}")


main()
