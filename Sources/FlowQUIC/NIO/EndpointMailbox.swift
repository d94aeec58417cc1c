// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// What tasks ask of an endpoint; carried out in order on its event loop.
enum EndpointCommand: Sendable {
    case connect(NetworkAddress, OneShot<QUICConnection>)
    case openStream(ConnectionHandle, OneShot<StreamChannel>)
    case write(ConnectionHandle, Int64, ByteBuffer)
    case finish(ConnectionHandle, Int64)
    case reset(ConnectionHandle, StreamChannel, code: UInt64)
    /// Nobody holds the stream any more.
    case abandon(ConnectionHandle, StreamChannel)
    /// The application took bytes of a stream, so the peer may send more.
    case consumed(ConnectionHandle, Int64, Int)
    /// The application took a stream of the peer.
    case taken(ConnectionHandle, Int64)
    case close(ConnectionHandle, code: UInt64, reason: String, OneShot<Void>)
    case closeAll(code: UInt64, reason: String, OneShot<Void>)
    /// New connections begin with this.
    case use(TLSContext)
}

/// The way from any task to an endpoint on its event loop.
///
/// Commands are collected, and the loop is woken once for as many as have come together by the time it looks: a burst
/// of small writes costs one wake-up and leaves in few packets.
final class EndpointMailbox: Sendable {
    private struct State {
        var commands: [EndpointCommand] = []
        var isScheduled = false
        var handler: NIOLoopBound<QUICEndpointHandler>?
        var isClosed = false
    }

    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Names the handler that carries out commands; those that came earlier are carried out now.
    func open(_ handler: QUICEndpointHandler) {
        let bound = NIOLoopBound(handler, eventLoop: self.eventLoop)
        let mustSchedule = self.state.withLock { state in
            state.handler = bound
            guard !state.commands.isEmpty, !state.isScheduled else { return false }
            state.isScheduled = true
            return true
        }
        if mustSchedule { self.schedule() }
    }

    /// Lets go of the handler; from now on every command fails.
    func close() {
        let commands = self.state.withLock { state in
            state.isClosed = true
            state.handler = nil
            defer { state.commands.removeAll() }
            return state.commands
        }
        for command in commands { Self.fail(command) }
    }

    /// Asks for a command to be carried out.
    func submit(_ command: EndpointCommand) {
        let (isClosed, mustSchedule) = self.state.withLock { state in
            guard !state.isClosed else { return (true, false) }
            state.commands.append(command)
            guard state.handler != nil, !state.isScheduled else { return (false, false) }
            state.isScheduled = true
            return (false, true)
        }
        if isClosed {
            Self.fail(command)
        } else if mustSchedule {
            self.schedule()
        }
    }

    private func schedule() {
        self.eventLoop.execute {
            let (commands, handler) = self.state.withLock { state in
                state.isScheduled = false
                defer { state.commands = [] }
                return (state.commands, state.handler)
            }
            handler?.value.perform(commands)
        }
    }

    private static func fail(_ command: EndpointCommand) {
        let error = QUICError.connectionClosed(.endpointClosed)
        switch command {
        case .connect(_, let answer): answer.complete(.failure(error))
        case .openStream(_, let answer): answer.complete(.failure(error))
        case .close(_, _, _, let answer), .closeAll(_, _, let answer): answer.complete(.success(()))
        case .write, .finish, .reset, .abandon, .consumed, .taken, .use: break
        }
    }
}
