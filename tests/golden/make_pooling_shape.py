#!/usr/bin/env python3
"""Average and global max-pooling, borders, upsampling and reshaping as PyTorch computes them, in float64, with their gradients.

    python3 make_pooling_shape.py            write pooling_shape.safetensors
    python3 make_pooling_shape.py --check    recompute and compare with the file

Cases are those of operations.safetensors, see README.md. Needs what make_goldens.py needs.
"""
import torch
import torch.nn.functional as F

import make_goldens as golden


def nchw(function):
    """A function of NCHW, of NHWC."""
    return lambda x: function(x.permute(0, 3, 1, 2).contiguous()).permute(0, 2, 3, 1)


def average(x, pool, strides, pads):
    """The mean over the pixels that are there: PyTorch's own with count_include_pad=False where it can pad so, else sum by number."""
    top, bottom, left, right = pads
    if (top, left) == (bottom, right) and 2 * top <= pool[0] and 2 * left <= pool[1]:
        return nchw(lambda y: F.avg_pool2d(y, pool, strides, (top, left), count_include_pad=False))(x)

    def summed(values):
        padded = F.pad(values.permute(0, 3, 1, 2), (left, right, top, bottom))
        return F.avg_pool2d(padded, pool, strides, divisor_override=1).permute(0, 2, 3, 1)
    return summed(x) / summed(torch.ones_like(x))


# name, input NHWC, pool, strides, padding
AVERAGES = [
    ("valid_2x2", (2, 4, 4, 5), (2, 2), (2, 2), "valid"),
    ("valid_2x2_odd_size", (1, 5, 3, 9), (2, 2), (2, 2), "valid"),
    ("valid_3x3_stride2_overlap", (1, 7, 5, 3), (3, 3), (2, 2), "valid"),
    ("valid_2x2_stride3", (1, 8, 5, 2), (2, 2), (3, 3), "valid"),
    ("same_3x3_stride1", (1, 4, 5, 4), (3, 3), (1, 1), "same"),
    ("same_3x3_stride2_even", (1, 6, 4, 9), (3, 3), (2, 2), "same"),
    ("same_2x2_odd_size", (1, 5, 3, 3), (2, 2), (2, 2), "same"),
    ("same_5x4_larger_than_input", (1, 2, 3, 2), (5, 4), (1, 1), "same"),
    ("explicit_3x4_stride2x3", (1, 6, 9, 2), (3, 4), (2, 3), (1, 0, 2, 1)),
    ("explicit_3x3_symmetric", (2, 5, 4, 2), (3, 3), (2, 1), (1, 1, 1, 1)),
    ("explicit_3x3_one_pixel", (1, 1, 1, 3), (3, 3), (1, 1), (1, 1, 2, 2)),
]
GLOBAL_MAXIMA = [("small", (2, 3, 4, 5)), ("tails", (1, 5, 3, 19)), ("one_pixel", (2, 1, 1, 4)), ("ties", (2, 4, 3, 6))]
SIDES = [("one", (2, 3, 4, 2), (1, 1, 1, 1)), ("uneven", (2, 5, 6, 3), (2, 0, 1, 3)),
         ("bottom", (1, 4, 3, 1), (0, 1, 0, 0)), ("none", (1, 2, 2, 2), (0, 0, 0, 0))]
SAMPLINGS = [("2x2", (2, 3, 4, 3), (2, 2)), ("3x2", (1, 4, 3, 2), (3, 2)), ("1x5", (1, 2, 3, 1), (1, 5)),
             ("4x3_one_pixel", (2, 1, 1, 3), (4, 3)), ("2x4_row", (1, 1, 5, 2), (2, 4))]
RESHAPES = [("flat", (2, 3, 2, 4), (-1,)), ("picture", (2, 24), (2, 4, 3)), ("other_picture", (2, 3, 4, 2), (2, -1, 3))]


def tensors():
    maker, result = golden.Maker(torch.float64), {}

    def add(case, shape, geometry, function, ties=False):
        x = golden.byte_values(f"{case}/input", shape) % 3.0 if ties else golden.symmetric(f"{case}/input", shape)
        result.update(maker.operation(case, geometry, {"input": x}, function))

    for name, shape, pool, strides, padding in AVERAGES:
        pads = golden.pads_of(padding, shape[1:3], pool, strides)
        add(f"average_pooling2d/{name}", shape, (*pool, *strides, *pads), lambda x: average(x, pool, strides, pads))
    for name, shape in GLOBAL_MAXIMA:
        largest = nchw(lambda x: F.adaptive_max_pool2d(x, 1))
        add(f"global_max_pooling2d/{name}", shape, None, lambda x: largest(x).flatten(1), ties=name == "ties")
    for name, shape, sides in SIDES:
        top, bottom, left, right = sides
        add(f"zero_padding2d/{name}", shape, sides, nchw(torch.nn.ZeroPad2d((left, right, top, bottom))))
        add(f"cropping2d/{name}", shape, sides, nchw(torch.nn.ZeroPad2d((-left, -right, -top, -bottom))))
    for name, shape, size in SAMPLINGS:
        add(f"up_sampling2d/nearest_{name}", shape, size, nchw(lambda x: F.interpolate(x, scale_factor=size, mode="nearest")))
        add(f"up_sampling2d/bilinear_{name}", shape, size,
            nchw(lambda x: F.interpolate(x, scale_factor=size, mode="bilinear", align_corners=False)))
    for name, shape, target in RESHAPES:
        add(f"reshape/{name}", shape, target, lambda x: x.reshape(x.shape[0], *target))
    return {"pooling_shape.safetensors": {name: golden.as_float64(value) for name, value in result.items()}}


if __name__ == "__main__":
    golden.run("Pooling and shapes, computed by PyTorch.", tensors, warn_only=True)
