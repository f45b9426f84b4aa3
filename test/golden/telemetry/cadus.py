"""
Makes cadus.json: space packets in TM and AOS frames as other implementations write them. Packets by spacepackets, frames,
CRC, Reed-Solomon and randomiser by cadu-generator (ESA):

    python3.13 -m venv V && V/bin/pip install spacepackets==0.32.0 cadu-generator==1.3.0
    V/bin/python test/golden/telemetry/cadus.py > test/golden/telemetry/cadus.json
"""

import json

import numpy as np
from cadu_generator.algorithms import rs_interleave_and_encode
from cadu_generator.primitives import CADU, MPDUAOSTransferFrame, TMTransferFrame
from cadu_generator.scrambling import ccsds_randomize_bytes
from spacepackets.ccsds.spacepacket import PacketType, SpacePacketHeader

FRAME_BYTES = 223  # one Reed-Solomon block of (255, 223)


def packet(count: int, data_bytes: int) -> bytes:
    header = SpacePacketHeader(PacketType.TM, apid=100, seq_count=count, data_len=data_bytes - 1)
    return bytes(header.pack()) + bytes((count * 31 + i) % 256 for i in range(data_bytes))


# Lengths that make packets end everywhere in a frame, headers cut in two, one packet over four frames.
PACKETS = [packet(i, size) for i, size in enumerate([40, 1, 150, 7, 700, 180, 211, 30, 3, 512, 64, 90])]


def cut(data_bytes: int) -> list[tuple[int, bytes]]:
    """Data fields with their first header pointers."""
    stream, starts = b"".join(PACKETS), []
    at = 0
    for each in PACKETS:
        starts.append(at)
        at += len(each)
    rest = -len(stream) % data_bytes
    if rest:
        rest = rest if rest >= 7 else rest + data_bytes
        idle = SpacePacketHeader(PacketType.TM, apid=0x7FF, seq_count=0, data_len=rest - 7)
        starts.append(len(stream))
        stream += bytes(idle.pack()) + bytes(rest - 6)
    fields = []
    for at in range(0, len(stream), data_bytes):
        begin = [start - at for start in starts if at <= start < at + data_bytes]
        fields.append((begin[0] if begin else 0x7FF, stream[at : at + data_bytes]))
    return fields


def cadu(frame: bytes, reed_solomon: bool, randomised: bool) -> str:
    block = rs_interleave_and_encode(frame, 1, 255, 223) if reed_solomon else frame
    if randomised:
        block = ccsds_randomize_bytes(np.frombuffer(bytearray(block), dtype=np.uint8)).tobytes()
    return CADU(data=block).encode().hex()


def tm(ocf: bytes | None, secondary: bytes | None, fecf: bool = True) -> list[bytes]:
    overhead = 6 + (4 if ocf else 0) + (1 + len(secondary) if secondary else 0) + (2 if fecf else 0)
    return [
        TMTransferFrame(
            spacecraft_id=0x1AB,
            virtual_channel_id=3,
            mc_frame_count=i % 256,
            vc_frame_count=(250 + i) % 256,
            segment_length_id=3,
            first_header_pointer=pointer,
            ocf_data=ocf,
            secondary_header_data=secondary,
            include_fecf=fecf,
            frame_size=FRAME_BYTES,
            data=data,
        ).encode()
        for i, (pointer, data) in enumerate(cut(FRAME_BYTES - overhead))
    ]


def aos(header_error_control: bool, insert: bytes | None, ocf: bytes | None) -> list[bytes]:
    overhead = 6 + (2 if header_error_control else 0) + len(insert or b"") + 2 + (4 if ocf else 0) + 2
    return [
        MPDUAOSTransferFrame(
            version=1,
            spacecraft_id=0xC5,
            virtual_channel_id=17,
            vc_frame_count=(0xFFFFFE + i) % 2**24,
            m_pdu_first_header_pointer=pointer,
            include_fhecf=header_error_control,
            insert_zone_data=insert,
            ocf_data=ocf,
            frame_size=FRAME_BYTES,
            data=data,
        ).encode()
        for i, (pointer, data) in enumerate(cut(FRAME_BYTES - overhead))
    ]


CASES = [
    ("TM", f"framing=tm&frameBytes={FRAME_BYTES}", tm(None, None), False, False),
    (
        "TM with OCF and secondary header, Reed-Solomon (255,223), randomised",
        f"framing=tm&frameBytes={FRAME_BYTES}&reedSolomonBytes=32&randomised=true&spacecraftId=427&virtualChannels=3",
        tm(b"\x01\x02\x03\x04", b"secondary"),
        True,
        True,
    ),
    (
        "TM without FECF, Reed-Solomon (255,223)",
        f"framing=tm&frameBytes={FRAME_BYTES}&reedSolomonBytes=32&fecf=false&spacecraftId=427",
        tm(None, None, fecf=False),
        True,
        False,
    ),
    ("AOS", f"framing=aos&frameBytes={FRAME_BYTES}", aos(False, None, None), False, False),
    (
        "AOS with header error control, insert zone and OCF, Reed-Solomon (255,223), randomised",
        f"framing=aos&frameBytes={FRAME_BYTES}&reedSolomonBytes=32&randomised=true&headerErrorControl=true"
        "&insertBytes=6&ocf=true&spacecraftId=197",
        aos(True, b"insert", b"\x0a\x0b\x0c\x0d"),
        True,
        True,
    ),
]

print(
    json.dumps(
        {
            "packets": [each.hex() for each in PACKETS],
            "cases": [
                {"name": name, "options": options, "cadus": [cadu(frame, *coding) for frame in frames]}
                for name, options, frames, *coding in CASES
            ],
        },
        indent=1,
    )
)
