"""
Records sockhash.txt from the running kernel (as root, with bpftool): changes of SOCKHASH maps of 8 entries and what
they answer. `+ KEY SOCKET FLAGS ANSWER` updates, `- KEY ANSWER` deletes, `= KEYS` is the order of a dump. A key is one
byte, then bytes of 7. Sockets: 0 listens (TCP), 1 is of UDP and not bound, 2 and 3 are of UDP and bound.
"""
import json
import os
import random
import socket
import subprocess

path = "/sys/fs/bpf/recorded_sockhash"
names = {
    "No such file or directory": "ENOENT",
    "Operation not supported": "EOPNOTSUPP",
    "File exists": "EEXIST",
    "Argument list too long": "E2BIG",
}


def bpftool(*arguments, descriptors=()):
    command = ["bpftool", "-j", "map", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, pass_fds=descriptors)
    return json.loads(result.stdout or "null")


def answer(result):
    return "ok" if result is None else names[result["error"].split(": ")[1]]


def udp(bound):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if bound:
        made.bind(("127.0.0.1", 0))
    return made


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(64)
sockets = [listener, udp(False), udp(True), udp(True)]
lines = []
for size in (4, 6, 20):
    bpftool("create", path, "type", "sockhash", "key", str(size), "value", "8", "entries", "8", "name", "recorded")
    lines.append(f"key {size}")
    chance = random.Random(size)
    try:
        for step in range(60):
            first = chance.randrange(12)
            key = ["key", "hex", f"{first:02x}", *["07"] * (size - 1)]
            if chance.randrange(3) == 0:
                lines.append(f"- {first} {answer(bpftool('delete', 'pinned', path, *key))}")
            else:
                which = chance.randrange(4)
                flags = chance.choice(["any", "any", "exist", "noexist"])
                number = sockets[which].fileno()
                value = ["value", "hex", *[f"{byte:02x}" for byte in number.to_bytes(8, "little")]]
                result = bpftool("update", "pinned", path, *key, *value, flags, descriptors=(number,))
                lines.append(f"+ {first} {which} {flags} {answer(result)}")
            if step % 10 == 9:
                dump = bpftool("dump", "pinned", path)
                lines.append("= " + " ".join(str(int(element["key"][0], 16)) for element in dump))
    finally:
        os.unlink(path)
with open(os.path.join(os.path.dirname(__file__), "sockhash.txt"), "w") as file:
    file.write("\n".join(lines) + "\n")
