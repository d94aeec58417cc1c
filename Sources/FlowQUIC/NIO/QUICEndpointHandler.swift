// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore

/// Drives an endpoint core from a datagram channel.
///
/// The socket, the clock and the tasks are on one side, the core on the other; nothing about QUIC is decided here.
final class QUICEndpointHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    let core: QUICEndpointCore
    let mailbox: EndpointMailbox
    /// Where a server's established connections go; nil on a client.
    let accepted: AsyncQueue<QUICConnection>?
    let logger: Logger

    var entries: [ConnectionHandle: ConnectionEntry] = [:]
    private var context: ChannelHandlerContext?
    private var local: NetworkAddress?
    private var timer: Scheduled<Void>?
    private var armedFor: UInt64 = .max

    init(core: QUICEndpointCore, mailbox: EndpointMailbox, accepted: AsyncQueue<QUICConnection>?, logger: Logger) {
        self.core = core
        self.mailbox = mailbox
        self.accepted = accepted
        self.logger = logger
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive {
            self.start(context)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.start(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.stop()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = self.unwrapInboundIn(data)
        guard let local = self.local, let remote = NetworkAddress(envelope.remoteAddress) else { return }
        let path = NetworkPath(local: local, remote: remote)
        let ecn = envelope.metadata.map { ECN.bits($0.ecnState) } ?? 0
        envelope.data.withUnsafeReadableBytes { bytes in
            self.core.receive(bytes, path: path, ecn: ecn, now: self.now)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Once per batch: acknowledgements of all datagrams read together leave in one packet.
        self.pump()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            self.pump()
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A datagram that cannot be sent or received is a lost datagram to QUIC; the channel closes itself if worse.
        self.logger.debug("Datagram error", metadata: ["error": "\(error)"])
    }

    // MARK: Driving the core

    private var now: UInt64 { self.context?.eventLoop.now.uptimeNanoseconds ?? 0 }

    private func start(_ context: ChannelHandlerContext) {
        guard self.local == nil else { return }
        // Bound to a wildcard the path's local end stays the wildcard: NIO cannot choose the source address of a
        // datagram, the kernel's routes do.
        self.local = context.channel.localAddress.flatMap { NetworkAddress($0) }
        self.mailbox.open(self)
    }

    private func stop() {
        self.timer?.cancel()
        self.timer = nil
        self.mailbox.close()
        for entry in self.entries.values {
            entry.close(.endpointClosed)
        }
        self.entries.removeAll()
        self.accepted?.finish()
    }

    /// Carries out commands of tasks.
    func perform(_ commands: [EndpointCommand]) {
        var answers: [OneShot<Void>] = []
        for command in commands {
            if let answer = self.perform(command, local: self.local, now: self.now) {
                answers.append(answer)
            }
        }
        self.pump()
        // Closing is answered when the packet that says so has left.
        for answer in answers {
            answer.complete(.success(()))
        }
    }

    /// Runs what is due, lets connections write, tells tasks what happened, sends, and sets the timer.
    private func pump() {
        guard let context = self.context else { return }
        let now = self.now
        self.core.runTimers(now: now)
        var rounds = 0
        repeat {
            // With the socket's queue full nothing is built: packets would only wait and look lost.
            if context.channel.isWritable {
                self.core.flush(now: now)
            }
            self.handleEvents(now: now)
            rounds += 1
        } while self.core.needsFlush && context.channel.isWritable && rounds < 4
        self.sendDatagrams(context)
        self.arm(context, now: now)
        if self.accepted == nil, self.hasConnected, self.entries.isEmpty {
            context.close(promise: nil)
        }
    }

    /// Whether a client's endpoint has had its connection; when that is gone, so is the endpoint.
    var hasConnected = false

    private func handleEvents(now: UInt64) {
        while !self.core.events.isEmpty {
            let events = self.core.events
            self.core.events = []
            for (handle, event) in events {
                self.handle(event, of: handle, now: now)
            }
        }
    }

    private func sendDatagrams(_ context: ChannelHandlerContext) {
        guard !self.core.datagrams.isEmpty else { return }
        let datagrams = self.core.datagrams
        self.core.datagrams.removeAll(keepingCapacity: true)
        for datagram in datagrams {
            let envelope = AddressedEnvelope(
                remoteAddress: SocketAddress(datagram.path.remote),
                data: datagram.payload,
                metadata: ECN.state(datagram.ecn).map { .init(ecnState: $0) }
            )
            context.write(self.wrapOutboundOut(envelope), promise: nil)
        }
        context.flush()
    }

    /// Makes sure the loop wakes at the core's next deadline; a timer that comes too early just sets itself again.
    private func arm(_ context: ChannelHandlerContext, now: UInt64) {
        var deadline = self.core.nextDeadline ?? .max
        if self.core.needsFlush, context.channel.isWritable {
            deadline = now
        }
        guard deadline < self.armedFor else { return }
        self.timer?.cancel()
        self.armedFor = deadline
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        self.timer = context.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(deadline)) {
            bound.value.armedFor = .max
            bound.value.pump()
        }
    }
}
