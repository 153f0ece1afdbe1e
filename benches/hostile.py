#!/usr/bin/env python3
"""Puts hostile config files before the tool: exit status, processor time and peak memory of each, as a Markdown table.

Usage: hostile.py BINARY STOCK_HOME

BINARY is a release build, STOCK_HOME an untouched home, for instance fixtures/homes/stock-2.1; it is copied, never
written. Processor time is what the process took, so that a busy machine does not show in it. Exits with 1 if a run ended
by a signal, took longer than a minute or left another file than it found.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

FILE = "repository/conf/api-manager.xml"
MARK = b"<GatewayType>"
MIB = 1 << 20


def inside(text):
    """What stands in the document beside the settings."""
    return lambda stock: stock.replace(MARK, text + MARK, 1)


def laughs():
    entities = b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return lambda stock: b"<!DOCTYPE APIManager [<!ENTITY l0 'ha'>" + entities + b"]>\n" + stock


CASES = [
    ("as it is", lambda stock: stock),
    ("200 elements inside each other", inside(b"<d>" * 200 + b"</d>" * 200)),
    ("1,000,000 inside each other, 7 MB", inside(b"<d>" * 1_000_000 + b"</d>" * 1_000_000)),
    ("500,000 inside each other, 3.5 MB", inside(b"<d>" * 500_000 + b"</d>" * 500_000)),
    ("100,000 attributes on one element", inside(b"<d" + b"".join(b" a%d='x'" % n for n in range(100_000)) + b"/>")),
    ("20,000 namespaces in scope of 2,000 elements",
     inside(b"<d" + b"".join(b" xmlns:n%d='u'" % n for n in range(20_000)) + b">" + b"<e/>" * 2000 + b"</d>")),
    ("text of 50 MB", inside(b"<d>" + b"x" * (50 * MIB) + b"</d>")),
    ("text of 3.9 MB", inside(b"<d>" + b"x" * (39 * MIB // 10) + b"</d>")),
    ("comment of 20 MB", inside(b"<!--" + b"x" * (20 * MIB) + b"-->")),
    ("comment of 3.9 MB", inside(b"<!--" + b"x" * (39 * MIB // 10) + b"-->")),
    ("190,000 elements beside each other", inside(b"<d/>" * 190_000)),
    ("60,000 comments that hide a target", inside(b"<!--GatewayType>x</GatewayType-->" * 60_000)),
    ("200,000 unclosed `<!--`", inside(b"<!--" * 200_000)),
    ("300,000 `<`", inside(b"<" * 300_000)),
    ("200,000 unclosed `<![CDATA[`", inside(b"<![CDATA[" * 200_000)),
    ("300,000 `&`", inside(b"&" * 300_000)),
    ("700,000 `&amp;`", inside(b"&amp;" * 700_000)),
    ("billion laughs", laughs()),
    ("file of 300 MB", inside(b"<d/>\n" * (60 * MIB))),
]


def measure(binary, home):
    """Exit status, seconds of processor time and peak memory in KiB of one apply."""
    arguments = [binary, "apply", "--home", home, "--profile", "gateway", "--partial",
                 "--set", "server.host_name=gw", "--set", "key_manager.client=WSClient"]
    # A child of this process would count this process's own memory, so `time` starts it.
    done = subprocess.run(["/usr/bin/time", "-q", "-f", "%U %S %M", *arguments], timeout=600, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    user, system, peak = done.stderr.split("\n")[-2].split()
    return done.returncode, float(user) + float(system), int(peak)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("home", type=pathlib.Path)
    chosen = parser.parse_args()
    binary = chosen.binary.resolve()
    wrong = []
    print("| `api-manager.xml` | size | exit status | processor time | peak memory |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="apim-patch-hostile-") as scratch:
        for name, change in CASES:
            home = pathlib.Path(scratch) / "home"
            shutil.copytree(chosen.home, home)
            file = home / FILE
            hostile = change(file.read_bytes())
            file.write_bytes(hostile)
            status, seconds, peak = measure(binary, home)
            print(f"| {name} | {len(hostile) / 1e6:.1f} MB | {status} | {seconds * 1000:.0f} ms | {peak / 1024:.1f} MiB |",
                  flush=True)
            if status not in (0, 3) or seconds > 60 or (status == 3 and file.read_bytes() != hostile):
                wrong.append(name)
            del hostile
            shutil.rmtree(home)
    for name in wrong:
        print(f"WRONG: {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
