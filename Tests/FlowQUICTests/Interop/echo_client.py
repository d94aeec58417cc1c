# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A QUIC client made with aioquic: tries what agents do against an echo server and prints each step it has done."""

import argparse
import asyncio
import ssl

from aioquic.asyncio import connect
from aioquic.quic.configuration import QuicConfiguration


def say(step):
    print(step, flush=True)


async def echo(client, count, size):
    reader, writer = await client.create_stream()
    sent = b"".join(bytes([number % 256]) * (number % size + 1) for number in range(count))
    writer.write(sent)
    writer.write_eof()
    received = await asyncio.wait_for(reader.read(), 20)
    if received != sent:
        raise AssertionError(f"{len(received)} bytes came back, not {len(sent)}")


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--authority", required=True)
    parser.add_argument("--alpn", required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    configuration = QuicConfiguration(
        is_client=True,
        alpn_protocols=[options.alpn],
        server_name="localhost",
        verify_mode=ssl.CERT_REQUIRED,
        idle_timeout=10,
    )
    configuration.load_verify_locations(options.authority)
    if options.certificate:
        configuration.load_cert_chain(options.certificate, options.key)
    greetings = asyncio.Queue()

    def stream_opened(reader, writer):
        if writer.get_extra_info("stream_id") % 4 == 1:
            greetings.put_nowait(reader)

    try:
        async with connect(
            "127.0.0.1", options.port, configuration=configuration, stream_handler=stream_opened
        ) as client:
            await client.ping()
            say("connected")
            await echo(client, 1000, 200)
            say("echoed")
            greeting = await asyncio.wait_for(greetings.get(), 5)
            if await asyncio.wait_for(greeting.read(), 5) != b"hello from quartzflow":
                raise AssertionError("wrong greeting")
            say("greeted")
            client.request_key_update()
            await echo(client, 100, 50)
            say("key updated")
            client.change_connection_id()
            await echo(client, 100, 50)
            say("connection id changed")
            client.close(error_code=42, reason_phrase="bye from aioquic")
            await client.wait_closed()
            say("closed")
    except ConnectionError as error:
        say(f"refused: {error}")


asyncio.run(main())
