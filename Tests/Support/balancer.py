# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A small balancer of HTTP requests that follows the servers' /readyz, as an operator would put before several servers.

It passes each request on once. One that nobody has received, as the connection was refused, goes to the next server; one that
was sent and not answered is counted in ``failed`` and answered with 502, whatever it was.
"""

import asyncio
import re
import threading

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Balancer:
    # Seconds between two looks at a server, and how many refusals in a row take it out: as HAProxy's `inter 500ms fall 2`.
    LOOK_EVERY, FALL = 0.5, 2

    def __init__(self, ports: list[int]):
        self.ports = ports
        self.refusals = {port: self.FALL for port in ports}
        self.turn = 0
        self.passed = 0
        self.failed = []
        self.port = 0
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self.serve, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    def serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.client, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.looks = [self.loop.create_task(self.look(port)) for port in self.ports]
        started.set()
        self.loop.run_forever()

    def is_used(self, port: int) -> bool:
        return self.refusals[port] < self.FALL

    async def look(self, port: int) -> None:
        while True:
            try:
                answer = await asyncio.wait_for(
                    self.ask(port, b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n"), 3
                )
                is_ready = b" 200 " in answer.split(b"\r\n", 1)[0]
            except (OSError, asyncio.TimeoutError):
                is_ready = False
            self.refusals[port] = 0 if is_ready else self.refusals[port] + 1
            await asyncio.sleep(self.LOOK_EVERY)

    async def ask(self, port: int, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection:")]
            request = b"\r\n".join([*lines, b"Connection: close", b"", body])
            writer.write(await self.pass_on(request, lines[0].decode(errors="replace")))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def pass_on(self, request: bytes, name: str) -> bytes:
        self.turn += 1
        used = [port for port in self.ports if self.is_used(port)]
        first = self.turn % len(used) if used else 0
        for port in used[first:] + used[:first]:
            try:
                answer = await self.ask(port, request)
            except ConnectionRefusedError:
                continue
            except OSError as error:
                self.failed.append(f"{name}: {error}")
                break
            if answer:
                self.passed += 1
                return answer
            self.failed.append(f"{name}: {port} closed the connection without an answer")
            break
        else:
            self.failed.append(f"{name}: no server is ready")
        return b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

    def close(self) -> None:
        def end() -> None:
            for look in self.looks:
                look.cancel()
            self.loop.call_soon(self.loop.stop)

        self.loop.call_soon_threadsafe(end)
        self.thread.join(5)
