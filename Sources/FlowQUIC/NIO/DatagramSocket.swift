// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix

/// Opens the UDP socket of an endpoint and puts the endpoint on its event loop.
enum DatagramSocket {
    /// Binds a socket and starts an endpoint on it.
    ///
    /// - Throws: `QUICError.bindFailed` with the system's error as its cause.
    static func open(
        address: SocketAddress,
        tls: TLSContext,
        configuration: QUICConfiguration,
        resetSecret: [UInt8],
        accepted: AsyncQueue<QUICConnection>?,
        eventLoop: any EventLoop,
        logger: Logger
    ) async throws(QUICError) -> (channel: any Channel, mailbox: EndpointMailbox) {
        let mailbox = EndpointMailbox(eventLoop: eventLoop)
        // A server's socket speaks for thousands of peers, a client's for one.
        let batch = accepted == nil ? 8 : 32
        let bootstrap = DatagramBootstrap(group: eventLoop)
            .channelOption(.datagramVectorReadMessageCount, value: batch)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: batch * 2_048))
            .channelOption(.explicitCongestionNotification, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let core = QUICEndpointCore(tls: tls, configuration: configuration, resetSecret: resetSecret)
                    let handler = QUICEndpointHandler(core: core, mailbox: mailbox, accepted: accepted, logger: logger)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        do {
            let channel = try await bootstrap.bind(to: address).get()
            await Self.tune(channel, address: address, bufferSize: configuration.socketBufferSize)
            return (channel, mailbox)
        } catch {
            throw QUICError(code: .bindFailed, message: "cannot bind UDP \(address)", cause: error)
        }
    }

    /// Asks for what is good to have; a kernel that refuses is no reason to fail.
    private static func tune(_ channel: any Channel, address: SocketAddress, bufferSize: Int) async {
        let size = ChannelOptions.Types.SocketOption.Value(clamping: bufferSize)
        // The default of some 200 KB loses datagrams when a thousand agents reconnect at once.
        try? await channel.setOption(.socketOption(.so_rcvbuf), value: size).get()
        try? await channel.setOption(.socketOption(.so_sndbuf), value: size).get()
        #if os(Linux)
        // Path MTU discovery wants datagrams that are dropped, not cut in pieces, when they are too large.
        // IP_MTU_DISCOVER = 10, IPV6_MTU_DISCOVER = 23, the value PROBE = 3 (linux/in.h, linux/in6.h).
        let option =
            switch address {
            case .v6: ChannelOptions.Types.SocketOption(level: .ipv6, name: .init(rawValue: 23))
            default: ChannelOptions.Types.SocketOption(level: .ip, name: .init(rawValue: 10))
            }
        try? await channel.setOption(option, value: 3).get()
        #endif
    }
}
