// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CNgtcp2
import NIOCore

/// All connections of one UDP socket, without the socket and without a clock.
///
/// In go datagrams (`receive`), the passing of time (`runTimers`) and commands on connections; then `flush` lets every
/// connection that has something to say build packets. Out come `datagrams` and `events`, to be taken after each of
/// these calls, and `nextDeadline`. The same inputs at the same times do the same thing, keys and random ids aside,
/// so loss and time are tested without a network and without waiting.
///
/// Not Sendable: an endpoint and its connections belong to one event loop, or to one test.
final class QUICEndpointCore {
    let configuration: QUICConfiguration
    /// What new connections begin with; those that stand keep theirs.
    var tls: TLSContext
    let isServer: Bool

    /// Datagrams to be sent, in order; the driver empties it.
    var datagrams: [OutgoingDatagram] = []

    /// What happened, in order; the driver empties it.
    var events: [(ConnectionHandle, ConnectionEvent)] = []

    private(set) var connections: [ConnectionHandle: QUICConnectionCore] = [:]
    var registry = ConnectionRegistry<ConnectionHandle>()
    private var timers = TimerHeap<ConnectionHandle>()
    private var dirty: [ConnectionHandle] = []
    private var lastHandle: ConnectionHandle = 0

    /// Handshakes in progress: what Retry and the handshake limit look at.
    private(set) var handshakes = 0
    var resetBudget: TokenBucket
    let resetKey: [UInt8]
    let retryKey: [UInt8]

    /// The latest time seen; ngtcp2 aborts the process when time goes backwards, so it never does.
    private var latest: UInt64 = 0

    /// Memory lent to ngtcp2 during one call, at fixed addresses: a packet, a path, vectors.
    let scratch: UnsafeMutableBufferPointer<UInt8>
    let pathStorage: UnsafeMutablePointer<ngtcp2_path_storage>
    let vectors: UnsafeMutableBufferPointer<ngtcp2_vec>
    private var callbacks = QUICConnectionCore.makeCallbacks()

    /// Makes an endpoint without connections.
    ///
    /// - Parameters:
    ///   - tls: Certificates and trust; its role makes the endpoint a server or a client.
    ///   - configuration: Limits and timeouts.
    ///   - resetSecret: Secret of a server from which reset and retry tokens are derived. Kept across restarts, it
    ///     lets clients learn at once that their connection is gone.
    init(tls: TLSContext, configuration: QUICConfiguration, resetSecret: [UInt8]) {
        self.tls = tls
        self.isServer = tls.isServer
        self.configuration = configuration
        self.resetBudget = TokenBucket(perSecond: configuration.statelessResetsPerSecond)
        self.resetKey = derivedKey(from: resetSecret, purpose: "flow stateless reset")
        self.retryKey = derivedKey(from: resetSecret, purpose: "flow retry")
        self.scratch = .allocate(capacity: 65_536)
        self.scratch.initialize(repeating: 0)
        self.pathStorage = .allocate(capacity: 1)
        self.pathStorage.initialize(to: ngtcp2_path_storage())
        self.vectors = .allocate(capacity: 8)
        self.vectors.initialize(repeating: ngtcp2_vec())
    }

    deinit {
        self.connections.removeAll()
        self.scratch.deallocate()
        self.pathStorage.deallocate()
        self.vectors.deallocate()
    }

    /// The largest UDP payload a packet may have; ngtcp2 wants at least this much room.
    var datagramCapacity: Int { min(max(self.configuration.maxDatagramSize, 1_200), self.scratch.count) }

    /// When `runTimers` has something to do, in nanoseconds; nil when nothing waits for time.
    var nextDeadline: UInt64? { self.timers.earliest }

    /// Whether `flush` has something to do.
    var needsFlush: Bool { !self.dirty.isEmpty }

    // MARK: Time

    /// The time to use: never earlier than one used before.
    func advance(to now: UInt64) -> UInt64 {
        self.latest = max(self.latest, now)
        return self.latest
    }

    /// Handles deadlines that have passed.
    func runTimers(now: UInt64) {
        let now = self.advance(to: now)
        while let handle = self.timers.popExpired(now: now) {
            guard let connection = self.connections[handle] else { continue }
            connection.expire(now: now)
            // Dirty connections are rescheduled after they wrote; writing moves the deadline again.
            if !connection.isDirty {
                self.reschedule(connection)
            }
        }
    }

    /// Lets every connection with something to say build its packets.
    func flush(now: UInt64) {
        let now = self.advance(to: now)
        let batch = self.dirty
        self.dirty.removeAll(keepingCapacity: true)
        for handle in batch {
            guard let connection = self.connections[handle] else { continue }
            connection.isDirty = false
            connection.write(now: now)
            self.reschedule(connection)
        }
    }

    func markDirty(_ connection: QUICConnectionCore) {
        guard !connection.isDirty else { return }
        connection.isDirty = true
        self.dirty.append(connection.handle)
    }

    func reschedule(_ connection: QUICConnectionCore) {
        let deadline = connection.nextDeadline
        if deadline == .max {
            self.timers.remove(connection.handle)
        } else {
            self.timers.set(connection.handle, deadline: deadline)
        }
    }

    // MARK: Connections

    /// A connection by its handle; nil once it is forgotten.
    subscript(_ handle: ConnectionHandle) -> QUICConnectionCore? { self.connections[handle] }

    /// Closes a connection in the application's name.
    func close(_ handle: ConnectionHandle, code: UInt64, reason: String, now: UInt64) {
        guard let connection = self.connections[handle] else { return }
        connection.close(code: code, reason: reason, now: self.advance(to: now))
        self.reschedule(connection)
    }

    func makeConnection(to remote: NetworkAddress) -> QUICConnectionCore {
        self.lastHandle += 1
        let connection = QUICConnectionCore(handle: self.lastHandle, remote: remote, endpoint: self)
        self.connections[connection.handle] = connection
        self.handshakes += 1
        return connection
    }

    func connectionDidEstablish(_ connection: QUICConnectionCore) {
        self.endHandshake(of: connection)
    }

    func connectionDidClose(_ connection: QUICConnectionCore) {
        self.endHandshake(of: connection)
        self.reschedule(connection)
    }

    private func endHandshake(of connection: QUICConnectionCore) {
        if connection.countsAsHandshake {
            connection.countsAsHandshake = false
            self.handshakes -= 1
        }
    }

    func remove(_ connection: QUICConnectionCore) {
        self.endHandshake(of: connection)
        self.registry.removeAll(of: connection.handle)
        self.timers.remove(connection.handle)
        self.connections[connection.handle] = nil
    }

    /// Runs a closure with the settings a new connection starts from.
    func withCallbacks<Result>(_ body: (UnsafePointer<ngtcp2_callbacks>) -> Result) -> Result {
        withUnsafePointer(to: &self.callbacks, body)
    }

    // MARK: Output

    /// Sends the first bytes of `scratch`.
    func sendScratch(_ count: Int, on path: NetworkPath, ecn: UInt32) {
        let bytes = UnsafeRawBufferPointer(start: self.scratch.baseAddress, count: min(count, self.scratch.count))
        self.datagrams.append(OutgoingDatagram(path: path, ecn: ecn, payload: ByteBuffer(bytes: bytes)))
    }
}
