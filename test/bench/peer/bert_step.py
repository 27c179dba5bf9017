"""Times one training step of a BERT token classifier in PyTorch, the peer of test/bench/training.

Prints one line of JSON: {"version", "threads", "seconds": [per step], "peakBytes", "parameters",
"gflops"}, the last being the speed of one 1024 x 1024 product: Debian's PyTorch takes whatever BLAS the
machine has, and with the reference BLAS it is a weak peer, which the row then shows.
The model is the published one (post-normalization, exact Gelu, learned positions), without dropout, so
that both sides do the same arithmetic. A step is forward, backward and AdamW.
"""
import argparse
import json
import math
import os
import resource
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
for name in "layers hidden heads intermediate vocabulary positions classes batch length steps".split():
    parser.add_argument("--" + name, type=int, required=True)
parser.add_argument("--mode", choices=["full", "lora"], required=True)
args = parser.parse_args()


class LoraLinear(nn.Module):
    """Frozen linear layer beside a low-rank product, as in PEFT: rank 8, alpha 16."""

    def __init__(self, base, rank=8, alpha=16):
        super().__init__()
        self.base = base
        self.a = nn.Linear(base.in_features, rank, bias=False)
        self.b = nn.Linear(rank, base.out_features, bias=False)
        nn.init.zeros_(self.b.weight)
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.b(self.a(x)) * self.scale


class Layer(nn.Module):
    def __init__(self, hidden, heads, intermediate):
        super().__init__()
        self.heads, self.width = heads, hidden // heads
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))
        self.dense = nn.Linear(hidden, hidden)
        self.norm1 = nn.LayerNorm(hidden, eps=1e-12)
        self.inner = nn.Linear(hidden, intermediate)
        self.outer = nn.Linear(intermediate, hidden)
        self.norm2 = nn.LayerNorm(hidden, eps=1e-12)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, self.width).transpose(1, 2)

    def forward(self, x, mask):
        q, k, v = (self.split(f(x)) for f in (self.query, self.key, self.value))
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.width) + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)
        x = self.norm1(self.dense(mixed) + x)
        return self.norm2(self.outer(nn.functional.gelu(self.inner(x))) + x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(args.vocabulary, args.hidden)
        self.places = nn.Embedding(args.positions, args.hidden)
        self.kinds = nn.Embedding(2, args.hidden)
        self.norm = nn.LayerNorm(args.hidden, eps=1e-12)
        self.layers = nn.ModuleList(
            Layer(args.hidden, args.heads, args.intermediate) for _ in range(args.layers)
        )
        self.classifier = nn.Linear(args.hidden, args.classes)

    def forward(self, ids, mask):
        places = torch.arange(ids.shape[1])
        x = self.norm(self.words(ids) + self.kinds(torch.zeros_like(ids)) + self.places(places))
        bias = (1.0 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        for layer in self.layers:
            x = layer(x, bias)
        return self.classifier(x)


torch.manual_seed(1)
torch.set_num_threads(len(os.sched_getaffinity(0)))
model = Model()
if args.mode == "lora":
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for layer in model.layers:
        layer.query, layer.value = LoraLinear(layer.query), LoraLinear(layer.value)
    for parameter in model.classifier.parameters():
        parameter.requires_grad_(True)
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=2e-5, weight_decay=0.01)
ids = torch.randint(0, args.vocabulary, (args.batch, args.length))
mask = torch.ones(args.batch, args.length, dtype=torch.int64)
labels = torch.randint(0, args.classes, (args.batch * args.length,))
seconds = []
for _ in range(args.steps):
    begun = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    scores = model(ids, mask)
    loss = nn.functional.cross_entropy(scores.view(-1, args.classes), labels)
    loss.backward()
    optimizer.step()
    seconds.append(time.perf_counter() - begun)
square = torch.rand(1024, 1024)
square @ square
begun = time.perf_counter()
square @ square
gflops = 2 * 1024**3 / (time.perf_counter() - begun) / 1e9
print(
    json.dumps(
        {
            "version": torch.__version__,
            "threads": torch.get_num_threads(),
            "seconds": seconds,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "gflops": gflops,
            "parameters": sum(parameter.numel() for parameter in trained),
        }
    )
)
