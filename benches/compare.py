#!/usr/bin/env python3
"""Times whole processes against each other, in one run: this tool, `cp`, `xmlstarlet ed`, and the classic sed and perl.

Usage: compare.py BINARY STOCK_HOME [--runs N] [--homes N]

BINARY is a release build (`cargo build --release`), STOCK_HOME an untouched home, for instance
fixtures/homes/stock-2.1; it is copied, never written. Prints medians, ratios and peak memory as a Markdown table.

xmlstarlet and sed make the same edits as far as they can: they can not restore what stands in a comment, so they insert
or replace text; they prove nothing, and sync nothing. hyperfine gives each command the same fresh copies.

With --homes N, as homes per second: `check` and `apply` over N copies, one at a time and as many as there are processors,
beside a shell loop of the same `xmlstarlet ed`; and peak memory over 10 copies and over N.
"""
import argparse
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

CONF = "repository/conf"
FILES = [f"{CONF}/api-manager.xml", f"{CONF}/carbon.xml", f"{CONF}/tomcat/catalina-server.xml"]

DEPLOYMENT = """\
[key_manager]
server_url = "https://km.example.com:9443/services/"
username   = "gateway"
password   = { file = "km.secret" }
client     = "WSClient"

[server]
host_name     = "gw.example.com"
mgt_host_name = "gw.example.com"
"""

VALIDATOR = "/APIManager/APIKeyValidator"
PUBLISHER = "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters"
DEPLOYER = "/APIManager/ThrottlingConfigurations/PolicyDeployer/Enabled"

XMLSTARLET = f"""\
set -e
xmlstarlet ed -L -P \\
  -u {VALIDATOR}/ServerURL -v https://km.example.com:9443/services/ \\
  -u {VALIDATOR}/Username -v gateway \\
  -u {VALIDATOR}/Password -v 's3cret&<x' \\
  -u {VALIDATOR}/KeyValidatorClientType -v WSClient \\
  -u {VALIDATOR}/EnableThriftServer -v false \\
  -u {DEPLOYER} -v false \\
  -d {PUBLISHER} {FILES[0]}
xmlstarlet ed -L -P -N c=http://wso2.org/projects/carbon/carbon.xml \\
  -i /c:Server/c:ServerURL -t elem -n HostName -v gw.example.com \\
  -i /c:Server/c:ServerURL -t elem -n MgtHostName -v gw.example.com {FILES[1]}
xmlstarlet ed -L -P \\
  -i "/Server/Service/Connector[not(@scheme='https')]" -t attr -n proxyPort -v 80 \\
  -i "/Server/Service/Connector[@scheme='https']" -t attr -n proxyPort -v 443 {FILES[2]}
"""

# As such scripts are written: the block that must be told apart from its namesakes needs perl.
CLASSIC = f"""\
set -e
perl -0pi -e 's{{(<APIKeyValidator>.*?<ServerURL>)[^<]*(</ServerURL>.*?<Username>)[^<]*(</Username>.*?<Password>)[^<]*}}{{$1https://km.example.com:9443/services/$2gateway$3s3cret&amp;&lt;x}}s;
  s{{(<JMSEventPublisherParameters>.*?</JMSEventPublisherParameters>)}}{{<!--$1-->}}s;
  s{{(<PolicyDeployer>\\s*<Enabled>)true}}{{$1false}}s' {FILES[0]}
sed -i -e 's|<KeyValidatorClientType>ThriftClient<|<KeyValidatorClientType>WSClient<|' \\
  -e 's|<EnableThriftServer>true<|<EnableThriftServer>false<|' {FILES[0]}
sed -i -e 's|<!--HostName>[^<]*</HostName-->|<HostName>gw.example.com</HostName>|' \\
  -e 's|<!--MgtHostName>[^<]*</MgtHostName-->|<MgtHostName>gw.example.com</MgtHostName>|' {FILES[1]}
sed -i -e 's|port="9763"|port="9763" proxyPort="80"|' -e 's|port="9443"$|port="9443" proxyPort="443"|' {FILES[2]}
"""


def fail(message):
    sys.exit(f"compare.py: {message}")


def needs(*programs):
    """Says what is missing and how to get it; installing is the user's decision."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        print(f"compare.py: not found: {', '.join(missing)}", file=sys.stderr)
        print(f"apt-get install {' '.join(missing)}", file=sys.stderr)
        sys.exit(2)


def quoted(*words):
    return " ".join(shlex.quote(str(word)) for word in words)


def prepare_work(work, stock):
    shutil.copytree(stock, work / "stock")
    subprocess.run(["chmod", "-R", "u+w", work / "stock"], check=True)
    (work / "gateway.toml").write_text(DEPLOYMENT)
    secret = work / "km.secret"
    secret.write_text("s3cret&<x")
    secret.chmod(0o600)
    (work / "copies").mkdir()
    for name, text in (("xmlstarlet.sh", XMLSTARLET), ("classic.sh", CLASSIC)):
        (work / name).write_text(f"cd {quoted(work / 'home')}\n{text}")


def commands(work, binary):
    """Name, what resets before each run, and the command."""
    home = work / "home"
    fresh = f"rm -rf {quoted(home)} && cp -a {quoted(work / 'stock', home)}"
    selection = ["--home", home, "--profile", "gateway", "--file", work / "gateway.toml"]
    apply = quoted(binary, "apply", *selection)
    converged = f"{fresh} && {apply} >/dev/null 2>&1"
    files = [home / name for name in FILES]
    return [
        ("apply, fresh home", fresh, apply),
        ("apply --no-history, fresh home", fresh, f"{apply} --no-history"),
        ("apply, converged home", converged, apply),
        ("check, converged home", converged, quoted(binary, "check", *selection)),
        ("cp of the three files", fresh, quoted("cp", *files, work / "copies")),
        ("xmlstarlet ed, the same edits", fresh, quoted("sh", work / "xmlstarlet.sh")),
        ("sed and perl", fresh, quoted("sh", work / "classic.sh")),
    ]


def commands_over(work, binary, count):
    """The same for one command over `count` homes."""
    homes = work / "homes"
    copies = f'for i in $(seq {count}); do cp -a {quoted(work / "stock")} {quoted(homes)}/$i; done'
    fresh = f"rm -rf {quoted(homes)} && mkdir {quoted(homes)} && {copies}"
    selection = ["--all-homes", homes, "--profile", "gateway", "--file", work / "gateway.toml", "-q"]

    def run(command, *more):
        return quoted(binary, command, *selection, *more)

    converged = f"{fresh} && {run('apply')} >/dev/null 2>&1"
    loop = work / "xmlstarlet-loop.sh"
    loop.write_text(f"for home in {quoted(homes)}/*; do cd $home\n{XMLSTARLET}done\n")
    return [
        (f"check, {count} converged homes, --jobs 1", converged, run("check", "--jobs", 1)),
        (f"check, {count} converged homes", converged, run("check")),
        (f"apply, {count} fresh homes, --jobs 1", fresh, run("apply", "--jobs", 1)),
        (f"apply, {count} fresh homes", fresh, run("apply")),
        (f"xmlstarlet ed in a loop, {count} homes", fresh, quoted("sh", loop)),
    ]


def timed(work, rows, runs, warmup=3):
    report = work / "hyperfine.json"
    line = ["hyperfine", "--shell=none", "--warmup", str(warmup), "--runs", str(runs), "--style", "basic"]
    line += ["--export-json", report]
    # A shell for the reset alone: the commands themselves are timed without one.
    for number, (name, reset, command) in enumerate(rows):
        script = work / f"reset-{number}.sh"
        script.write_text(reset + "\n")
        line += ["--prepare", quoted("sh", script), "--command-name", name, command]
    # hyperfine's own words go to stderr, so that stdout is the table.
    done = subprocess.run(line, stdout=sys.stderr)
    if done.returncode != 0:
        fail("a command failed; see above")
    return {row["command"]: row for row in json.loads(report.read_text())["results"]}


def peak_memory(work, rows):
    """KiB by name. A child of this process would count this process's own memory, so `time` starts it."""
    peaks = {}
    for name, reset, command in rows:
        if not name.startswith(("apply", "check")):
            continue
        subprocess.run(reset, shell=True, check=True)
        done = subprocess.run(
            ["/usr/bin/time", "-v", *shlex.split(command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if done.returncode != 0:
            fail(f"{name}: exit status {done.returncode}\n{done.stderr}")
        peaks[name] = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr).group(1))
    return peaks


def table(rows, times, peaks):
    reference = times["xmlstarlet ed, the same edits"]["median"]
    yield "| command | median | min | max | xmlstarlet = 1 | peak memory |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, _, _ in rows:
        row = times[name]
        milliseconds = [f"{row[key] * 1000:.1f} ms" for key in ("median", "min", "max")]
        peak = f"{peaks[name] / 1024:.1f} MiB" if name in peaks else ""
        yield f"| {name} | {' | '.join(milliseconds)} | {row['median'] / reference:.2f} | {peak} |"


def table_over(rows, times, count):
    reference = times[rows[-1][0]]["median"]
    yield "| command | median | homes per second | xmlstarlet = 1 |"
    yield "|---|--:|--:|--:|"
    for name, _, _ in rows:
        median = times[name]["median"]
        yield f"| {name} | {median:.2f} s | {count / median:.0f} | {median / reference:.2f} |"


def memory_over(work, binary, counts):
    yield "| peak memory | " + " | ".join(f"{count} homes" for count in counts) + " |"
    yield "|---|" + "--:|" * len(counts)
    peaks = [list(peak_memory(work, commands_over(work, binary, count)).values()) for count in counts]
    for name, *values in zip(["check, --jobs 1", "check", "apply, --jobs 1", "apply"], *peaks):
        yield f"| {name} | " + " | ".join(f"{value / 1024:.1f} MiB" for value in values) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("stock_home", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=40, help="timed runs of each command (default 40)")
    parser.add_argument("--homes", type=int, default=0, help="compare runs over so many homes instead, for instance 200")
    args = parser.parse_args()
    needs("hyperfine", "xmlstarlet", "perl")
    if not pathlib.Path("/usr/bin/time").exists():
        needs("time")
    for name in FILES:
        if not (args.stock_home / name).is_file():
            fail(f"{args.stock_home} is no home: {name} not found")
    # Here and not in /tmp: on a memory file system syncs cost nothing.
    with tempfile.TemporaryDirectory(prefix="compare-", dir=pathlib.Path.cwd()) as directory:
        work = pathlib.Path(directory)
        prepare_work(work, args.stock_home)
        binary = args.binary.resolve()
        if args.homes:
            rows = commands_over(work, binary, args.homes)
            # One run is as long as many of the others.
            times = timed(work, rows, max(3, args.runs // 8), warmup=1)
            print("\n".join(table_over(rows, times, args.homes)), end="\n\n")
            print("\n".join(memory_over(work, binary, [10, args.homes])))
            return
        rows = commands(work, binary)
        times = timed(work, rows, args.runs)
        peaks = peak_memory(work, rows)
        print("\n".join(table(rows, times, peaks)))


if __name__ == "__main__":
    main()
