// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Limits and timeouts of an endpoint; every value has a default that suits a server with some thousand agents.
package struct QUICConfiguration: Sendable {
    /// A connection on which nothing is received for this long is given up silently (RFC 9000 §10.1).
    package var idleTimeout: Duration

    /// How often a PING keeps an otherwise silent connection alive; nil sends none.
    package var keepAlive: Duration?

    /// How long a handshake may take, until the server has accepted the client's certificate.
    package var handshakeTimeout: Duration

    /// How many bytes a peer may send on one stream before the reader has taken them.
    package var streamWindow: Int

    /// How many bytes a peer may send on all streams together before readers have taken them.
    ///
    /// As much as all of them and one more may hold: readers that take nothing never leave a further stream without credit.
    package var connectionWindow: Int

    /// How many streams a peer may have open at once.
    package var maxStreams: Int

    /// How many written but not yet acknowledged bytes a stream holds before `write` suspends.
    package var writeBufferLimit: Int

    /// Retry proves a client's address before any state is kept, at the cost of a round trip (RFC 9000 §8.1.2).
    ///
    /// It is asked for while more handshakes than this are in progress; 0 asks always.
    package var retryAboveHandshakes: Int

    /// First packets are dropped while this many handshakes are in progress; clients repeat them later.
    package var maxHandshakes: Int

    /// New connections are refused while this many exist.
    package var maxConnections: Int

    /// How many stateless resets a server sends per second at most (RFC 9000 §10.3.3).
    package var statelessResetsPerSecond: Int

    /// The largest UDP payload sent, in bytes, once path MTU discovery has found that it fits; at least 1200.
    package var maxDatagramSize: Int

    /// Bytes asked of the kernel for each direction's socket buffer; it may give less.
    package var socketBufferSize: Int

    /// Makes a configuration; leave out what should have its default.
    package init(
        idleTimeout: Duration = .seconds(45),
        keepAlive: Duration? = .seconds(15),
        handshakeTimeout: Duration = .seconds(10),
        streamWindow: Int = 64 << 10,
        connectionWindow: Int = (128 + 1) * (64 << 10),
        maxStreams: Int = 128,
        writeBufferLimit: Int = 256 << 10,
        retryAboveHandshakes: Int = 64,
        maxHandshakes: Int = 1_000,
        maxConnections: Int = 20_000,
        statelessResetsPerSecond: Int = 1_000,
        maxDatagramSize: Int = 1_452,
        socketBufferSize: Int = 4 << 20
    ) {
        self.idleTimeout = idleTimeout
        self.keepAlive = keepAlive
        self.handshakeTimeout = handshakeTimeout
        self.streamWindow = streamWindow
        self.connectionWindow = connectionWindow
        self.maxStreams = maxStreams
        self.writeBufferLimit = writeBufferLimit
        self.retryAboveHandshakes = retryAboveHandshakes
        self.maxHandshakes = maxHandshakes
        self.maxConnections = maxConnections
        self.statelessResetsPerSecond = statelessResetsPerSecond
        self.maxDatagramSize = maxDatagramSize
        self.socketBufferSize = socketBufferSize
    }
}

extension Duration {
    /// The duration in whole nanoseconds; 0 for negative ones, capped at about 292 years.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow, product < UInt64(Int64.max) else { return UInt64(Int64.max) }
        return product + UInt64(attoseconds / 1_000_000_000)
    }
}
