#!/usr/bin/env python3
"""Checks an exported Cloister audit file. Offline, Python 3.8 or newer, nothing but the standard library.

It shares no line with Cloister: whoever distrusts the application can read this one file. What it checks:

  * every leaf: RFC 6962 hash SHA-256(0x00 || body), bodies that number themselves without a gap
  * the tree: RFC 6962 / RFC 9162 root, recomputed from the leaves, for every signed head in the file
  * every signed head: C2SP checkpoint in a signed note, Ed25519 (RFC 8032), written out below
  * every new key of the log: signed by the key before it and by itself, in a leaf of its own
  * anchors: heads that were kept elsewhere (a stick, a printed page) must be heads of this very log

Usage:
  verify_audit.py FILE [--key VERIFIER_KEY] [--anchor FILE]...
  verify_audit.py --vectors FOLDER     proof vectors in the layout of transparency-dev/merkle
  verify_audit.py --batch LIST         one file per line of LIST; prints one verdict per line

--key is a line that was noted on paper when the vault was made, or when its log got a new key. Without it
the file is only shown to be consistent with the key that it names itself, and this program says so.

Exit codes: 0 intact, 1 not intact, 2 the program could not be run as asked.
"""
import base64
import hashlib
import json
import os
import re
import sys

HEADER = re.compile(
    rb'\{"format":"cloister-audit","version":1,"origin":"([!#-\[\]-~]{1,200})",'
    rb'"verifierKey":"([!#-\[\]-~]{1,400})","size":(0|[1-9][0-9]{0,14})\}'
)
LEAF = re.compile(rb'\{"leaf":"([A-Za-z0-9+/]*={0,2})"\}')
PRUNED = re.compile(rb'\{"hash":"([0-9a-f]{64})"\}')
CHECKPOINT = re.compile(rb'\{"checkpoint":"([A-Za-z0-9+/]*={0,2})"\}')


class Refused(Exception):
    """The file is not intact; `code` says in which way, `where` at which place."""

    def __init__(self, code, where):
        super().__init__("%s: %s" % (code, where))
        self.code = code
        self.where = where


def strict_base64(text):
    """Bytes, or None where the text is not exactly what encoding those bytes gives."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    plain = text if isinstance(text, bytes) else text.encode("ascii", "replace")
    return raw if base64.b64encode(raw) == plain else None


# ---------------------------------------------------------------- Ed25519 (RFC 8032), verification only

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    """The x of a point with this y and sign, or None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * SQRT_MINUS_1 % P
    if (x * x - square) % P != 0:
        return None
    return P - x if (x & 1) != sign and x != 0 else x


def add(p, q):
    """Points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, section 5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def double(p):
    a = p[0] * p[0] % P
    b = p[1] * p[1] % P
    c = 2 * p[2] * p[2] % P
    h = a + b
    e = h - (p[0] + p[1]) * (p[0] + p[1]) % P
    g = a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


NEUTRAL = (0, 1, 1, 0)
BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def encode_point(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(raw):
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, (number & (1 << 255) - 1) % P
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def ed25519_verify(public, message, signature):
    """Without the cofactor: R must be exactly [S]B - [k]A, and S below the group order."""
    if len(public) != 32 or len(signature) != 64:
        return False
    point = decode_point(public)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    both = add(BASE, minus)
    # [s]B + [k](-A), both scalars in one pass over their bits.
    result = NEUTRAL
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        result = double(result)
        choice = (s >> bit & 1) | (k >> bit & 1) << 1
        if choice == 1:
            result = add(result, BASE)
        elif choice == 2:
            result = add(result, minus)
        elif choice == 3:
            result = add(result, both)
    return encode_point(result) == signature[:32]


# ---------------------------------------------------------------- the tree (RFC 6962, RFC 9162)


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots_at(hashes, sizes):
    """The root of the first n leaves for every n in `sizes`, in one pass over the leaves."""
    wanted = set(sizes)
    roots = {}
    frontier = []  # (height, hash) of the complete subtrees, largest first.
    if 0 in wanted:
        roots[0] = hashlib.sha256(b"").digest()
    for number, node in enumerate(hashes, 1):
        height = 0
        while frontier and frontier[-1][0] == height:
            node = node_hash(frontier.pop()[1], node)
            height += 1
        frontier.append((height, node))
        if number in wanted:
            root = frontier[-1][1]
            for _, left in reversed(frontier[:-1]):
                root = node_hash(left, root)
            roots[number] = root
    return roots


def all_hashes(hashes):
    return all(len(each) == 32 for each in hashes)


def verify_inclusion(index, size, leaf, root, proof):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size or not all_hashes([leaf, root] + proof):
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def verify_consistency(first, second, first_root, second_root, proof):
    """RFC 9162, section 2.1.4.2. A log of size 0 proves nothing and is refused."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if not proof or not all_hashes([first_root, second_root] + proof):
        return False
    path = [first_root] + proof if first & (first - 1) == 0 else proof
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


# ---------------------------------------------------------------- signed notes and checkpoints (C2SP)

# White space as ECMAScript defines it; Python's own set differs in a few places.
SPACE = "\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
SIGNATURE_LINE = re.compile("\u2014 ([^%s]+) ([A-Za-z0-9+/]+=*)" % SPACE)


def parse_key(text):
    """(name, id, raw key) of `name+hash+key`, or None."""
    found = re.fullmatch("([^+%s]+)\\+([0-9a-f]{8})\\+([^%s]+)" % (SPACE, SPACE), text)
    raw = strict_base64(found.group(3)) if found and found.group(3).isascii() else None
    if raw is None or len(raw) != 33 or raw[0] != 1:
        return None
    name = found.group(1)
    key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + raw).digest()[:4]
    return (name, key_id, raw[1:]) if key_id.hex() == found.group(2) else None


def open_note(note, key):
    """The text under a valid signature of this key, or None."""
    at = note.rfind("\n\n")
    if at < 0 or not note.endswith("\n"):
        return None
    text, holds = note[: at + 1], False
    for line in note[at + 2 : -1].split("\n"):
        found = SIGNATURE_LINE.fullmatch(line)
        raw = strict_base64(found.group(2)) if found else None
        if raw is None:
            return None
        if found.group(1) != key[0] or raw[:4] != key[1]:
            continue
        if not ed25519_verify(key[2], text.encode("utf-8"), raw[4:]):
            return None
        holds = True
    return text if holds else None


def open_checkpoint(note, origin, key):
    """(size, root) of a checkpoint of this log, or None."""
    text = open_note(note, key)
    lines = text.split("\n") if text is not None else []
    if len(lines) != 4 or lines[3] != "" or lines[0] != origin:
        return None
    if not re.fullmatch("0|[1-9][0-9]*", lines[1]) or int(lines[1]) > 2**53 - 1:
        return None
    root = strict_base64(lines[2]) if lines[2].isascii() else None
    return (int(lines[1]), root) if root is not None and len(root) == 32 else None


# ---------------------------------------------------------------- the keys of the log

# ASCII and the dash of signature lines.
SUCCESSION = re.compile("[\n -~\u2014]{1,4000}")


def open_succession(note, origin, former, seq):
    """The text of the key that follows `former` by the leaf `seq`, or None where not both signed it."""
    lines = note.split("\n") if SUCCESSION.fullmatch(note) else []
    if len(lines) < 5 or lines[3] == former:
        return None
    key, next_key = parse_key(former), parse_key(lines[3])
    if key is None or next_key is None or next_key[0] != origin:
        return None
    text = "%s succession\n%d\n%s\n%s\n" % (origin, seq, former, lines[3])
    if not note.startswith(text + "\n"):
        return None
    both = open_note(note, key) == text and open_note(note, next_key) == text
    return lines[3] if both else None


class Keys:
    """The keys of a log in the order in which they signed, from the one it began with."""

    def __init__(self, origin, first):
        self.origin = origin
        self.chain = [(-1, first)]  # (the leaf that brought it, key)

    def succeed(self, note, seq):
        following = open_succession(note, self.origin, self.chain[-1][1], seq)
        if following is None:
            raise Refused("succession", "the new key in leaf %d is not signed as it should be" % seq)
        self.chain.append((seq, following))

    def open_head(self, note):
        """(size, root) of a head by the key that was in force at its size, or None."""
        lines = note[: note.rfind("\n\n") + 1].split("\n")
        if len(lines) != 4 or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]):
            return None
        text = [key for seq, key in self.chain if seq < int(lines[1])][-1]
        return open_checkpoint(note, self.origin, parse_key(text))


# ---------------------------------------------------------------- the exported file


def read_body(raw, index):
    def refuse_constant(name):
        raise ValueError(name)

    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise Refused("leaf", "leaf %d is not readable" % index)
    seq = body.get("seq") if isinstance(body, dict) else None
    if isinstance(seq, bool) or not isinstance(seq, (int, float)) or seq != index:
        raise Refused("leaf", "leaf %d does not carry its number" % index)
    return body


def read_export(data):
    """(origin, key text, leaf hashes, pruned bodies, successions, notes); structure only."""
    lines = data.split(b"\n")
    unterminated = lines.pop() != b""
    place = iter(lines)

    def next_line(what):
        for line in place:
            return line
        raise Refused("format", "the file ends before %s" % what)

    header = HEADER.fullmatch(next_line("its first line"))
    if not header:
        raise Refused("format", "line 1 is not the header of an audit file")
    origin, key_text = header.group(1).decode("ascii"), header.group(2).decode("ascii")
    size = int(header.group(3))
    hashes, pruned, successions = [], 0, []
    for index in range(size):
        line = next_line("leaf %d" % index)
        found, gone = LEAF.fullmatch(line), PRUNED.fullmatch(line)
        raw = strict_base64(found.group(1)) if found else None
        if raw is not None:
            body = read_body(raw, index)
            if "succession" in body:
                note = body["succession"]
                successions.append((index, note if isinstance(note, str) else ""))
            hashes.append(leaf_hash(raw))
        elif gone:
            hashes.append(bytes.fromhex(gone.group(1).decode("ascii")))
            pruned += 1
        else:
            raise Refused("format", "line %d is not a leaf" % (index + 2))
    notes = []
    line = next_line("a signed head")
    while True:
        found = CHECKPOINT.fullmatch(line)
        raw = strict_base64(found.group(1)) if found else None
        if raw is None:
            break
        notes.append(raw)
        line = next_line("its end")
    if not notes or line != b'{"end":%d}' % size:
        raise Refused("format", "the signed heads or the end are not as they should be")
    if unterminated or next(place, None) is not None:
        raise Refused("format", "something follows the end")
    return origin, key_text, hashes, pruned, successions, notes


def decode_note(raw):
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def notes_in(data):
    """Checkpoints in an anchor file: JSON with a "checkpoint" or "checkpoints", or notes as they are."""
    text = decode_note(data).replace("\r\n", "\n")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return re.findall("[^\n]+\n[0-9]+\n[^\n]+\n\n(?:\u2014 [^\n]+\n)+", text)
    if not isinstance(parsed, dict):
        return []
    several = parsed.get("checkpoints")
    found = [parsed.get("checkpoint")] + (several if isinstance(several, list) else [])
    return [each for each in found if isinstance(each, str)]


def verify_export(data, trusted_key=None, anchors=()):
    """A dictionary of facts; raises Refused. `anchors` are the contents of anchor files."""
    origin, key_text, hashes, pruned, successions, notes = read_export(data)
    key = parse_key(key_text)
    if key is None or key[0] != origin:
        raise Refused("key", "the key named in the file is malformed or not of this log")
    keys = Keys(origin, key_text)
    for seq, note in successions:
        keys.succeed(note, seq)
    chain = [text for _, text in keys.chain]
    if trusted_key is not None and trusted_key.strip() not in chain:
        raise Refused("trust", "the file is signed by another key than the one you trust")
    heads = []
    for number, raw in enumerate(notes, 1):
        head = keys.open_head(decode_note(raw))
        if head is None:
            raise Refused("signature", "signed head %d is not genuine" % number)
        heads.append(head)
    kept = []
    for data_of_anchor in anchors:
        found = notes_in(data_of_anchor)
        if not found:
            raise Refused("anchor", "an anchor file holds no signed head")
        for note in found:
            head = keys.open_head(note)
            if head is None:
                raise Refused("anchor", "an anchor is not a genuine head of this log")
            kept.append(head)
    roots = roots_at(hashes, [size for size, _ in heads + kept])
    for size, root in heads:
        if roots.get(size) != root:
            raise Refused("root", "the leaves do not give the head of %d leaves" % size)
    if heads[-1][0] != len(hashes):
        raise Refused("root", "the last head does not cover every leaf")
    for size, root in kept:
        if roots.get(size) != root:
            raise Refused("anchor", "the log is no continuation of an anchor of %d leaves" % size)
    return {
        "origin": origin,
        "keys": chain,
        "leaves": len(hashes),
        "pruned": pruned,
        "root": heads[-1][1].hex(),
        "heads": len(heads),
        "anchors": len(kept),
    }


# ---------------------------------------------------------------- proof vectors


def run_vectors(folder):
    def raw(value):
        try:
            return base64.b64decode(value or "")
        except ValueError:
            return b""

    passed = failed = 0
    for kind in ("inclusion", "consistency"):
        for base, _, names in sorted(os.walk(os.path.join(folder, kind))):
            for name in sorted(each for each in names if each.endswith(".json")):
                path = os.path.join(base, name)
                with open(path, encoding="utf-8") as file:
                    vector = json.load(file)
                proof = [raw(each) for each in vector.get("proof") or []]
                if kind == "inclusion":
                    holds = verify_inclusion(
                        vector["leafIdx"],
                        vector["treeSize"],
                        raw(vector.get("leafHash")),
                        raw(vector.get("root")),
                        proof,
                    )
                else:
                    holds = verify_consistency(
                        vector["size1"],
                        vector["size2"],
                        raw(vector.get("root1")),
                        raw(vector.get("root2")),
                        proof,
                    )
                if holds == (not vector.get("wantErr", False)):
                    passed += 1
                else:
                    failed += 1
                    print("FAILED %s" % path)
    print("%d passed, %d failed" % (passed, failed))
    return 0 if passed > 0 and failed == 0 else 1


# ---------------------------------------------------------------- command line


def read(path):
    with open(path, "rb") as file:
        return file.read()


def run_batch(list_path):
    for line in decode_note(read(list_path)).splitlines():
        path, *anchors = line.split("\t")
        try:
            verify_export(read(path), None, [read(each) for each in anchors])
            print("intact")
        except Refused as refused:
            print(refused.code)
    return 0


def run_file(path, trusted_key, anchors):
    try:
        facts = verify_export(read(path), trusted_key, [read(each) for each in anchors])
    except Refused as refused:
        print("NOT INTACT (%s): %s." % (refused.code, refused.where))
        print("Keep the file as it is and compare it with an earlier export or anchor.")
        return 1
    print("INTACT: %d leaves, every one as it was written." % facts["leaves"])
    print("log      %s" % facts["origin"])
    print("root     %s" % facts["root"])
    print("heads    %d in the file, %d anchors, all consistent" % (facts["heads"], facts["anchors"]))
    if facts["pruned"]:
        print("pruned   %d bodies were removed by retention; their hashes are proven" % facts["pruned"])
    print("key      %s" % facts["keys"][0])
    for following in facts["keys"][1:]:
        print("then     %s" % following)
    if trusted_key is None:
        print("Compare the last key with the one noted on paper, or use --key:")
        print("without that the file is only consistent with itself.")
    return 0


def main(arguments):
    files, anchors, trusted_key = [], [], None
    rest = list(arguments)
    try:
        while rest:
            word = rest.pop(0)
            if word in ("-h", "--help"):
                print(__doc__.strip())
                return 0
            if word == "--vectors":
                return run_vectors(rest.pop(0))
            if word == "--batch":
                return run_batch(rest.pop(0))
            if word == "--key":
                trusted_key = rest.pop(0)
            elif word == "--anchor":
                anchors.append(rest.pop(0))
            elif word.startswith("-"):
                raise IndexError(word)
            else:
                files.append(word)
        if len(files) != 1:
            raise IndexError("one file")
        return run_file(files[0], trusted_key, anchors)
    except IndexError:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    except OSError as error:
        print("%s cannot be read: %s" % (error.filename, error.strerror), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
