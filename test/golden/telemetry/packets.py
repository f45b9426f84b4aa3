"""Packets and values of other people's libraries, for foreign.test.ts. Renew them by:

python3 -m venv VENV && VENV/bin/pip install spacepackets==0.32.0 ccsdspy==2.0.1 space_packet_parser==6.2.0
cd test/golden/telemetry && VENV/bin/python packets.py
"""

import datetime
import json
import random
import struct
import warnings

warnings.filterwarnings("ignore")
import ccsdspy
from spacepackets.ccsds import CdsShortTimestamp, PacketType, SequenceFlags, SpacePacketHeader
from spacepackets.ecss import PusTm

made = random.Random(7)
OUT = {}


def pus():
    """TM[3,25] with a CDS short time and a CRC, by spacepackets; the last one with a wrong bit."""
    rows, packets = [], []
    for i in range(6):
        when = datetime.datetime(2026, 1, 2, 3, 4, 5, 1000 * made.randrange(1000), datetime.timezone.utc) + datetime.timedelta(hours=7 * i)
        stamp = CdsShortTimestamp.from_datetime(when)
        volts, mode = made.randrange(65536), made.randrange(4)
        tm = PusTm(service=3, subservice=25, timestamp=stamp.pack(), source_data=struct.pack(">BHB", 1, volts, mode), apid=77, seq_count=i, message_counter=i)
        packets.append(bytes(tm.pack()))
        # Read back: packing a time may cut a millisecond.
        sent = CdsShortTimestamp.unpack(stamp.pack())
        rows.append({"time": sent.as_unix_seconds(), "volts": volts, "mode": mode})
    broken = bytearray(packets[-1])
    broken[-4] ^= 1
    OUT["pus"] = {"packets": [p.hex() for p in packets], "rows": rows, "broken": broken.hex()}


def columns():
    """Unaligned integers, a float and an array, with the values that ccsdspy reads of them."""
    fields = [("a", "uint", 3), ("b", "int", 13), ("c", "uint", 12), ("d", "uint", 36), ("e", "float", 32), ("f", "float", 64)]
    packets = b""
    for i in range(20):
        body = made.randrange(1 << 64).to_bytes(8, "big") + struct.pack(">fd", made.uniform(-1e6, 1e6), made.uniform(-1e9, 1e9))
        body += b"".join(struct.pack(">H", made.randrange(65536)) for _ in range(3))
        header = SpacePacketHeader(packet_type=PacketType.TM, apid=5, seq_count=i, data_len=len(body) - 1, sec_header_flag=False, seq_flags=SequenceFlags.UNSEGMENTED)
        packets += bytes(header.pack()) + body
    with open("/tmp/columns.bin", "wb") as file:
        file.write(packets)
    layout = [ccsdspy.PacketField(name, kind, bits) for name, kind, bits in fields] + [ccsdspy.PacketArray(name="g", data_type="uint", bit_length=16, array_shape=3)]
    read = ccsdspy.FixedLength(layout).load("/tmp/columns.bin")
    size = len(packets) // 20
    rows = [{name: (read[name][i].tolist()) for name in [f[0] for f in fields] + ["g"]} for i in range(20)]
    OUT["columns"] = {"packets": [packets[i * size : (i + 1) * size].hex() for i in range(20)], "rows": rows}


XTCE = """<?xml version="1.0"?>
<xtce:SpaceSystem xmlns:xtce="http://www.omg.org/spec/XTCE/20180204" name="N"><xtce:TelemetryMetaData>
<xtce:ParameterTypeSet>{types}</xtce:ParameterTypeSet><xtce:ParameterSet>{parameters}</xtce:ParameterSet>
<xtce:ContainerSet>{containers}</xtce:ContainerSet></xtce:TelemetryMetaData></xtce:SpaceSystem>"""


def containers():
    """Containers that inherit from each other by values of fields, decoded by space_packet_parser."""
    from space_packet_parser import xtce
    from space_packet_parser.generators import ccsds_generator

    header = [("VERSION", 3), ("TYPE", 1), ("SEC_HDR_FLG", 1), ("PKT_APID", 11), ("SEQ_FLGS", 2), ("SRC_SEQ_CTR", 14), ("PKT_LEN", 16)]
    own = [("KIND", 8), ("SUB", 8), ("A", 16), ("B", 12), ("C", 4), ("D", 24)]
    entries = lambda *names: "<xtce:EntryList>" + "".join(f'<xtce:ParameterRefEntry parameterRef="{n}"/>' for n in names) + "</xtce:EntryList>"
    compare = lambda name, value: f'<xtce:Comparison parameterRef="{name}" value="{value}" useCalibratedValue="false"/>'
    base = lambda of, *those: f'<xtce:BaseContainer containerRef="{of}"><xtce:RestrictionCriteria><xtce:ComparisonList>{"".join(those)}</xtce:ComparisonList></xtce:RestrictionCriteria></xtce:BaseContainer>'
    text = XTCE.format(
        types="".join(f'<xtce:IntegerParameterType name="U{n}" signed="false"><xtce:UnitSet/><xtce:IntegerDataEncoding sizeInBits="{n}" encoding="unsigned"/></xtce:IntegerParameterType>' for n in sorted({bits for _, bits in header + own})),
        parameters="".join(f'<xtce:Parameter name="{n}" parameterTypeRef="U{bits}"/>' for n, bits in header + own),
        containers=f'<xtce:SequenceContainer name="CCSDSPacket" abstract="true">{entries(*[n for n, _ in header])}</xtce:SequenceContainer>'
        f'<xtce:SequenceContainer name="base" abstract="true">{entries("KIND", "SUB")}{base("CCSDSPacket", compare("PKT_APID", 9))}</xtce:SequenceContainer>'
        f'<xtce:SequenceContainer name="one">{entries("A")}{base("base", compare("KIND", 1))}</xtce:SequenceContainer>'
        f'<xtce:SequenceContainer name="two" abstract="true">{entries("B", "C")}{base("base", compare("KIND", 2))}</xtce:SequenceContainer>'
        f'<xtce:SequenceContainer name="two_deep">{entries("D")}{base("two", compare("SUB", 7))}</xtce:SequenceContainer>',
    )
    with open("/tmp/n.xml", "w") as file:
        file.write(text)
    packets = []
    for i in range(12):
        body = [bytes([1, made.randrange(256)]) + made.randbytes(2), bytes([2, 7]) + made.randbytes(5)][i % 2]
        head = SpacePacketHeader(packet_type=PacketType.TM, apid=9, seq_count=i, data_len=len(body) - 1, sec_header_flag=False, seq_flags=SequenceFlags.UNSEGMENTED)
        packets.append(bytes(head.pack()) + body)
    definition = xtce.definitions.XtcePacketDefinition.from_xtce("/tmp/n.xml")
    rows = []
    for binary in packets:
        read = definition.parse_bytes(binary)
        rows.append({n: int(read[n]) for n, _ in own if n in read})
    OUT["containers"] = {"packets": [p.hex() for p in packets], "rows": rows}


pus()
columns()
containers()
with open("packets.json", "w") as file:
    json.dump(OUT, file, indent=1)
    file.write("\n")
