"""Requests at a fixed rate, whatever becomes of them: like a crowd in which nobody waits for another's answer."""

import asyncio
import collections

STATUS_BYTES = len(b"HTTP/1.1 200")


def send_at_rate(port, request, per_second, seconds):
    """How often each status came back; 0 means a lost connection."""
    return asyncio.run(_send_at_rate(port, request, per_second, seconds))


async def _send_at_rate(port, request, per_second, seconds):
    loop = asyncio.get_running_loop()
    begin, idle, statuses, requests = loop.time(), [], collections.Counter(), []
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(begin + number / per_second - loop.time())
        requests.append(asyncio.create_task(_exchange(port, request, idle, statuses)))
    await asyncio.gather(*requests)
    for _, writer in idle:
        writer.close()
    return statuses


async def _exchange(port, request, idle, statuses):
    try:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
        await reader.readexactly(int(fields[b"content-length"]))
    except (OSError, asyncio.IncompleteReadError):
        statuses[0] += 1
        return
    statuses[int(head[STATUS_BYTES - 3:STATUS_BYTES])] += 1
    idle.append((reader, writer))
