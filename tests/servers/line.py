"""A TCP line between a client and a real server, with faults on the way back to the client.

    with Line(server.port) as line:
        line.cut_after(5000)        # the connection that comes next is cut after so many bytes
        line.stall_after(5000)      # or falls silent
        line.drip_after(5000)       # or goes on with one byte every 50 ms
        line.hold_after(5000)       # or waits until line.release(), with line.held set

Each fault is for one connection, in the order of calling; later connections are clean unless
`every=True`. `connections` counts them.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["cut", "stall", "drip", "hold"]


@dataclass
class _Fault:
    kind: Kind
    after: int
    every: bool


class Line:
    """Listens on a free port of 127.0.0.1 and passes everything to `port` there."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._faults: deque[_Fault] = deque()
        self._sockets: list[socket.socket] = []
        self._open = True
        self._released = threading.Event()
        self.held = threading.Event()
        self.connections = 0
        self.refusing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._released.set()
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def cut_after(self, size: int, *, every: bool = False) -> None:
        self._faults.append(_Fault("cut", size, every))

    def stall_after(self, size: int, *, every: bool = False) -> None:
        self._faults.append(_Fault("stall", size, every))

    def drip_after(self, size: int, *, every: bool = False) -> None:
        self._faults.append(_Fault("drip", size, every))

    def hold_after(self, size: int) -> None:
        self._faults.append(_Fault("hold", size, False))

    def release(self) -> None:
        self._released.set()

    def _next_fault(self) -> _Fault | None:
        if not self._faults:
            return None
        return self._faults[0] if self._faults[0].every else self._faults.popleft()

    def _accept(self) -> None:
        while self._open:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.refusing:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets += [client, server]
            fault = self._next_fault()
            for job in ((client, server, None), (server, client, fault)):
                threading.Thread(target=self._pass_on, args=job, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, fault: _Fault | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if fault is not None and passed + len(data) > fault.after:
                    sink.sendall(data[: fault.after - passed])
                    self._break(fault, data[fault.after - passed :], sink)
                    if fault.kind != "hold":
                        break
                    fault = None
                else:
                    sink.sendall(data)
                passed += len(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _break(self, fault: _Fault, rest: bytes, sink: socket.socket) -> None:
        if fault.kind == "hold":
            self.held.set()
            self._released.wait(30)
            sink.sendall(rest)
        elif fault.kind == "stall":
            while self._open and _is_connected(sink):
                time.sleep(0.02)
        elif fault.kind == "drip":
            for byte in rest:
                sink.sendall(bytes([byte]))
                time.sleep(0.05)


def _is_connected(sock: socket.socket) -> bool:
    try:
        return sock.getpeername() is not None
    except OSError:
        return False
