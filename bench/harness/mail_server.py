"""A minimal mail server: it accepts everything, over any number of connections, and counts both."""

import socket
import threading

GREETING = b"220 bench ESMTP\r\n"
# After these a client waits for the answer; everything else is content, until the dot.
ANSWERS = {b"EHLO": b"250 bench\r\n", b"MAIL": b"250 OK\r\n", b"RCPT": b"250 OK\r\n", b"RSET": b"250 OK\r\n",
           b"QUIT": b"221 bye\r\n"}


class MailServer:
    def __init__(self):
        self.messages = 0
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as lines:
            connection.sendall(GREETING)
            for line in lines:
                command = line[:4].upper()
                if command == b"DATA":
                    connection.sendall(b"354 go on\r\n")
                    while lines.readline() not in (b".\r\n", b""):
                        pass
                    self.messages += 1
                    connection.sendall(b"250 taken\r\n")
                else:
                    connection.sendall(ANSWERS.get(command, b"500 what?\r\n"))
