"""scikit-learn's MLPClassifier on the images of a run, as `node scripts/demos/arrays.ts RUN FOLDER` writes them.

    apt-get install python3-sklearn
    python3 scripts/demos/sklearn_mlp.py FOLDER [--hidden 128,64] [--epochs 25] [--batch-size 64] [--rate 0.003] [--seeds 1]

Prints one JSON document. It learns from the training images without those that the run held out; there is no choice of an
epoch, the weights are those after the last one. Pixels become (p / 255 - 0.5) / 0.5, as in Couture.
"""

import argparse
import json
import platform
import time
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("--hidden", default="128,64")
parser.add_argument("--epochs", type=int, default=25)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--rate", type=float, default=0.003)
parser.add_argument("--seeds", default="1")
args = parser.parse_args()


def load(split):
    images = numpy.load(args.folder / f"x_{split}.npy")
    pixels = images.reshape(len(images), -1).astype(numpy.float32)
    return (pixels / 255 - 0.5) / 0.5, numpy.load(args.folder / f"y_{split}.npy")


warnings.simplefilter("ignore", ConvergenceWarning)
x, y = load("train")
held_x, held_y = load("val")
test_x, test_y = load("test")
runs = []
for seed in map(int, args.seeds.split(",")):
    network = MLPClassifier(
        hidden_layer_sizes=tuple(map(int, args.hidden.split(","))),
        batch_size=args.batch_size,
        learning_rate_init=args.rate,
        max_iter=args.epochs,
        random_state=seed,
    )
    start = time.perf_counter()
    network.fit(x, y)
    seconds = time.perf_counter() - start
    runs.append(
        {
            "seed": seed,
            "epochs": network.n_iter_,
            "seconds": round(seconds, 2),
            "validationAccuracy": network.score(held_x, held_y),
            "testAccuracy": network.score(test_x, test_y),
        }
    )
print(
    json.dumps(
        {
            "sklearn": sklearn.__version__,
            "numpy": numpy.__version__,
            "python": platform.python_version(),
            "trainImages": len(x),
            "testImages": len(test_x),
            "settings": {k: v for k, v in vars(args).items() if k != "folder"},
            "runs": runs,
        },
        indent=2,
    )
)
