"""A Redis server for one scenario."""

import re
import shutil
import subprocess

from harness.processes import SERVER_CORES, Process, accepts, free_port, pinned


class Redis(Process):
    """It keeps nothing on disk."""

    def __init__(self, folder, cores=None):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        command = [shutil.which("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        super().__init__(command, folder, "redis", cores=cores)
        self.wait_until(lambda: accepts(self.port))

    def gets_per_second(self, clients):
        printed = subprocess.run(["redis-benchmark", "-p", str(self.port), "-t", "get", "-c", str(clients), "-n", "200000", "--csv"],
                                 check=True, capture_output=True, text=True, preexec_fn=pinned(SERVER_CORES)).stdout
        return float(re.search(r'"GET","([0-9.]+)"', printed)[1])
