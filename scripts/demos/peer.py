"""The same images in scikit-learn: an MLPClassifier on the splits that `couture data import` keeps.

    python3 scripts/demos/peer.py CACHE/imports/DIGEST [EPOCHS] [HIDDEN,HIDDEN...]

A split file is `COUTURE1`, the length of a header, the header as JSON, its SHA-256, pixels, and labels as uint16.
`couture data import PATH --json` prints the digest (origin.digest).
"""

import json
import struct
import sys
import time

import numpy as np
from sklearn.neural_network import MLPClassifier


def load(path):
    data = open(path, "rb").read()
    assert data[:8] == b"COUTURE1"
    (length,) = struct.unpack("<I", data[8:12])
    header = json.loads(data[12 : 12 + length])
    info = header["info"]
    count = info["splits"][header["split"]]["length"]
    size = info["shape"]["height"] * info["shape"]["width"] * info["shape"]["channels"]
    start = 12 + length + 32
    pixels = np.frombuffer(data, np.uint8, count * size, start).reshape(count, size)
    labels = np.frombuffer(data, "<u2", count, start + count * size)
    return pixels.astype(np.float32) / 127.5 - 1, labels


folder = sys.argv[1]
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 10
hidden = tuple(int(n) for n in (sys.argv[3] if len(sys.argv) > 3 else "128").split(","))
(x, y), (x_test, y_test) = load(f"{folder}/train.split"), load(f"{folder}/test.split")
for seed in range(3):
    model = MLPClassifier(hidden, batch_size=64, learning_rate_init=1e-3, max_iter=epochs, random_state=seed)
    started = time.time()
    model.fit(x, y)
    print(f"seed {seed}: {model.score(x_test, y_test):.2%} of {len(y_test)} test images, {time.time() - started:.1f} s")
