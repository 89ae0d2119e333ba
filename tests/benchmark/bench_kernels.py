"""The kernels' share of one core's measured peak of fused multiply-adds, at the sizes of the
lecture's networks; each group as a whole, then each kernel."""
import collections
import functools

from harness import Figures, Row, program, run

TARGETS = {("avx512", "conv"): 0.8, ("avx2", "conv"): 0.7, ("avx512", "dense"): 0.75,
           ("avx2", "dense"): 0.75}


@functools.cache
def measured():
    """By (instruction set, kernel): rate and peak in GFLOP/s, and seconds."""
    found = collections.OrderedDict()
    for line in run([program("kernel_roofline")]).splitlines():
        simd, kernel, *numbers = line.split()
        found[simd, kernel] = [float(number) for number in numbers]
    return found


def group(simd, kind):
    """The work of all kernels of a kind, over the time that they take together."""
    kernels = [figures for (s, kernel), figures in measured().items()
               if s == simd and kernel.startswith(kind)]
    if not kernels:
        raise RuntimeError(f"this processor has no {simd}")
    seconds = sum(s for _, _, s in kernels)
    return Figures([sum(rate * s for rate, _, s in kernels) / seconds],
                   [sum(peak * s for _, peak, s in kernels) / seconds])


def kernel(simd, name):
    if (simd, name) not in measured():
        raise RuntimeError(f"this processor has no {simd}")
    rate, peak, _ = measured()[simd, name]
    return Figures([rate], [peak])


KERNELS = [f"conv_{what}_{layer}" for layer in
           ["encoder_1", "encoder_2", "encoder_3", "decoder_1", "decoder_2", "decoder_3", "decoder_4"]
           for what in ["forward", "data", "weights"] if (what, layer) != ("data", "encoder_1")]
KERNELS += [f"dense_{what}_{size}" for size in ["784_512", "512_784"]
            for what in ["forward", "data", "weights"]]

ROWS = [Row(f"kernels/{simd}/{kind}", "GFLOP/s", "share", target,
            functools.partial(group, simd, kind))
        for (simd, kind), target in TARGETS.items()]
ROWS += [Row(f"kernels/{simd}/{name}", "GFLOP/s", "share", None,
             functools.partial(kernel, simd, name))
         for simd in ["avx512", "avx2"] for name in KERNELS]
