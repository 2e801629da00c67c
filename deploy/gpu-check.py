"""Measures PyTorch on trainings of the sizes that the trainer measured, and writes both into one report.

gpu-check.py TRAINER_REPORT REPORT [--cpu]: gpu-check.sh starts it. Without PyTorch the report has the trainer's part
alone.
"""
import contextlib
import json
import sys
import time

try:
    import torch
except ImportError:
    torch = None

WARM_UP, MOST_STEPS, CLASSES, DROPOUT = 3, 500, 3, 0.1


def bilstm(sizes):
    """The study's BiLSTM over frozen vectors. The texts have equal lengths, so nothing is packed."""
    nn = torch.nn

    class BiLstm(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("vectors", torch.randn(sizes["words"], sizes["width"]) * 0.02)
            self.lstm = nn.LSTM(sizes["width"], sizes["units"], num_layers=2, bidirectional=True)
            self.top = nn.Sequential(
                nn.Linear(2 * sizes["units"], 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, CLASSES))

        def forward(self, tokens):
            states = self.lstm(self.vectors[tokens.t()])[0]
            forward, backward = states[-1, :, : sizes["units"]], states[0, :, sizes["units"] :]
            return self.top(torch.cat([forward, backward], dim=1))

    return BiLstm()


def bert(sizes):
    """A BERT of torch's own layers, with learned positions and the pooler over the first token."""
    nn = torch.nn

    class Bert(nn.Module):
        def __init__(self):
            super().__init__()
            width = sizes["width"]
            self.words, self.positions = nn.Embedding(sizes["words"], width), nn.Embedding(512, width)
            self.norm, self.dropout = nn.LayerNorm(width, eps=1e-12), nn.Dropout(DROPOUT)
            layer = nn.TransformerEncoderLayer(
                width, sizes["heads"], sizes["units"], DROPOUT, "gelu", layer_norm_eps=1e-12, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, sizes["layers"])
            self.pooler, self.linear = nn.Linear(width, width), nn.Linear(width, CLASSES)

        def forward(self, tokens):
            places = torch.arange(tokens.shape[1], device=tokens.device)
            state = self.encoder(self.dropout(self.norm(self.words(tokens) + self.positions(places))))
            return self.linear(torch.tanh(self.pooler(state[:, 0])))

    return Bert()


def tokens_per_second(make, sizes, precision, device, seconds):
    """The speed of the usual training loop of PyTorch, with the same optimizer and clipping."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.manual_seed(1)
    model = make(sizes).to(device)
    model.train()
    fused = {"fused": True} if device == "cuda" else {}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5, **fused)
    tokens = torch.randint(sizes["words"], (sizes["batch"], sizes["tokens"]), device=device)
    labels = torch.arange(sizes["batch"], device=device) % CLASSES
    rounds = torch.autocast(device, dtype=torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()

    def train(steps):
        started = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad()
            with rounds:
                loss = torch.nn.functional.cross_entropy(model(tokens), labels)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        loss.item()  # waits for the device
        return time.perf_counter() - started

    train(WARM_UP)
    steps = min(MOST_STEPS, max(WARM_UP, int(seconds * WARM_UP / train(WARM_UP))))
    return steps * sizes["batch"] * sizes["tokens"] / train(steps)


def measure(report, device):
    makes = {"BiLSTM": (bilstm, report["sizes"]["biLstm"]), "BERT": (bert, report["sizes"]["bert"])}
    for speed in report["speeds"]:
        name, precision = speed["name"].split(" ")
        make, sizes = makes[name]
        try:
            speed["pyTorchTokensPerSecond"] = tokens_per_second(
                make, sizes, precision, device, report["sizes"]["seconds"])
        except RuntimeError as failure:  # such as a lack of memory
            speed["pyTorchError"] = str(failure).splitlines()[0]
        yield speed


def line(speed):
    ours, theirs = speed.get("tokensPerSecond"), speed.get("pyTorchTokensPerSecond")
    shown = [f"{speed['name']:16}", f"{ours:12,.0f} tokens/s" if ours else speed.get("error") or "not measured"]
    shown.append(f"PyTorch {theirs:12,.0f}" if theirs else speed.get("pyTorchError") or "PyTorch not measured")
    if ours and theirs:
        speed["timesPyTorch"] = ours / theirs
        shown.append(f"{ours / theirs:6.2f} times as fast")
    return "  ".join(shown)


def main(source, target, device):
    with open(source, encoding="utf-8") as file:
        report = json.load(file)
    if torch is None:
        print("skipped: the speed of PyTorch (this Python has none)")
    else:
        report["pyTorch"] = {
            "version": torch.__version__,
            "device": torch.cuda.get_device_name(0) if device == "cuda" else "cpu",
        }
        for speed in measure(report, device):
            print(line(speed))
    with open(target, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], "cpu" if "--cpu" in sys.argv[3:] else "cuda")
