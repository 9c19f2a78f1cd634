"""Packs the clients as their registries accept them: a tarball for npm, a wheel and the sources for PyPI.

usage: release_clients.py <folder>

SOURCE_DATE_EPOCH is the time of the files in the wheel; npm uses its own.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tests" / "clients")]

import setuptools.build_meta  # noqa: E402
import typescript_client  # noqa: E402


def pack_typescript(target: pathlib.Path):
    typescript_client.install()
    node = str(typescript_client.node())
    npm = str(typescript_client.TOOLCHAIN / "node_modules" / "npm" / "bin" / "npm-cli.js")
    typescript_client.run([node, "scripts/build.mjs"])
    typescript_client.run([node, npm, "pack", "--ignore-scripts", "--pack-destination", str(target)])


def pack_python(target: pathlib.Path):
    # setuptools writes beside its sources.
    copy = target / "python"
    shutil.copytree(ROOT / "clients" / "python", copy)
    os.chdir(copy)
    setuptools.build_meta.build_wheel(str(target))
    setuptools.build_meta.build_sdist(str(target))
    os.chdir(target)
    shutil.rmtree(copy)
    (sdist,) = target.glob("gatehouse?client-*.tar.gz")
    make_reproducible(sdist)


def make_reproducible(archive: pathlib.Path):
    """Packs the archive again, because setuptools writes the time of packing into it."""
    folder = archive.with_suffix("").with_suffix("")
    subprocess.run(["tar", "-xzf", archive, "-C", archive.parent], check=True)
    when = f"@{os.environ['SOURCE_DATE_EPOCH']}"
    same = ["--sort=name", f"--mtime={when}", "--owner=0", "--group=0", "--numeric-owner", "--format=ustar"]
    tar = subprocess.run(["tar", "-c", *same, folder.name], cwd=archive.parent, check=True, stdout=subprocess.PIPE).stdout
    archive.write_bytes(subprocess.run(["gzip", "-9n"], input=tar, check=True, stdout=subprocess.PIPE).stdout)
    shutil.rmtree(folder)


def main():
    target = pathlib.Path(sys.argv[1]).resolve()
    pack_typescript(target)
    pack_python(target)


if __name__ == "__main__":
    main()
