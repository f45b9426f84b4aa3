"""Decodes the packets of bench/telemetry/decode.ts with two Python libraries; started by it."""

import struct
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import ccsdspy
from spacepackets.ccsds import SpacePacketHeader

path, ours = sys.argv[1], float(sys.argv[2])
data = open(path, "rb").read()
size = 6 + 6 + 40
count = len(data) // size
fields = struct.Struct(">" + "Hh" * 10)


def with_spacepackets():
    """spacepackets reads the header; fields are left to its user, here struct, the fastest way in the standard library."""
    total = 0.0
    for at in range(0, len(data), size):
        header = SpacePacketHeader.unpack(data[at : at + 6])
        assert header.seq_count >= 0
        values = [raw / 1000 for raw in fields.unpack_from(data, at + 12)]
        total += values[19]
    return total


def with_ccsdspy():
    """ccsdspy decodes a whole file at once into NumPy columns; the division is NumPy's too."""
    layout = [ccsdspy.PacketField("coarse", "uint", 32), ccsdspy.PacketField("fine", "uint", 16)] + [
        ccsdspy.PacketField(f"p{i}", "uint" if i % 2 == 0 else "int", 16) for i in range(20)
    ]
    columns = ccsdspy.FixedLength(layout).load(path)
    return sum((columns[f"p{i}"] / 1000).sum() for i in range(20))


for name, decode in (("spacepackets", with_spacepackets), ("ccsdspy", with_ccsdspy)):
    best = min(_time for _time in (lambda: [(lambda t: (decode(), time.perf_counter() - t)[1])(time.perf_counter()) for _ in range(3)])())
    rate = count / best
    print(f"{name:<14} {rate:.0f} packets/s, perigee is {ours / rate:.1f} times as fast")
