// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore

extension QUICEndpointHandler {
    /// Tells tasks what happened on a connection.
    func handle(_ event: ConnectionEvent, of handle: ConnectionHandle, now: UInt64) {
        let entry = self.entry(handle)
        switch event {
        case .handshakeCompleted(let peer, let applicationProtocol):
            guard let remote = self.core[handle]?.remote else { return }
            entry.connection = QUICConnection(
                handle: handle,
                mailbox: self.mailbox,
                peer: peer,
                applicationProtocol: applicationProtocol,
                remoteAddress: SocketAddress(remote)
            )
        case .established:
            self.didEstablish(entry, handle: handle, now: now)
        case .streamOpened(let id):
            let stream = self.makeStream(id, in: entry)
            entry.connection?.inbound.push(stream)
        case .streamCredit:
            self.serveWaiting(entry, handle: handle)
        case .closed(let reason):
            self.logger.debug(
                "QUIC connection closed",
                metadata: ["quic.reason": "\(reason.shortDescription)", "quic.connection": "\(handle)"]
            )
            entry.close(reason)
        case .forgotten:
            self.entries[handle] = nil
        case .data, .resetByPeer, .stoppedByPeer, .acknowledged, .streamClosed:
            self.handleStream(event, in: entry, handle: handle)
        }
    }

    private func handleStream(_ event: ConnectionEvent, in entry: ConnectionEntry, handle: ConnectionHandle) {
        switch event {
        case .data(let id, let bytes, let fin):
            guard let stream = entry.streams[id], !stream.inbound.isFinished else {
                // Nobody reads it any more; the connection's window must not shrink for it.
                self.core[handle]?.consume(bytes.readableBytes, of: id)
                return
            }
            if bytes.readableBytes > 0 { stream.inbound.push(bytes) }
            if fin { stream.inbound.finish() }
        case .resetByPeer(let id, let code):
            entry.streams[id]?.inbound.finish(QUICError.streamReset(code))
        case .stoppedByPeer(let id, let code):
            entry.streams[id]?.outbound.fail(.streamStopped(code))
        case .acknowledged(let id, let count):
            entry.streams[id]?.outbound.release(count)
        case .streamClosed(let id):
            // An inbound side that ended properly keeps its end; only an unfinished one gets the error.
            entry.streams.removeValue(forKey: id)?.fail(.streamOver)
        default:
            break
        }
    }

    private func didEstablish(_ entry: ConnectionEntry, handle: ConnectionHandle, now: UInt64) {
        guard let connection = entry.connection else { return }
        if let accepted = self.accepted {
            accepted.push(connection)
        } else if entry.connecting?.complete(.success(connection)) != true {
            // The task that asked for it was cancelled meanwhile.
            self.core.close(handle, code: 0, reason: "cancelled", now: now)
        }
        entry.connecting = nil
    }

    /// Opens streams for those who wait, as many as the peer allows.
    func serveWaiting(_ entry: ConnectionEntry, handle: ConnectionHandle) {
        guard let connection = self.core[handle] else { return }
        while let waiter = entry.waitingForStream.first {
            if waiter.isComplete {
                // Cancelled meanwhile: no stream is spent on it.
                entry.waitingForStream.removeFirst()
                continue
            }
            guard let id = connection.openStream() else { return }
            entry.waitingForStream.removeFirst()
            let stream = self.makeStream(id, in: entry)
            if !waiter.complete(.success(stream)) {
                connection.shutdown(id, reading: true, writing: true, code: 0)
            }
        }
    }

    func entry(_ handle: ConnectionHandle) -> ConnectionEntry {
        if let entry = self.entries[handle] { return entry }
        let entry = ConnectionEntry()
        self.entries[handle] = entry
        return entry
    }

    private func makeStream(_ id: Int64, in entry: ConnectionEntry) -> StreamChannel {
        let stream = StreamChannel(id: id, writeLimit: self.core.configuration.writeBufferLimit)
        entry.streams[id] = stream
        return stream
    }
}

extension QUICError {
    static func streamReset(_ code: UInt64) -> QUICError {
        QUICError(code: .streamReset, message: "the peer reset the stream with code \(code)", applicationCode: code)
    }

    static func streamStopped(_ code: UInt64?) -> QUICError {
        let words = code.map { " with code \($0)" } ?? ""
        return QUICError(
            code: .streamStopped,
            message: "the peer stopped reading the stream\(words)",
            applicationCode: code
        )
    }

    static var streamOver: QUICError {
        QUICError(code: .streamClosed, message: "the stream is over")
    }
}
