"""Networks in PyTorch for pytorch.test.ts.

    python3 pytorch_networks.py run FOLDER IMAGES OUT     the probabilities of an exported model
    python3 pytorch_networks.py make FOLDER TRAIN TEST    trains networks, and saves them and their probabilities

Images are raw bytes [N, 28, 28, 1]; TRAIN is followed by a byte for each label in TRAIN.labels.
"""
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F


def images_of(path):
    return torch.frombuffer(bytearray(Path(path).read_bytes()), dtype=torch.uint8).view(-1, 28, 28, 1)


def probabilities(model, images):
    with torch.no_grad():
        return torch.cat([model(batch).exp() for batch in images.split(500)])


def save(values, path):
    Path(path).write_bytes(values.contiguous().numpy().tobytes())


def run(folder, images, out):
    sys.path.insert(0, folder)
    import model

    save(probabilities(model.load(), images_of(images)), out)


class Named(nn.Module):
    """Names that do not say the order, an activation without weights, a bias left out."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(784, 96)
        self.norm = nn.BatchNorm1d(96)
        self.body = nn.Linear(96, 48, bias=False)
        self.head = nn.Linear(48, 10)

    def forward(self, x):
        return self.head(F.gelu(self.body(F.gelu(self.norm(self.stem(x))))))


networks = {
    "named": (Named, 0.286, 0.353, {}),
    "places": (
        lambda: nn.Sequential(nn.Linear(784, 64), nn.LayerNorm(64), nn.SiLU(), nn.Dropout(0.1), nn.Linear(64, 10)),
        0.5,
        0.5,
        {"_use_new_zipfile_serialization": False},
    ),
    # Norms in front of a Linear, in a checkpoint of DataParallel.
    "ahead": (
        lambda: nn.Sequential(nn.BatchNorm1d(784), nn.Linear(784, 48), nn.ReLU(), nn.BatchNorm1d(48), nn.Dropout(0.1), nn.Linear(48, 10)),
        0,
        1,
        {},
    ),
    "double": (lambda: nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10)).double(), 0, 1, {}),
}


def make(folder, train, test):
    torch.manual_seed(1)
    pixels, test_pixels = images_of(train), images_of(test)
    labels = torch.frombuffer(bytearray(Path(f"{train}.labels").read_bytes()), dtype=torch.uint8).long()
    for name, (build, mean, std, options) in networks.items():
        network = build()
        kind = next(network.parameters()).dtype
        prepare = lambda images: ((images.to(kind) / 255 - mean) / std).flatten(1)
        optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
        for batch in torch.randperm(len(labels))[:25600].split(128):
            optimizer.zero_grad()
            F.cross_entropy(network(prepare(pixels[batch])), labels[batch]).backward()
            optimizer.step()
        network.eval()
        state = network.state_dict()
        if name == "ahead":
            loss = F.cross_entropy(network(prepare(pixels[:9])), labels[:9]).detach()
            wrapped = nn.DataParallel(network).state_dict()
            state = {"epoch": 3, "model_state_dict": wrapped, "optimizer_state_dict": optimizer.state_dict(), "loss": loss}
        torch.save(state, f"{folder}/{name}.pt", **options)
        save(probabilities(lambda images: F.log_softmax(network(prepare(images)), dim=1), test_pixels).float(), f"{folder}/{name}.probabilities")


{"run": run, "make": make}[sys.argv[1]](*sys.argv[2:])
