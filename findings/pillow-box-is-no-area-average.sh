#!/usr/bin/env bash
# Pillow 9.4.0 (Debian 12, python3-pil 9.4.0-1.1+deb12u1), Image.resize with Resampling.BOX.
#
# A good guess: shrinking with the box filter averages the area that becomes a pixel, so a source pixel on the border of two
# new ones counts for both, by its share. Seen: every source pixel counts wholly for one new pixel and not at all for its
# neighbour. At whole ratios that is the area average; at others it is far from it: of 40 pixels that alternate between 0 and
# 255, 32 become 0, 128, 255, 0, 255, … where the areas' averages are 51, 153, 153, 51, 204, …, up to 102 of 255 levels away;
# from 33 to 32, nearly nothing is averaged, and the difference is 124 levels. BILINEAR, whose window is wider, is nearer to the
# area average than BOX at all those ratios, and farther at whole ones.
#
# Who prepares pictures for a network by "area" in one program and by BOX in another feeds it two different pictures.
# Fails if any of this changes. Needs Debian 12's package sources and python3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
apt-get download -qq python3-pil=9.4.0-1.1+deb12u1 libjpeg62-turbo libopenjp2-7 libtiff6 libxcb1 libxau6 libxdmcp6 libdeflate0 \
  libwebp7 libjbig0 liblerc4 libbsd0 libmd0 > /dev/null
for package in *.deb; do dpkg -x "$package" root; done

export LD_LIBRARY_PATH="$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu"
PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" /usr/bin/python3 - <<'PYTHON'
import math
import PIL
from PIL import Image

assert PIL.__version__ == "9.4.0", PIL.__version__
assert "root/usr/lib" in PIL.__file__, PIL.__file__


def area_average(row, width):
    averages = []
    for i in range(width):
        first, last = i * len(row) / width, (i + 1) * len(row) / width
        overlaps = [(min(last, x + 1) - max(first, x), row[x]) for x in range(int(first), min(len(row), math.ceil(last)))]
        averages.append(sum(share * value for share, value in overlaps) / (last - first))
    return averages


def worst(width_before, width_after, method):
    row = [255 * (x % 2) for x in range(width_before)]
    picture = Image.new("L", (width_before, 1))
    picture.putdata(row)
    got = list(picture.resize((width_after, 1), method).getdata())
    return got, max(abs(a - b) for a, b in zip(got, area_average(row, width_after)))


for before, box_least, bilinear_most in [(33, 123, 4), (40, 101, 28), (48, 84, 29), (50, 91, 28), (63, 125, 17)]:
    (_, box), (_, bilinear) = worst(before, 32, Image.Resampling.BOX), worst(before, 32, Image.Resampling.BILINEAR)
    print(f"{before} to 32: BOX is up to {box:.1f} levels off the area average, BILINEAR {bilinear:.1f}")
    assert box > box_least and bilinear < bilinear_most, "the behaviour has changed"
pixels, _ = worst(40, 32, Image.Resampling.BOX)
assert pixels[:8] == [0, 128, 255, 0, 255, 128, 0, 255], pixels[:8]
_, whole = worst(64, 32, Image.Resampling.BOX)
print(f"64 to 32: BOX is up to {whole:.1f} levels off")
assert whole <= 0.5, "the behaviour has changed"
PYTHON
