// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowWire
import Logging
import NIOCore
import Synchronization

// Enrolment connections: one stream, one request, one answer.

extension AgentListener {
    private static let concurrentEnrolments = 64
    private static let patience: Duration = .seconds(10)

    func serveEnrolment(_ connection: QUICConnection, logger: Logger) async {
        let isAdmitted = self.enrolments.withLock { count in
            guard count < Self.concurrentEnrolments else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            await connection.close(.goingAway, "Too many hosts enrol at the moment. Try again.")
            return
        }
        defer { self.enrolments.withLock { $0 -= 1 } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.answer(connection, logger: logger) }
            // A stranger does not keep a connection open by saying nothing.
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
        await connection.close(.done, "")
    }

    private func answer(_ connection: QUICConnection, logger: Logger) async {
        var streams = connection.inboundStreams.makeAsyncIterator()
        guard let stream = await streams.next() else { return }
        do {
            guard let request = try await Self.request(on: stream) else { return }
            let answer = await self.enrol(
                request,
                from: connection.remoteHost,
                over: connection.applicationProtocol,
                logger: logger
            )
            try await stream.write(try Frame.encode(PBEnvelope(answer)))
            try await stream.finish()
            await connection.linger()
        } catch let error as WireError {
            logger.notice("refused an enrolment", metadata: ["error": "\(error)"])
            await connection.close(error.closeCode, error.description)
        } catch {
            logger.debug("an enrolment was cut off", metadata: ["error": "\(error)"])
        }
    }

    private static func request(on stream: QUICStream) async throws -> EnrolRequest? {
        var decoder = FrameDecoder(limit: AgentProtocols.enrolmentFrameLimit)
        for try await bytes in stream.inbound {
            decoder.append(bytes)
            guard let envelope = try decoder.next() else { continue }
            guard case .request(let request) = try envelope.enrolmentMessage() else {
                throw WireError.outOfOrder(message: "an answer", expected: "a request to enrol")
            }
            return request
        }
        try decoder.finish()
        return nil
    }

    /// Two hosts may have one name, as when an image is copied; who looks at them by name has to know.
    private func tellOfNamesakes(of agent: AgentID, _ logger: Logger) async {
        let others = await self.enroller.namesakes(of: agent)
        guard !others.isEmpty else { return }
        logger.warning(
            "another host has the name of this new one: tell them apart by their ids, or delete the one that is gone",
            metadata: ["agent": "\(agent)", "others": "\(others.map(\.rawValue).joined(separator: " "))"]
        )
    }

    private func enrol(
        _ request: EnrolRequest,
        from address: String,
        over protocolName: String,
        logger: Logger
    ) async -> EnrolmentMessage {
        do {
            let response = try await self.enroller.enrol(request, from: address, over: protocolName)
            logger.notice("enrolled an agent", metadata: ["agent": "\(response.agent)", "token": "\(request.tokenID)"])
            if !response.remark.isEmpty {
                logger.warning("\(response.remark)", metadata: ["agent": "\(response.agent)"])
            }
            await self.tellOfNamesakes(of: response.agent, logger)
            return .response(response)
        } catch let error as CoreError {
            logger.notice("refused an enrolment", metadata: ["reason": "\(error)"])
            return .refusal(code: error.code.rawValue, message: error.message)
        } catch {
            logger.error("an enrolment failed", metadata: ["error": "\(error)"])
            return .refusal(code: CoreError.Code.internal.rawValue, message: "The server failed. Look into its log.")
        }
    }
}
