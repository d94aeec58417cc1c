// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

@testable import FlowQUIC

/// A core on a virtual network, with a plain memory of what happened to it.
final class VirtualNode {
    let core: QUICEndpointCore
    /// Nodes work in this order, so that a run repeats exactly.
    let order: Int
    var address = NetworkAddress.ipv4(0, 0, 0, 0, port: 0)

    var established: [ConnectionHandle] = []
    var peers: [ConnectionHandle: PeerIdentity] = [:]
    var closed: [ConnectionHandle: CloseReason] = [:]
    var forgotten: Set<ConnectionHandle> = []
    var received: [Int64: [UInt8]] = [:]
    var ended: Set<Int64> = []
    var opened: [Int64] = []
    var closedStreams: Set<Int64> = []
    var resets: [Int64: UInt64] = [:]
    var stops: [Int64: UInt64] = [:]
    var acknowledged: [Int64: Int] = [:]
    var creditEvents = 0

    /// Whether data is taken, and so credited, as it arrives.
    var consumes = true
    /// Whether data and ends are sent back.
    var echoes = false
    /// Whether the peer's streams are taken as they open.
    var takesStreams = true

    init(_ core: QUICEndpointCore, order: Int) {
        self.core = core
        self.order = order
    }

    func handleEvents(now: UInt64) {
        let events = self.core.events
        self.core.events.removeAll()
        for (handle, event) in events {
            self.handle(event, of: handle)
        }
    }

    private func handle(_ event: ConnectionEvent, of handle: ConnectionHandle) {
        switch event {
        case .handshakeCompleted(let peer, _): self.peers[handle] = peer
        case .established: self.established.append(handle)
        case .streamOpened(let id):
            self.opened.append(id)
            if self.takesStreams { self.core[handle]?.take(id) }
        case .data(let id, let bytes, let fin):
            self.received[id, default: []].append(contentsOf: bytes.readableBytesView)
            if fin { self.ended.insert(id) }
            if self.consumes { self.core[handle]?.consume(bytes.readableBytes, of: id) }
            if self.echoes { self.core[handle]?.send(bytes, finish: fin, on: id) }
        case .resetByPeer(let id, let code): self.resets[id] = code
        case .stoppedByPeer(let id, let code): self.stops[id] = code ?? .max
        case .acknowledged(let id, let count): self.acknowledged[id, default: 0] += count
        case .streamClosed(let id): self.closedStreams.insert(id)
        case .streamCredit: self.creditEvents += 1
        case .closed(let reason): self.closed[handle] = reason
        case .forgotten: self.forgotten.insert(handle)
        }
    }
}
