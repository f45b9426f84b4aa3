"""Decodes packets with somebody else's decoder and writes a JSON line a packet; started by main.ts.

  decode.py spp DEFINITION PACKETS SKIP_BYTES          space_packet_parser, by XTCE
  decode.py ccsdspy DEFINITION PACKETS 0               ccsdspy, by CSV in its own form or in that of mission databases
  decode.py ccsdspy-test MODULE:FUNCTION FOLDER 0      the packets of one of ccsdspy's own tests; writes its definition as CSV
  decode.py openc3 DEFINITION FOLDER 0                 COSMOS' Python library, which also makes the packets
  decode.py fprime DICTIONARY FOLDER 0                 F' ground data system, which also makes the packets

A line is {"raw": {name: number or text}, "value": {name: number or text}}, null for a packet that was not decoded. Texts
are "s:..." and bytes "x:..." in hexadecimal digits.
"""

import csv
import importlib
import inspect
import json
import math
import os
import random
import sys
import warnings

warnings.filterwarnings("ignore")
# What the libraries themselves print goes to standard error.
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def plain(value):
    """The value as JSON has it: floats that are none are left out by None."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (bytes, bytearray)):
        return "x:" + bytes(value).hex()
    if isinstance(value, str):
        return "s:" + value
    if hasattr(value, "tolist"):
        value = value.tolist()
        return plain(value) if not isinstance(value, list) else [plain(each) for each in value]
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return None


def line(raw, value=None):
    out.write(json.dumps({"raw": raw, "value": value or {}}) + "\n")


def with_spp(definition, packets, skip):
    import space_packet_parser as spp

    xtce = spp.load_xtce(definition)
    if xtce.root_container_name not in xtce.containers:
        # The library takes the root by its name; it is the one that is based on none.
        xtce.root_container_name = next(name for name, each in xtce.containers.items() if not each.base_container_name)
    for each in spp.ccsds_generator(open(packets, "rb"), skip_header_bytes=skip):
        try:
            packet = xtce.parse_bytes(each)
        except Exception:
            out.write("null\n")
            continue
        raw = {name: plain(value.raw_value) for name, value in packet.items()}
        line(raw, {name: plain(value) for name, value in packet.items()})


def packet_of(definition):
    """Packet of a CSV, in ccsdspy's form or with the columns Mnemonic, Type, Start Byte, Start Bit and Data Size."""
    import ccsdspy

    rows = list(csv.reader(open(definition, encoding="utf-8-sig"), skipinitialspace=True))
    head = [name.strip() for name in rows[0]]
    if "Mnemonic" not in head and "bit_offset" not in head:
        kind = head.index("data_type")
        varies = any("(" in row[kind] and not row[kind].strip(") ").partition("(")[2][:1].isdigit() for row in rows[1:])
        return (ccsdspy.VariableLength if varies else ccsdspy.FixedLength).from_file(definition)
    fields = []
    for row in rows[1:]:
        cell = dict(zip(head, (each.strip() for each in row)))
        if "Mnemonic" in head:
            kind = {"U": "uint", "I": "int", "F": "float"}[cell["Type"][0]]
            order = cell["Type"][1:]
            bits = int(cell["Data Size"])
            offset = 8 * int(cell["Start Byte"]) + int(cell["Start Bit"])
            little = {"byte_order": "little"} if len(order) > 1 and order[0] > order[1] else {}
            if offset >= 48:
                fields.append(ccsdspy.PacketField(cell["Mnemonic"], kind, bits, bit_offset=offset, **little))
        else:
            offset = {"bit_offset": 48 + int(cell["bit_offset"])} if cell.get("bit_offset") else {}
            fields.append(ccsdspy.PacketField(cell["name"], cell["data_type"], int(cell["bit_length"]), **offset))
    return ccsdspy.FixedLength(fields)


def columns(packet, packets):
    table = packet.load(packets, include_primary_header=True)
    names = [name for name in table if not name.startswith("CCSDS_")]
    for i in range(len(table["CCSDS_APID"])):
        line({name: plain(table[name][i]) for name in names})


def with_ccsdspy(definition, packets, _skip):
    columns(packet_of(definition), packets)


def with_ccsdspy_test(which, folder, _skip):
    """Runs a test of ccsdspy up to its first load, and takes the fields and the file from it."""
    root, _, rest = which.partition("#")
    module, _, function = rest.partition(":")
    name, _, arguments = function.partition("=")
    sys.path.insert(0, root)
    import ccsdspy

    class Loaded(Exception):
        pass

    def load(self, file, *_args, **_named):
        raise Loaded(self, file)

    kinds = (ccsdspy.FixedLength, ccsdspy.VariableLength)
    real = [kind.load for kind in kinds]
    for kind in kinds:
        kind.load = load
    test = getattr(importlib.import_module(module), name)
    given = {"pkt_class": ccsdspy.VariableLength, "cls": ccsdspy.VariableLength, "include_primary_header": True}
    extra = dict(pair.split("=") for pair in arguments.split(",") if "=" in pair)
    given.update({key: int(value) if value.isdigit() else value for key, value in extra.items()})
    wanted = {key: given[key] for key in inspect.signature(test).parameters if key in given}
    try:
        test(**wanted)
    except Loaded as found:
        packet, file = found.args
    for kind, each in zip(kinds, real):
        kind.load = each
    with open(os.path.join(folder, "definition.csv"), "w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["name", "data_type", "bit_length", "byte_order"])
        for field in packet._fields:
            if field._name.startswith("CCSDS_"):
                continue
            shape = field._array_shape
            if isinstance(shape, tuple):
                shape = ",".join(map(str, shape))
            kind = field._data_type if shape is None else f"{field._data_type}({shape})"
            order = field._byte_order_parse if field._byte_order_parse is not None else field._byte_order
            writer.writerow([field._name, kind, field._bit_length, order])
    with open(os.path.join(folder, "packets.bin"), "wb") as copy:
        copy.write(with_valid_headers(open(file, "rb").read()))
    columns(packet, file)


def with_valid_headers(data):
    """The packets of a file; those that ccsdspy's tests make have a version and sequence flags that are not valid."""
    data = bytearray(data)
    at = 0
    while at + 6 <= len(data):
        data[at] &= 0x1F
        data[at + 2] |= 0xC0
        at += 7 + int.from_bytes(data[at + 4 : at + 6], "big")
    return bytes(data)


def with_openc3(definition, folder, _skip):
    from openc3.packets.packet_config import PacketConfig

    random.seed(1)
    config = PacketConfig()
    config.process_file(definition, "FOREIGN")
    stream = open(os.path.join(folder, "packets.bin"), "wb")
    for target, packets in config.telemetry.items():
        if target == "UNKNOWN":
            continue
        for packet in packets.values():
            if packet.virtual:
                continue
            for count in range(100):
                fill_cosmos(packet, count)
                items = [item for item in packet.sorted_items if item.data_type != "DERIVED"]
                stream.write(packet.buffer)
                raw = {item.name: plain_cosmos(packet, item, "RAW") for item in items}
                line(raw, {item.name: plain_cosmos(packet, item, "CONVERTED") for item in items})


def plain_cosmos(packet, item, kind):
    try:
        value = packet.read(item.name, kind)
    except Exception:
        return None
    return plain(value)


def fill_cosmos(packet, count):
    size = max(8, packet.defined_length)
    packet.buffer = bytes(random.getrandbits(8) for _ in range(size))
    for item in packet.sorted_items:
        if item.data_type == "FLOAT" and not item.array_size:
            packet.write(item.name, random.uniform(-1e6, 1e6), "RAW")
        if item.data_type == "STRING" and item.bit_size > 0 and not item.array_size:
            packet.write(item.name, "T%d" % count, "RAW")
        if item.states and item.data_type in ("UINT", "INT") and "ANY" not in item.states.values():
            packet.write(item.name, random.choice(list(item.states.values())), "RAW")
    for item in packet.id_items or []:
        packet.write(item.name, item.id_value, "RAW")
    head = bytearray(packet.buffer)
    # What every telemetry packet has in its primary header, whichever names the items have.
    head[0] &= 0x0F
    head[2:4] = (0xC000 | count).to_bytes(2, "big")
    head[4:6] = (len(head) - 7).to_bytes(2, "big")
    packet.buffer = bytes(head)


def with_fprime(dictionary, folder, _skip):
    from fprime_gds.common.loaders.ch_json_loader import ChJsonLoader
    from fprime_gds.common.models.serialize.array_type import ArrayType
    from fprime_gds.common.models.serialize.bool_type import BoolType
    from fprime_gds.common.models.serialize.enum_type import EnumType
    from fprime_gds.common.models.serialize.numerical_types import NumericalType, FloatType, IntegerType
    from fprime_gds.common.models.serialize.serializable_type import SerializableType
    from fprime_gds.common.models.serialize.string_type import StringType

    random.seed(1)
    by_id, _by_name, _versions = ChJsonLoader(dictionary).construct_dicts(dictionary)

    def made(kind):
        """Random value of a type, serialised by the library."""
        value = kind()
        if issubclass(kind, EnumType):
            value.val = random.choice(list(kind.ENUM_DICT))
        elif issubclass(kind, BoolType):
            value.val = random.random() < 0.5
        elif issubclass(kind, StringType):
            value.val = "text %d" % random.randrange(1000)
        elif issubclass(kind, FloatType):
            value.val = random.uniform(-1e6, 1e6)
        elif issubclass(kind, IntegerType):
            low, high = kind.range()
            value.val = random.randint(low, high)
        elif issubclass(kind, SerializableType):
            value.val = {member[0]: made(member[1]).val for member in kind.MEMBER_LIST}
        elif issubclass(kind, ArrayType):
            value.val = [made(kind.MEMBER_TYPE).val for _ in range(kind.LENGTH)]
        return value

    def flat(name, kind, value, raw):
        """Numbers and texts as they are read back by the library."""
        if issubclass(kind, SerializableType):
            for member in kind.MEMBER_LIST:
                flat(f"{name}.{member[0]}", member[1], value._val[member[0]], raw)
        elif issubclass(kind, ArrayType):
            for i, each in enumerate(value._val):
                flat(f"{name}[{i}]", kind.MEMBER_TYPE, each, raw)
        elif issubclass(kind, EnumType):
            raw[name] = kind.ENUM_DICT[value.val]
        elif isinstance(value, NumericalType) or isinstance(value, (BoolType, StringType)):
            raw[name] = plain(value.val)

    stream = open(os.path.join(folder, "packets.bin"), "wb")
    count = 0
    for number, channel in sorted(by_id.items()):
        kind = channel.get_type_obj()
        for _ in range(10):
            value = made(kind)
            # Descriptor of a channel, its number, time base, context, seconds and microseconds, and the value.
            data = (1).to_bytes(2, "big") + number.to_bytes(4, "big") + (2).to_bytes(2, "big") + b"\0"
            data += count.to_bytes(4, "big") + (0).to_bytes(4, "big") + value.serialize()
            head = (1).to_bytes(2, "big") + (0xC000 | count).to_bytes(2, "big") + (len(data) - 1).to_bytes(2, "big")
            stream.write(head + data)
            back = kind()
            back.deserialize(value.serialize(), 0)
            raw = {}
            flat(channel.get_full_name(), kind, back, raw)
            line(raw)
            count += 1


decoders = {
    "spp": with_spp,
    "ccsdspy": with_ccsdspy,
    "ccsdspy-test": with_ccsdspy_test,
    "openc3": with_openc3,
    "fprime": with_fprime,
}
decoders[sys.argv[1]](sys.argv[2], sys.argv[3], int(sys.argv[4]))
