"""The dialects of src/dialects/tallystick.ts, spoken by pyiso8583 (https://pypi.org/project/pyiso8583).

A line of JSON in, a line of JSON out:
  {"dialect": "ascii", "message": {"t": "0800", "11": "000001"}}  ->  {"hex": "..."}
  {"dialect": "ascii", "hex": "..."}                              ->  {"message": {"t": "0800", "11": "000001"}}
and {"error": "..."} for what pyiso8583 refuses. Binary fields are hexadecimal digits in capitals; fields with parts are
the text, or the digits, of all of them. dialect: ascii, ebcdic or binary.
"""

import copy
import json
import sys

import iso8583
from iso8583.specs import default

# ISO 8583:1987, part 1, table 4: attribute n.
DIGITS = [
    *range(2, 28), 32, 33, 49, 50, 51, 53, *range(66, 91), 99, 100,
]  # fmt: skip


def ascii_spec():
    """pyiso8583's own table, but for the bitmap in digits and room for more chip data, as the gateway's interface says."""
    spec = copy.deepcopy(default)
    for bitmap in ("p", "1"):
        spec[bitmap].update(data_enc="ascii", max_len=16)
    spec["54"]["max_len"] = 120
    spec["55"]["max_len"] = 999
    return spec


def ebcdic_spec():
    spec = ascii_spec()
    for field in spec.values():
        for encoding in ("data_enc", "len_enc"):
            if field[encoding] == "ascii":
                field[encoding] = "cp500"
    return spec


def binary_spec():
    spec = ascii_spec()
    for bitmap in ("p", "1"):
        spec[bitmap].update(data_enc="b", max_len=8)
    spec["t"].update(data_enc="b", max_len=2)
    for field in spec.values():
        field.update(len_enc="bcd", len_type=(field["len_type"] + 1) // 2)
    for number in DIGITS:
        spec[str(number)].update(data_enc="b", len_count="nibbles", left_pad="0")
    return spec


SPECS = {"ascii": ascii_spec(), "ebcdic": ebcdic_spec(), "binary": binary_spec()}


def answer(asked):
    spec = SPECS[asked["dialect"]]
    try:
        if "hex" in asked:
            decoded, _ = iso8583.decode(bytes.fromhex(asked["hex"]), spec)
            return {"message": {key: value for key, value in decoded.items() if key not in ("h", "p", "1")}}
        encoded, _ = iso8583.encode(asked["message"], spec)
        return {"hex": encoded.hex()}
    except (iso8583.DecodeError, iso8583.EncodeError) as error:
        return {"error": str(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
