"""Links between programs that can be cut, as a network can: usage: python3 -m cluster.network <from>:<to>:<group>...

Each link takes connections to port `from` of this machine and passes them on to port `to`. Commands come on standard input, one per
line: `cut <group>` and `heal <group>`. In between, nothing passes in either direction, and nobody is told: connections stay open,
and new ones are accepted, as by the kernel of a machine that does not answer.
"""

import asyncio
import contextlib
import sys
from collections import defaultdict

PIECE_BYTES = 64 * 1024


class Group:
    """Links that are cut together."""

    def __init__(self):
        self.is_open = asyncio.Event()
        self.is_open.set()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, group: Group):
    """Copies until one end closes. What was read before a cut waits until that is healed."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            await group.is_open.wait()
            writer.write(piece)
            await writer.drain()
    await group.is_open.wait()
    writer.close()


async def open_link(source: int, target: int, group: Group):
    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        await group.is_open.wait()
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, there_writer, group), pass_on(there_reader, writer, group))

    await asyncio.start_server(on_connection, "127.0.0.1", source)


async def obey(groups: dict[str, Group]):
    """Obeys commands until standard input ends."""
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command, name = line.decode().split()
        if command == "cut":
            groups[name].is_open.clear()
        else:
            groups[name].is_open.set()


async def main(links: list[str]):
    groups: dict[str, Group] = defaultdict(Group)
    for link in links:
        source, target, name = link.split(":")
        await open_link(int(source), int(target), groups[name])
    await obey(groups)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
