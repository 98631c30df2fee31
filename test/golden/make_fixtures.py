"""Makes the golden fixtures: PyTorch's own numbers for both published networks, and for small ones of every other
layer, activation, optimizer and kind of target, on a batch of 64 real images.

    apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb DIR
    npm run goldens -- DIR/usr/share/datasets/fashion-mnist

Needs Python 3 with torch and numpy (Debian: python3-torch; then /usr/bin/python3 runs this file). It needs to
run only when a network or the batch changes: what it writes to test/golden/fixtures/ is committed.

Nothing here runs Couture's code. Philox, the first weights, the dropout masks and what is mixed are written down a second
time, from the paper and from the rules that src/model/init.ts, src/engine/reference/ops.ts and src/data/mix.ts state, so
that a mistake in either place shows; losses, forward, backward, clipping and optimizers are PyTorch's, but for Lion and
beta-LASSO.
"""

import gzip
import hashlib
import json
import math
import struct
import sys
import textwrap
from pathlib import Path

try:
    import numpy as np
    import torch
except ImportError as error:
    sys.exit(
        f"make_fixtures.py needs the Python packages numpy and torch ({error}).\n"
        "On Debian: apt-get install python3-torch, then run it with /usr/bin/python3."
    )

BATCH = 64
STEPS = 10
SEED = 1
MODELS = {
    "baseline": {"widths": [784, 128, 64, 10], "dropout": [0.25, 0.25, 0.0], "lr": 0.003},
    "deeper": {
        "widths": [784, 392, 196, 98, 49, 10],
        "dropout": [0.25, 0.25, 0.25, 0.0, 0.0],
        "lr": 0.0007,
    },
    "gelu-adamw": {
        "widths": [784, 48, 24, 10],
        "dropout": [0.25, 0.0, 0.0],
        "lr": 0.003,
        "activation": "gelu",
        "batchNorm": True,
        "weightDecay": 0.1,
        "labelSmoothing": 0.1,
    },
    "silu-sgd": {
        "widths": [784, 40, 20, 10],
        "dropout": [0.0, 0.5, 0.0],
        "lr": 0.05,
        "activation": "silu",
        "batchNorm": False,
        "optimizer": "sgd",
        "weightDecay": 0.01,
        "labelSmoothing": 0.0,
    },
    "leaky-relu": {
        "widths": [784, 33, 10],
        "dropout": [0.25, 0.0],
        "lr": 0.01,
        "activation": "leaky-relu",
        "batchNorm": True,
        "optimizer": "sgd",
    },
    "root": {
        "widths": [784, 32, 16, 10],
        "dropout": [0.0, 0.25, 0.0],
        "lr": 0.003,
        "activation": "root",
        "batchNorm": False,
    },
    "clip-adamw": {
        "widths": [784, 20, 18, 10],
        "dropout": [0.0, 0.0, 0.0],
        "lr": 0.003,
        "batchNorm": True,
        "weightDecay": 0.1,
        "clip": 1.0,
    },
    "lion": {
        "widths": [784, 24, 10],
        "dropout": [0.25, 0.0],
        "lr": 0.0005,
        "optimizer": "lion",
        "weightDecay": 0.1,
    },
    "lasso": {
        "widths": [784, 20, 10],
        "dropout": [0.0, 0.0],
        "lr": 0.02,
        "optimizer": "sgd",
        "lasso": 0.0002,
        "lassoThreshold": 50.0,
    },
    "distilled": {
        "widths": [784, 20, 10],
        "dropout": [0.25, 0.0],
        "lr": 0.003,
        "labelSmoothing": 0.1,
        "distillation": 0.6,
    },
    "mixed": {
        "widths": [784, 20, 10],
        "dropout": [0.0, 0.0],
        "lr": 0.003,
        "labelSmoothing": 0.1,
        "mixup": 0.4,
        "cutmix": 0.4,
    },
    "residual-adamw": {
        "widths": [784, 40, 10],
        "dropout": [0.25, 0.0],
        "lr": 0.003,
        "activation": "gelu",
        "norm": "layer",
        "blocks": 2,
        "expansion": 3,
        "weightDecay": 0.1,
        "labelSmoothing": 0.1,
    },
}
ACTIVATIONS = {
    "relu": torch.relu,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
    "leaky-relu": torch.nn.functional.leaky_relu,
    "root": lambda x: torch.sqrt(1 + torch.relu(x)) - 1,
}
MOMENTUM = 0.9
FIXTURES = Path(__file__).resolve().parent / "fixtures"


# Philox 4x32-10 (Salmon et al., SC 2011), on arrays of counters.


def philox(key, counters):
    """Random words [n, 4] of counters [n, 4] under a key of two words; all uint32."""
    x = [counters[:, i].astype(np.uint64) for i in range(4)]
    k0, k1 = int(key[0]), int(key[1])
    low32 = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p0 = x[0] * np.uint64(0xD2511F53)
        p1 = x[2] * np.uint64(0xCD9E8D57)
        x = [
            (p1 >> np.uint64(32)) ^ x[1] ^ np.uint64(k0),
            p1 & low32,
            (p0 >> np.uint64(32)) ^ x[3] ^ np.uint64(k1),
            p0 & low32,
        ]
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF
        k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(x, axis=1).astype(np.uint32)


def check_philox():
    """The known answers that Random123, the authors' library, ships."""
    known = [
        ("00000000 00000000", "00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff", "ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("a4093822 299f31d0", "243f6a88 85a308d3 13198a2e 03707344", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ]
    for key, counter, expected in known:
        words = [[int(word, 16) for word in text.split()] for text in (key, counter, expected)]
        got = philox(words[0], np.array([words[1]], dtype=np.uint32))[0]
        assert got.tolist() == words[2], f"Philox: {got} for {expected}"


def fork(key, name):
    """The key of a named stream: two words of Philox at (FNV-1a of the name, its length, 0, f0f0f0f0)."""
    digest = 0x811C9DC5
    for character in name:
        digest = ((digest ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    counter = np.array([[digest, len(name), 0, 0xF0F0F0F0]], dtype=np.uint32)
    return philox(key, counter)[0, :2].tolist()


def key_from_seed(seed):
    return [seed & 0xFFFFFFFF, seed >> 32]


def stream(key, length):
    """The first `length` words of a stream: word i is lane i % 4 of counter (i // 4, 0, 0, 0)."""
    counters = np.zeros((math.ceil(length / 4), 4), dtype=np.uint32)
    counters[:, 0] = np.arange(len(counters))
    return philox(key, counters).reshape(-1)[:length]


# What a run's seed decides.


def initial_values(run_key, name, shape, fan_in):
    """Uniform in +-1/sqrt(fan_in), 24 bits a value, every operation rounded to float32."""
    words = stream(fork(run_key, name), math.prod(shape))
    uniform = (words >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    bound = np.float32(1 / math.sqrt(fan_in))
    return ((uniform * np.float32(2) - np.float32(1)) * bound).reshape(shape)


def dropout_mask(key, rows, width, p, step, layer):
    """[rows, width] of 0 and float32(1 / (1 - p)): row b, feature j is lane j % 4 of (b * ceil(width/4) + j//4, step, layer, 0)."""
    groups = math.ceil(width / 4)
    counters = np.zeros((rows * groups, 4), dtype=np.uint32)
    counters[:, 0] = np.arange(rows * groups)
    counters[:, 1] = step
    counters[:, 2] = layer
    words = philox(key, counters).reshape(rows, groups * 4)[:, :width]
    threshold = np.uint32(math.floor(p * 2**32))
    return np.where(words >= threshold, np.float32(1 / (1 - p)), np.float32(0))


# Optimizers that PyTorch does not have.


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. (2023), with the operations in the order of the authors' code."""

    def __init__(self, parameters, lr, weight_decay, betas=(0.9, 0.99)):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay, "betas": betas})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2) = group["lr"], group["betas"]
            for w in group["params"]:
                m = self.state[w].setdefault("m", torch.zeros_like(w))
                direction = (m * beta1 + w.grad * (1 - beta1)).sign()
                w.mul_(1 - lr * group["weight_decay"]).sub_(direction * lr)
                m.mul_(beta2).add_(w.grad * (1 - beta2))


@torch.no_grad()
def threshold_weights(network, lr, penalty, beta):
    """What beta-LASSO (Neyshabur 2020) adds to a step of gradient descent: weights are shrunk, small ones are 0."""
    for name, w in network.named_parameters():
        if name.startswith("fc") and name.endswith(".weight"):
            w.sub_(lr * penalty * w.sign())
            w[w.abs() < penalty * beta] = 0


# Targets.


def teacher_probabilities(labels):
    """[BATCH, 10] float32: random, with as much again for the label, each row over its sum."""
    words = stream(fork(key_from_seed(SEED), "teacher"), BATCH * 10).reshape(BATCH, 10)
    weights = words / 2.0**32 + np.eye(10)[labels]
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def mix_batch(config, images, step):
    """What mixup and cutmix make of the batch in a step: images, the partner of every row, and its own share.

    Row b has the counters (b, step, 0, 1) and (b, step, 1, 1); src/data/mix.ts tells what they decide."""
    mixup, cutmix = config.get("mixup", 0.0), config.get("cutmix", 0.0)
    key = fork(key_from_seed(SEED), "augment")
    height, width = images.shape[1:]
    mixed, partners, shares = images.astype(np.int64), np.arange(BATCH), np.ones(BATCH)
    for row in range(BATCH):
        counters = np.array([[row, step, draw, 1] for draw in (0, 1)], dtype=np.uint32)
        (kind, other, amount, _), (across, down, _, _) = philox(key, counters) / 2.0**32
        if kind >= mixup + cutmix:
            continue
        partner = (row + 1 + math.floor(other * (BATCH - 1))) % BATCH
        mine, theirs = images[row].astype(np.int64), images[partner].astype(np.int64)
        partners[row] = partner
        if kind < mixup:
            weight = math.floor(amount * 257)
            mixed[row] = (mine * weight + theirs * (256 - weight) + 128) // 256
            shares[row] = weight / 256
        else:
            columns, rows = (math.floor(side * math.sqrt(amount) + 0.5) for side in (width, height))
            left, top = math.floor(across * width) - columns // 2, math.floor(down * height) - rows // 2
            inside = slice(max(0, top), top + rows), slice(max(0, left), left + columns)
            mixed[row][inside] = theirs[inside]
            shares[row] = 1 - theirs[inside].size / theirs.size
    return mixed, partners, shares


# The networks in PyTorch.


def linears(config):
    """Each Linear of a network: inputs, outputs, and dropout behind its activation; those of residual blocks among them."""
    widths, dropout = config["widths"], config["dropout"]
    plain = list(zip(widths, widths[1:], dropout))
    width = widths[-2]
    inside = width * config.get("expansion", 2)
    block = [(width, inside, dropout[-2]), (inside, width, 0.0)]
    return plain[:-1] + block * config.get("blocks", 0) + plain[-1:]


class Network(torch.nn.Module):
    """Linear, ReLU and dropout as often as there are widths, and LogSoftmax. The masks come from outside."""

    def __init__(self, widths, activation="relu", batch_norm=False):
        super().__init__()
        self.depth = len(widths) - 1
        self.activation = ACTIVATIONS[activation]
        self.batch_norm = batch_norm
        for i in range(self.depth):
            self.add_module(f"fc{i + 1}", torch.nn.Linear(widths[i], widths[i + 1]))
            if batch_norm and i < self.depth - 1:
                self.add_module(f"bn{i + 1}", torch.nn.BatchNorm1d(widths[i + 1]))

    def forward(self, x, masks):
        for i in range(self.depth):
            x = getattr(self, f"fc{i + 1}")(x)
            if i < self.depth - 1:
                if self.batch_norm:
                    x = getattr(self, f"bn{i + 1}")(x)
                x = self.activation(x)
            if masks[i] is not None:
                x = x * masks[i]
        return torch.log_softmax(x, dim=1)


class ResidualNetwork(torch.nn.Module):
    """The same with LayerNorm and, behind the hidden layers, residual blocks: x plus Linear of dropout of the activation of
    Linear of LayerNorm of x. One more LayerNorm stands behind them."""

    def __init__(self, config):
        super().__init__()
        self.activation = ACTIVATIONS[config["activation"]]
        self.hidden = len(config["widths"]) - 2
        self.depth = len(linears(config))
        for i, (inputs, outputs, _) in enumerate(linears(config)):
            linear, is_hidden = torch.nn.Linear(inputs, outputs), i < self.hidden
            ends_block = not is_hidden and i < self.depth - 1 and (i - self.hidden) % 2 == 1
            norm = None if ends_block else torch.nn.LayerNorm(outputs if is_hidden else inputs)
            modules = [(f"fc{i + 1}", linear), (f"ln{i + 1}", norm)]
            for name, module in modules if is_hidden else reversed(modules):
                if module is not None:
                    self.add_module(name, module)

    def forward(self, x, masks):
        def drop(values, i):
            return values if masks[i] is None else values * masks[i]

        def layer(kind, i):
            return getattr(self, f"{kind}{i + 1}")

        for i in range(self.hidden):
            x = drop(self.activation(layer("ln", i)(layer("fc", i)(x))), i)
        for i in range(self.hidden, self.depth - 1, 2):
            inside = drop(self.activation(layer("fc", i)(layer("ln", i)(x))), i)
            x = x + layer("fc", i + 1)(inside)
        last = self.depth - 1
        return torch.log_softmax(layer("fc", last)(layer("ln", last)(x)), dim=1)


def make_network(config, dtype):
    """A network with the first weights of the run with seed SEED."""
    if "blocks" in config:
        network = ResidualNetwork(config)
    else:
        network = Network(config["widths"], config.get("activation", "relu"), config.get("batchNorm", False))
    network = network.to(dtype)
    run_key = key_from_seed(SEED)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if not name.startswith("fc"):
                continue
            fan_in = getattr(network, name.split(".")[0]).in_features
            parameter.copy_(torch.from_numpy(initial_values(run_key, name, tuple(parameter.shape), fan_in)))
    return network


def masks_of(config, step, dtype):
    key = fork(key_from_seed(SEED), "dropout")
    return [
        torch.from_numpy(dropout_mask(key, BATCH, width, p, step, layer)).to(dtype) if p > 0 else None
        for layer, (_, width, p) in enumerate(linears(config))
    ]


def loss_of(config, output, labels, partners, shares):
    """Cross-entropy with the mixed labels, smoothed, and with what the teacher says of the mixed images, each by its share."""
    own = torch.from_numpy(shares).to(output.dtype).unsqueeze(1)
    blend = lambda rows: own * rows + (1 - own) * rows[torch.from_numpy(partners)]
    entropy = torch.nn.functional.cross_entropy
    hard = torch.nn.functional.one_hot(torch.from_numpy(labels.astype(np.int64)), 10).to(output.dtype)
    teacher = torch.from_numpy(teacher_probabilities(labels)).to(output.dtype)
    share = config.get("distillation", 0.0)
    smoothed = entropy(output, blend(hard), label_smoothing=config.get("labelSmoothing", 0.0))
    return (1 - share) * smoothed + share * entropy(output, teacher)


def train(config, images, labels, dtype):
    """Gradients of step 0, clipped where they are, the loss of each of the first STEPS steps on the one batch, and then that of inference."""
    network = make_network(config, dtype)
    decay = config.get("weightDecay", 0.0)
    if config.get("optimizer") == "sgd":
        optimizer = torch.optim.SGD(
            network.parameters(), lr=config["lr"], momentum=MOMENTUM, nesterov=True, weight_decay=decay
        )
    elif config.get("optimizer") == "lion":
        optimizer = Lion(network.parameters(), lr=config["lr"], weight_decay=decay)
    else:
        optimizer = torch.optim.AdamW(network.parameters(), lr=config["lr"], weight_decay=decay)
    # On log-probabilities cross-entropy is the negative log-likelihood, but for label smoothing.
    smoothing = config.get("labelSmoothing", 0.0)
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=smoothing) if smoothing > 0 else torch.nn.NLLLoss()
    # Pixels are scaled in float32 whatever the network computes in: they are part of the input.
    scale = lambda pixels: ((torch.from_numpy(pixels.astype(np.float32)) / 255 - 0.5) / 0.5).reshape(BATCH, -1).to(dtype)
    x = scale(images)
    soft = any(name in config for name in ("distillation", "mixup", "cutmix"))
    y = torch.from_numpy(labels.astype(np.int64))
    gradients, losses = {}, []
    for step in range(STEPS):
        optimizer.zero_grad()
        if soft:
            mixed, partners, shares = mix_batch(config, images, step)
            loss = loss_of(config, network(scale(mixed), masks_of(config, step, dtype)), labels, partners, shares)
        else:
            loss = criterion(network(x, masks_of(config, step, dtype)), y)
        loss.backward()
        if "clip" in config:
            torch.nn.utils.clip_grad_norm_(network.parameters(), config["clip"])
        if step == 0:
            gradients = {name: parameter.grad.clone().numpy() for name, parameter in network.named_parameters()}
        optimizer.step()
        if "lasso" in config:
            threshold_weights(network, config["lr"], config["lasso"], config["lassoThreshold"])
        losses.append(loss.item())
    # Adam makes whole steps of the rounding errors that are the gradient of a bias before a batch norm, so that its running
    # mean, and with it inference, is chance.
    inference = None
    if not config.get("batchNorm") or config.get("optimizer") == "sgd":
        network.eval()
        with torch.no_grad():
            inference = torch.nn.functional.nll_loss(network(x, [None] * network.depth), y).item()
    return gradients, losses, inference


# Files.


def read_idx(folder, name, header, count):
    """The first `count` bytes behind an IDX file's header, packed or not."""
    path = Path(folder) / name
    packed = path.with_name(f"{name}.gz")
    if packed.exists():
        data = gzip.decompress(packed.read_bytes())
    elif path.exists():
        data = path.read_bytes()
    else:
        sys.exit(f"There is no {name} or {name}.gz in {folder}.")
    return np.frombuffer(data, dtype=np.uint8, offset=header, count=count)


def write_idx(name, array):
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    (FIXTURES / name).write_bytes(header + array.tobytes())


def write_safetensors(name, tensors):
    """Eight bytes of header length, a JSON header, the tensors end to end: safetensors, written by hand."""
    header, offset = {}, 0
    for key, value in tensors.items():
        assert value.dtype == np.float32
        header[key] = {
            "dtype": "F32",
            "shape": list(value.shape),
            "data_offsets": [offset, offset + value.nbytes],
        }
        offset += value.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(value.astype("<f4").tobytes() for value in tensors.values())
    (FIXTURES / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def to_json(value, indent=""):
    """JSON as the repository's formatter writes it: lists of numbers filled to its line width."""
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{inner}{json.dumps(key)}: {to_json(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list):
        line = json.dumps(value)
        if len(line) < 80:
            return line
        filled = textwrap.fill(line[1:-1], 110, initial_indent=inner, subsequent_indent=inner)
        return f"[\n{filled}\n{indent}]"
    return json.dumps(value).replace("e-0", "e-")


def weights_sha256(config):
    """SHA-256 over the first weights as little-endian float32, tensor after tensor in the order of the layers."""
    digest = hashlib.sha256()
    for name, parameter in make_network(config, torch.float32).named_parameters():
        if name.startswith("fc"):
            digest.update(parameter.detach().numpy().astype("<f4").tobytes())
    return digest.hexdigest()


def largest_deviation(gradients, exact):
    """The largest of max|a - b| / max|b| over the tensors: how far float32 itself is from float64.

    Left out is a bias whose batch mean is taken away again: its gradient is 0 but for rounding."""
    inert = {name for name in exact if name.startswith("fc") and name.replace("fc", "bn") in exact}
    return max(
        float(np.abs(gradients[name] - exact[name]).max() / np.abs(exact[name]).max())
        for name in exact
        if not (name.endswith(".bias") and name in inert)
    )


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check_philox()
    torch.set_num_threads(1)
    FIXTURES.mkdir(exist_ok=True)
    images = read_idx(sys.argv[1], "train-images-idx3-ubyte", 16, BATCH * 784).reshape(BATCH, 28, 28)
    labels = read_idx(sys.argv[1], "train-labels-idx1-ubyte", 8, BATCH)
    write_idx("images-idx3-ubyte", images)
    write_idx("labels-idx1-ubyte", labels)
    write_safetensors("teacher.safetensors", {"probabilities": teacher_probabilities(labels)})
    golden = {"torch": torch.__version__, "numpy": np.__version__, "seed": SEED, "batch": BATCH, "models": {}}
    for name, config in MODELS.items():
        gradients, losses, inference = train(config, images, labels, torch.float32)
        exact, exact_losses, _ = train(config, images, labels, torch.float64)
        write_safetensors(f"{name}-gradients.safetensors", gradients)
        golden["models"][name] = {
            **config,
            "initialWeightsSha256": weights_sha256(config),
            "losses": losses,
            "inferenceLoss": inference,
            "float64": {
                "losses": exact_losses,
                "largestGradientDeviation": largest_deviation(gradients, exact),
            },
        }
        print(f"{name}: losses {losses[0]:.6f} to {losses[-1]:.6f}; float32 to float64 gradients "
              f"{golden['models'][name]['float64']['largestGradientDeviation']:.1e}")
    (FIXTURES / "golden.json").write_text(to_json(golden) + "\n")


main()
