// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension QUICEndpointHandler {
    /// Carries out one command.
    ///
    /// - Returns: Whom to answer once the packets that follow from it have left; nil for most.
    func perform(_ command: EndpointCommand, local: NetworkAddress?, now: UInt64) -> OneShot<Void>? {
        switch command {
        case .connect(let remote, let answer):
            self.connect(remote, local: local, answer, now: now)
        case .openStream(let handle, let answer):
            self.openStream(handle, answer)
        case .write(let handle, let id, let bytes):
            self.core[handle]?.send(bytes, finish: false, on: id)
        case .finish(let handle, let id):
            self.core[handle]?.send(nil, finish: true, on: id)
        case .reset(let handle, let stream, let code):
            self.core[handle]?.shutdown(stream.id, reading: true, writing: true, code: code)
            stream.fail(.streamOver)
        case .abandon(let handle, let stream):
            self.abandon(handle, stream)
        case .consumed(let handle, let id, let count):
            self.core[handle]?.consume(count, of: id)
        case .taken(let handle, let id):
            self.core[handle]?.take(id)
        case .close(let handle, let code, let reason, let answer):
            self.core.close(handle, code: code, reason: reason, now: now)
            return answer
        case .use(let tls): self.core.tls = tls
        case .closeAll(let code, let reason, let answer):
            for handle in self.core.connections.keys {
                self.core.close(handle, code: code, reason: reason, now: now)
            }
            return answer
        }
        return nil
    }

    private func connect(
        _ remote: NetworkAddress,
        local: NetworkAddress?,
        _ answer: OneShot<QUICConnection>,
        now: UInt64
    ) {
        self.hasConnected = true
        guard let local else {
            answer.complete(.failure(QUICError.connectionClosed(.endpointClosed)))
            return
        }
        do throws(QUICError) {
            let handle = try self.core.connect(path: NetworkPath(local: local, remote: remote), now: now)
            self.entry(handle).connecting = answer
        } catch {
            answer.complete(.failure(error))
        }
    }

    private func openStream(_ handle: ConnectionHandle, _ answer: OneShot<StreamChannel>) {
        guard let connection = self.core[handle], connection.isOpen else {
            let reason = self.entries[handle]?.connection?.closeReason ?? .endpointClosed
            answer.complete(.failure(QUICError.connectionClosed(reason)))
            return
        }
        let entry = self.entry(handle)
        entry.waitingForStream.append(answer)
        self.serveWaiting(entry, handle: handle)
    }

    /// Lets go of a stream nobody holds: what was not finished is reset, what was not read is credited.
    private func abandon(_ handle: ConnectionHandle, _ stream: StreamChannel) {
        guard let connection = self.core[handle] else { return }
        let reading = !stream.inbound.isFinished
        stream.inbound.finish(QUICError.streamOver)
        let unread = stream.inbound.drain().reduce(0) { $0 + $1.readableBytes }
        connection.consume(unread, of: stream.id)
        connection.shutdown(stream.id, reading: reading, writing: !stream.outbound.isFinished, code: 0)
    }
}
