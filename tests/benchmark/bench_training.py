"""Training the networks of pipelines/ beside PyTorch at its best: seconds an epoch of 5,400."""
import functools
import gzip
import pathlib
import tempfile

from harness import BUILD, SOURCE, Figures, Row, in_turn, peak_memory, program, run

PEERS = {"torch": "python3-torch libopenblas-dev", "sklearn": "python3-sklearn",
         "numpy": "python3-numpy"}
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
PLUGINS = {"PIPELINE_PLUGIN_DIR": str(BUILD / "lib/pipeline/plugins")}
# So many epochs take our side two seconds or so, the peer ten.
EPOCHS = {"dae": 100, "ae_conv": 10, "vae": 10, "vae_conv": 10, "cnn": 2}


@functools.cache
def data():
    """The training rows of the pipelines' split, in files: plain floats, and a byte a label."""
    import numpy as np
    from sklearn.model_selection import train_test_split

    def read(name, offset):
        file = gzip.open(DATA / f"train-{name}-ubyte.gz")
        return np.frombuffer(file.read(), np.uint8, offset=offset)

    rows = read("images-idx3", 16).reshape(-1, 784)[::10].astype(np.float32) / 255
    labels = read("labels-idx1", 8)[::10]
    train, _, train_labels, _ = train_test_split(rows, labels, test_size=0.1, random_state=4487)
    return [as_file(train), as_file(train_labels)]


def as_file(array):
    file = tempfile.NamedTemporaryFile(suffix=".raw")
    array.tofile(file)
    file.flush()
    return file


def words(net, epochs, threads):
    """What the programs that train a network are told."""
    images, labels = data()
    return [images.name, epochs, threads] + ([labels.name] if net == "cnn" else [])


def ours(net, threads=1):
    return float(run([program("training_epochs"), SOURCE / f"pipelines/{net}.yaml",
                      *words(net, EPOCHS[net], threads)], cores=threads, **PLUGINS))


def torch(net, threads=1):
    script = pathlib.Path(__file__).with_name("training_torch.py")
    return float(run(["/usr/bin/python3", script, net,
                      *words(net, max(2, EPOCHS[net] // 3), threads)],
                     cores=threads, OMP_NUM_THREADS=str(threads)))


def against_torch(net):
    return lambda: in_turn(5, lambda: ours(net), lambda: torch(net))


def two_threads(net):
    return lambda: in_turn(5, lambda: ours(net, threads=2), lambda: ours(net))


@functools.cache
def parts(net):
    """Seconds of an epoch by what is done in them, and as a whole."""
    said = run([program("training_parts"), SOURCE / f"pipelines/{net}.yaml",
                *words(net, EPOCHS[net], 1)], cores=1, **PLUGINS)
    return {part: float(seconds) for part, seconds in map(str.split, said.splitlines())}


def share(net, part):
    return lambda: Figures([parts(net)[part]], [parts(net)["epoch"]])


def memory():
    """Peak memory of a whole run of vae_conv.yaml, MiB."""
    with tempfile.TemporaryDirectory() as folder:
        return Figures([peak_memory([BUILD / "bin/pipeline", "run",
                                     SOURCE / "pipelines/vae_conv.yaml",
                                     "--cache", f"{folder}/cache", "--out", f"{folder}/out"])])


ROWS = [
    # vae and cnn are nearly all multiply-adds. The peer does most of what a core can do of them, so
    # that three times as fast would be more than the core has.
    *(Row(f"training/{net}", "s", "times", target, against_torch(net))
      for net, target in [("dae", 4), ("ae_conv", 4), ("vae", 1.3), ("vae_conv", 4),
                          ("cnn", 1.3)]),
    *(Row(f"training/{net}_two_threads", "s", "times", 1.7, two_threads(net))
      for net in ["ae_conv", "vae", "vae_conv", "cnn"]),
    # Where the time of an epoch goes, with one thread; the peer is the whole.
    *(Row(f"training/{net}_{part}", "s", "share", None, share(net, part))
      for net in EPOCHS for part in ["gather", "forward", "backward", "update"]),
    Row("training/vae_conv_memory", "MiB", "bound", 200, memory),
]
