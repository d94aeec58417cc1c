// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CFlowProcess
import FlowAgentCore
import FlowCore
import NIOCore
import NIOHTTP1

/// One HTTP job's attempt: the request, its redirects, and the verdict.
struct HTTPExchange: Sendable {
    typealias Output = @Sendable (FlowCore.OutputStream, [UInt8]) -> Void

    let policy: HTTPPolicy
    let launch: Launch
    let payload: HTTPPayload

    /// Longer than anybody waits, and short enough for every clock's arithmetic; seconds.
    private static let longestLimit = 366 * 86_400

    func run(output: @escaping Output) async -> AttemptEnd {
        let seconds = self.launch.order.job.policies.timeoutSeconds
        let limit = seconds > 0 ? min(seconds, Self.longestLimit) : Self.longestLimit
        // A race instead of the client's own timeout, because redirects, resolution and body count together.
        let result = await withTaskGroup(of: AttemptEnd?.self) { group in
            group.addTask { await self.attempt(output: output) }
            group.addTask {
                try? await Task.sleep(for: .seconds(limit))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        let now = flow_boot_microseconds()
        if Task.isCancelled { return .cancelled("stopped on request", at: now) }
        if let result { return result }
        let detail = "no complete answer within the time limit of \(limit) s"
        output(.standardError, Array((detail + "\n").utf8))
        return AttemptEnd(status: .timeout, detail: detail, at: now)
    }

    private func attempt(output: @escaping Output) async -> AttemptEnd {
        do {
            let target = try HTTPTarget(self.payload, parameters: self.launch.order.values)
            let (status, body) = try await self.followRedirects(target, output: output)
            let handed = self.payload.outputs(status: status, body: body)
            let isExpected =
                self.payload.expectedStatus.isEmpty
                ? (200..<300).contains(status) : self.payload.expectedStatus.contains(status)
            let objection = isExpected ? self.payload.objection(to: body) : "HTTP status \(status)"
            return AttemptEnd(
                status: objection == nil ? .success : .failure,
                reason: objection == nil ? nil : .httpStatus,
                detail: Self.detail(objection, handed.fault),
                httpStatus: status,
                at: flow_boot_microseconds(),
                outputs: handed.values
            )
        } catch {
            let failure = HTTPFailure(error)
            let detail = failure.detail
            // What a stop breaks off is no failure of the request: whoever stopped it says so.
            if !Task.isCancelled { output(.standardError, Array((detail + "\n").utf8)) }
            return AttemptEnd(
                status: .failure,
                reason: failure.isDenied ? .policyDenied : .request,
                detail: detail,
                at: flow_boot_microseconds()
            )
        }
    }

    private static func detail(_ verdict: String?, _ fault: String?) -> String? {
        let words = [verdict, fault.map { "its outputs were not taken: \($0)" }].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: "; ")
    }

    private enum Step: Sendable {
        /// With the answer, where something of it is handed on and it is not too long.
        case final(Int, [UInt8]?)
        case redirect(HTTPTarget)
    }

    private func followRedirects(_ first: HTTPTarget, output: @escaping Output) async throws -> (Int, [UInt8]?) {
        var target = first
        let connector = HTTPConnector(policy: self.policy)
        for _ in 0...max(0, self.policy.redirectLimit) {
            let current = target
            let (host, port, url) = try current.destination()
            let step = try await connector.withClient(
                host: host,
                port: port,
                isSecure: current.isSecure,
                certificate: current.certificate
            ) { client in
                try await self.exchange(client, url: url, target: current, output: output)
            }
            switch step {
            case .final(let status, let body): return (status, body)
            case .redirect(let following): target = following
            }
        }
        throw HTTPFailure("more than \(self.policy.redirectLimit) redirects")
    }

    private func exchange(_ client: HTTPClient, url: String, target: HTTPTarget, output: Output) async throws -> Step {
        var request = HTTPClientRequest(url: url)
        request.method = target.method
        request.headers = target.headers
        if let body = target.body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, deadline: .distantFuture)
        let summary = HTTPLog.summary(version: response.version, status: response.status, headers: response.headers)
        output(.standardOutput, Array(summary.utf8))
        let status = Int(response.status.code)
        if [301, 302, 303, 307, 308].contains(status), !self.payload.expectedStatus.contains(status),
            let location = response.headers.first(name: "location")
        {
            return .redirect(try target.redirected(status: status, to: location))
        }
        var kept: [UInt8]? = self.payload.readsAnswer ? [] : nil
        var room = self.policy.responseLimit
        for try await var buffer in response.body {
            let isCut = buffer.readableBytes > room
            let bytes = buffer.readBytes(length: min(room, buffer.readableBytes)) ?? []
            if !bytes.isEmpty { output(.standardOutput, bytes) }
            room -= bytes.count
            if let known = kept { kept = known.count + bytes.count > HTTPPayload.outputBytes ? nil : known + bytes }
            guard isCut else { continue }
            kept = nil
            output(.standardError, Array("\n[answer cut after \(self.policy.responseLimit) bytes]\n".utf8))
            break
        }
        return .final(status, kept)
    }
}
