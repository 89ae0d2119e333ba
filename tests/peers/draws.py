"""The random numbers of a training, from what pipeline/nn/random.h says of them."""
import numpy as np

INITIALISE, DROPOUT, NOISE, SHUFFLE = 1, 2, 3, 4  # purposes
WORD = (1 << 32) - 1


def philox(counter, key):
    """Philox4x32-10 (Salmon et al., 2011): four words, behind the axes of the counter's."""
    c = [np.atleast_1d(np.asarray(word, np.uint64)) for word in counter]
    k = [int(word) for word in key]
    half, low = np.uint64(32), np.uint64(WORD)
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(q >> half) ^ c[1] ^ np.uint64(k[0]), q & low,
             (p >> half) ^ c[3] ^ np.uint64(k[1]), p & low]
        k = [(k[0] + 0x9E3779B9) & WORD, (k[1] + 0xBB67AE85) & WORD]
    return np.stack(np.broadcast_arrays(*c), -1)


def stream_key(seed, stream):
    return philox([seed & WORD, seed >> 32 & WORD, stream, 0], [0x6C7078, 0x6E6E])[0, :2]


def stream_of(name):
    """FNV-1a."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & WORD
    return value


class Draws:
    """Of one layer, for the samples of one batch; arrays of {samples, values}."""

    def __init__(self, seed, path, epoch, rows):
        self.key, self.epoch, self.rows = stream_key(seed, stream_of(path)), epoch, rows

    def uniform(self, purpose, count):
        positions = np.arange((count + 3) // 4)
        words = philox([positions, np.asarray(self.rows)[:, None], self.epoch, purpose], self.key)
        return (words.reshape(len(self.rows), -1)[:, :count] >> np.uint64(8)) * 2.0**-24

    def normal(self, purpose, count):
        u = self.uniform(purpose, count + count % 2).reshape(len(self.rows), -1, 2)
        radius, angle = np.sqrt(-2 * np.log(1 - u[..., 0])), 2 * np.pi * u[..., 1]
        both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1)
        return both.reshape(len(self.rows), -1)[:, :count]


def order(n, seed, epoch):
    """In which an epoch goes through n samples."""
    i = np.arange(2, n + 1)
    words = philox([i, 0, epoch, SHUFFLE], stream_key(seed, 0))
    rows = list(range(n))
    for size, (high, low, *_) in zip(i[::-1], words[::-1]):
        place = ((int(high) << 32 | int(low)) * int(size)) >> 64
        rows[size - 1], rows[place] = rows[place], rows[size - 1]
    return np.array(rows)


def initial_uniform(count, limit, seed, path):
    """Of a weight, within ±limit."""
    u = Draws(seed, path, 0, [0])
    words = philox([np.arange((count + 3) // 4), 0, 0, INITIALISE], u.key)
    return ((words.reshape(-1)[:count] >> np.uint64(8)) * 2.0**-23 - 1) * limit


def initial_normal(count, seed, path, within=np.inf):
    """Of a weight; draws beyond ±within are drawn again."""
    values = np.full(count, np.inf)
    attempt = 0
    while (beyond := np.abs(values) > within).any() or attempt == 0:
        drawn = Draws(seed, path, attempt, range(16)).normal(INITIALISE, (count + 15) // 16)
        values = np.where(beyond | (attempt == 0), drawn.T.reshape(-1)[:count], values)
        attempt += 1
    return values
