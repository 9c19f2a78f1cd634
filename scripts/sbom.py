"""Writes what a build of Gatehouse is made of, as CycloneDX 1.5: the Debian packages of its libraries and headers, and files
published by others that are compiled in.

usage: sbom.py <build folder> <output file>

Shared libraries are those that the program names; libpq, libcurl and libcrypt are loaded at run time and therefore listed by name;
headers and static archives are those that the compiler and the linker read.
"""

import hashlib
import json
import pathlib
import platform
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # of URLs (RFC 9562 section 6.6)
DEBIAN = platform.freedesktop_os_release().get("VERSION_ID", "unstable")
LOADED_AT_RUN_TIME = {"libpq5", "libcrypt1", "libcurl4" if DEBIAN == "12" else "libcurl4t64"}
COMPILERS_ARCHIVES = {"-static-libstdc++": ["libstdc++.a"], "-static-libgcc": ["libgcc.a", "libgcc_eh.a"]}
STATIC_ARCHIVE = re.compile(r"(/usr/lib/\S+\.a)\b")


def run(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout


def shared_libraries(program):
    """The paths of the shared libraries that the program names itself."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", program)))
    found = re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", program), re.MULTILINE)
    return {path for name, path in found if name in needed}


def compiled_headers(build):
    """The system's headers that the program's own sources include, directly or not."""
    headers, own = set(), False
    for line in run("ninja", "-C", str(build), "-t", "deps").splitlines():
        if not line.startswith(" "):
            own = line.startswith("src/")
        elif own and line.strip().startswith("/usr/include/"):
            headers.add(line.strip())
    return headers


def static_archives(build):
    """The system's archives on the program's link line, and those that its options name."""
    commands = run("ninja", "-C", str(build), "-t", "commands", "gatehouse").splitlines()
    if not commands:
        return set()
    named = [archive for option, archives in COMPILERS_ARCHIVES.items() if option in commands[-1] for archive in archives]
    found = {str(pathlib.Path(run("g++", f"-print-file-name={archive}").strip()).resolve()) for archive in named}
    return set(STATIC_ARCHIVE.findall(commands[-1])) | found


def packages_of(paths):
    """The names of the packages that the files belong to; a merged /usr has two names for one file."""
    paths = sorted(paths)
    names = set()
    for start in range(0, len(paths), 500):
        bare = [path.removeprefix("/usr") for path in paths[start : start + 500]]
        some = [prefix + path for path in bare for prefix in ("", "/usr")]
        for line in run("dpkg-query", "-S", *some, check=False).splitlines():
            names |= {owner.strip().split(":")[0] for owner in line.rsplit(": ", 1)[0].split(",")}
    return names


def component(package, use):
    version, architecture = run("dpkg-query", "-W", "-f", "${Version} ${Architecture}", package).split()
    return {
        "type": "library",
        "bom-ref": f"{package}@{version}",
        "name": package,
        "version": version,
        "purl": f"pkg:deb/debian/{package}@{version.replace('+', '%2B')}?arch={architecture}&distro=debian-{DEBIAN}",
        "properties": [{"name": "gatehouse:use", "value": use}],
    }


def published_files():
    """What the program contains that belongs to no package: third_party/README.md."""
    words = ROOT / "third_party" / "zxcvbn" / "passwords.txt"
    return {
        "type": "data",
        "bom-ref": "zxcvbn-passwords@4.4.28",
        "name": "zxcvbn-passwords",
        "version": "4.4.28",
        "licenses": [{"license": {"id": "MIT"}}],
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(words.read_bytes()).hexdigest()}],
        "properties": [{"name": "gatehouse:use", "value": "compiled in"}],
    }


def components(build):
    uses = {
        "headers": packages_of(compiled_headers(build)),
        "static library": packages_of(static_archives(build)),
        "shared library": packages_of(shared_libraries(str(build / "gatehouse"))),
        "loaded at run time": LOADED_AT_RUN_TIME,
    }
    named = {package: use for use, packages in uses.items() for package in packages}
    return [component(package, use) for package, use in sorted(named.items())] + [published_files()]


def main():
    build, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    version = run(str(build / "gatehouse"), "--version").split()[-1]
    parts = components(build)
    content = json.dumps(parts, sort_keys=True)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, version + content)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "gatehouse", "name": "gatehouse", "version": version}
        },
        "components": parts,
        "dependencies": [{"ref": "gatehouse", "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    output.write_text(json.dumps(document, indent=2) + "\n")
    print(f"{output}: {len(parts)} packages and files")


if __name__ == "__main__":
    main()
