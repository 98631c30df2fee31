"""Writes the small files of fixtures/torch with PyTorch 1.13: python3 test/golden/make_torch_files.py"""
import json
from pathlib import Path

import torch
from torch import nn

folder = Path(__file__).parent / "fixtures" / "torch"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(18)


class Named(nn.Module):
    """Modules by name; the order of the layers is not that of their names."""

    def __init__(self):
        super().__init__()
        self.input = nn.Linear(6, 5)
        self.norm = nn.BatchNorm1d(5)
        self.hidden = nn.Linear(5, 4, bias=False)
        self.output = nn.Linear(4, 3)


named, places = Named(), nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.ReLU(), nn.Linear(4, 3))
named.norm.running_mean.uniform_(-1, 1)
named.norm.running_var.uniform_(0.5, 2)
state = named.state_dict()
torch.save(state, folder / "named.pt")
torch.save(places.state_dict(), folder / "legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "model": state, "optimizer": torch.optim.Adam(named.parameters()).state_dict()}, folder / "checkpoint.pt")
shared = torch.arange(30, dtype=torch.float64) / 8
torch.save({"fc1.weight": shared.view(5, 6).t(), "fc1.bias": shared[3:9].half(), "fc2.weight": shared[:18].view(3, 6).bfloat16()}, folder / "types.pt")
torch.save(named, folder / "module.pt")
torch.save(nn.Conv2d(1, 2, 3).state_dict(), folder / "convolution.pt")
torch.save(state, folder / "protocol4.pt", pickle_protocol=4)

values = {
    "named": {name: tensor.flatten().tolist() for name, tensor in state.items() if tensor.is_floating_point()},
    "legacy": {name: tensor.flatten().tolist() for name, tensor in places.state_dict().items()},
    "types": {
        "fc1.weight": shared.view(5, 6).t().flatten().tolist(),
        "fc1.bias": shared[3:9].tolist(),
        "fc2.weight": shared[:18].tolist(),
    },
}
(folder / "values.json").write_text(json.dumps(values))
