// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

@testable import FlowQUIC

/// Endpoint cores joined by a network that exists in memory only, under a clock that moves only here.
///
/// The seed decides which datagrams are lost, doubled or late.
final class VirtualNetwork {
    /// How bad the network is.
    struct Quality {
        var loss = 0.0
        var duplication = 0.0
        /// Nanoseconds a datagram is on its way; a range wider than the sending interval reorders.
        var delay: ClosedRange<UInt64> = 1_000_000...1_000_000

        static let perfect = Quality()
        static let bad = Quality(loss: 0.1, duplication: 0.05, delay: 1_000_000...8_000_000)
    }

    private struct Flight {
        var arrival: UInt64
        var from: NetworkAddress
        var to: NetworkAddress
        var payload: ByteBuffer
    }

    var quality: Quality
    private(set) var now: UInt64 = 1_000_000_000
    private(set) var sent = 0
    private(set) var lost = 0
    private var random: SplitMix64
    private var nodes: [NetworkAddress: VirtualNode] = [:]
    private var flights: [Flight] = []
    private var translations: [NetworkAddress: NetworkAddress] = [:]

    /// Sees every datagram before the network does; for eavesdroppers.
    var onDatagram: (NetworkAddress, NetworkAddress, ByteBuffer) -> Void = { _, _, _ in }

    init(seed: UInt64 = 1, quality: Quality = .perfect) {
        self.random = SplitMix64(seed: seed)
        self.quality = quality
    }

    /// Puts a node at an address; another one that was there is unplugged.
    func plug(_ node: VirtualNode, at address: NetworkAddress) {
        self.nodes[address] = node
        node.address = address
    }

    func unplug(_ address: NetworkAddress) {
        self.nodes[address] = nil
    }

    /// From now on a sender at `inside` is seen at `outside`, as behind NAT; answers reach it there unnoticed.
    func translate(_ inside: NetworkAddress, to outside: NetworkAddress) {
        self.translations[inside] = outside
    }

    /// Puts a made-up datagram on the network.
    func inject(_ payload: ByteBuffer, from: NetworkAddress, to: NetworkAddress) {
        self.flights.append(Flight(arrival: self.now, from: from, to: to, payload: payload))
    }

    /// Lets time pass until a condition holds.
    ///
    /// - Returns: `false` when it does not within that virtual time.
    @discardableResult
    func run(for limit: Duration, until condition: () -> Bool = { false }) -> Bool {
        let end = self.now + limit.nanoseconds
        while true {
            for node in self.nodes.values.sorted(by: { $0.order < $1.order }) {
                self.work(node)
            }
            if condition() { return true }
            let deadlines = self.nodes.values.compactMap { $0.core.nextDeadline } + self.flights.map(\.arrival)
            guard let next = deadlines.min(), next <= end else {
                self.now = end
                return condition()
            }
            self.now = max(self.now, next)
            self.deliver()
        }
    }

    private func work(_ node: VirtualNode) {
        node.core.runTimers(now: self.now)
        repeat {
            node.core.flush(now: self.now)
            node.handleEvents(now: self.now)
        } while node.core.needsFlush
        for datagram in node.core.datagrams {
            self.send(datagram)
        }
        node.core.datagrams.removeAll()
    }

    private func send(_ datagram: OutgoingDatagram) {
        self.onDatagram(datagram.path.local, datagram.path.remote, datagram.payload)
        self.sent += 1
        if Double.random(in: 0..<1, using: &self.random) < self.quality.loss {
            self.lost += 1
            return
        }
        let copies = Double.random(in: 0..<1, using: &self.random) < self.quality.duplication ? 2 : 1
        for _ in 0..<copies {
            let delay = UInt64.random(in: self.quality.delay, using: &self.random)
            self.flights.append(
                Flight(
                    arrival: self.now + delay,
                    from: self.translations[datagram.path.local] ?? datagram.path.local,
                    to: datagram.path.remote,
                    payload: datagram.payload
                )
            )
        }
    }

    private func deliver() {
        let due = self.flights.filter { $0.arrival <= self.now }.sorted { $0.arrival < $1.arrival }
        self.flights.removeAll { $0.arrival <= self.now }
        for flight in due {
            guard let node = self.nodes[flight.to] else { continue }
            // The node does not notice a translation: to itself it is where it always was.
            let local = self.translations.first { $0.value == flight.to }?.key ?? flight.to
            let path = NetworkPath(local: local, remote: flight.from)
            flight.payload.withUnsafeReadableBytes { bytes in
                node.core.receive(bytes, path: path, ecn: 0, now: self.now)
            }
        }
    }
}
