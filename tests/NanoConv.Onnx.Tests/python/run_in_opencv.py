"""Runs ONNX files in OpenCV: `run_in_opencv.py FOLDER` reads each FOLDER/NAME.onnx and what it is to be given,
NAME.input (elements, little-endian) and NAME.shape (as `float32 3 4 4 1`), and writes NAME.output (float32), or NAME.refused
with OpenCV's words."""
import pathlib
import sys

import cv2
import numpy

for file in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    dtype, *axes = file.with_suffix(".shape").read_text().split()
    batch = numpy.fromfile(file.with_suffix(".input"), dtype).reshape([int(axis) for axis in axes])
    try:
        network = cv2.dnn.readNetFromONNX(str(file))
        network.setInput(batch)
        network.forward().astype("<f4").tofile(file.with_suffix(".output"))
    except cv2.error as error:
        file.with_suffix(".refused").write_text(str(error))
