# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A QUIC server made with aioquic: echoes streams and opens one of its own.

Prints its port, then serves until its standard input ends.
"""

import argparse
import asyncio
import sys

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import HandshakeCompleted, StreamDataReceived


class EchoServer(QuicConnectionProtocol):
    def quic_event_received(self, event):
        if isinstance(event, HandshakeCompleted):
            stream = self._quic.get_next_available_stream_id()
            self._quic.send_stream_data(stream, b"hello from aioquic", end_stream=True)
        elif isinstance(event, StreamDataReceived):
            if event.data == b"please close":
                self._quic.close(error_code=77, reason_phrase="as you wish")
            elif event.stream_id % 4 == 0:
                self._quic.send_stream_data(event.stream_id, event.data, end_stream=event.end_stream)
        self.transmit()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--alpn", required=True)
    parser.add_argument("--retry", action="store_true")
    options = parser.parse_args()
    configuration = QuicConfiguration(is_client=False, alpn_protocols=[options.alpn])
    configuration.load_cert_chain(options.certificate, options.key)
    server = await serve(
        "127.0.0.1",
        0,
        configuration=configuration,
        create_protocol=EchoServer,
        retry=options.retry,
    )
    print(server._transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
