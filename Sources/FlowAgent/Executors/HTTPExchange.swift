// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CFlowProcess
import FlowCore
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One HTTP job's attempt: the request, its redirects, and the verdict.
struct HTTPExchange: Sendable {
    typealias Output = @Sendable (FlowCore.OutputStream, [UInt8]) -> Void

    let policy: HTTPPolicy
    let launch: Launch
    let payload: HTTPPayload

    /// A failure with the words and the reason it gets in the record.
    private struct Failure: Error {
        let reason: ExecutionReason
        let detail: String
    }

    /// Where the next request goes: redirects change it.
    private struct Target {
        var url: URLComponents
        var method: HTTPMethod
        var headers: HTTPHeaders
        var body: String?
    }

    func run(output: @escaping Output) async -> AttemptEnd {
        let limit = Duration.seconds(max(1, self.launch.order.job.policies.timeoutSeconds))
        // A race instead of the client's own timeout, because redirects, resolution and body count together.
        let result = await withTaskGroup(of: AttemptEnd?.self) { group in
            group.addTask { await self.attempt(output: output) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        let now = flow_boot_microseconds()
        if Task.isCancelled {
            return AttemptEnd(status: .cancelled, reason: .requested, detail: "stopped on request", at: now)
        }
        return result
            ?? AttemptEnd(status: .timeout, detail: "no complete answer within the time limit of \(limit)", at: now)
    }

    private func attempt(output: @escaping Output) async -> AttemptEnd {
        do {
            let status = try await self.followRedirects(self.firstTarget(), output: output)
            let isExpected =
                self.payload.expectedStatus.isEmpty
                ? (200..<300).contains(status) : self.payload.expectedStatus.contains(status)
            let now = flow_boot_microseconds()
            guard isExpected else {
                return AttemptEnd(
                    status: .failure,
                    reason: .httpStatus,
                    detail: "HTTP status \(status)",
                    exitCode: status,
                    at: now
                )
            }
            return AttemptEnd(status: .success, exitCode: 0, at: now)
        } catch {
            let failure = error as? Failure
            let detail = failure?.detail ?? (error as? CoreError)?.message ?? "\(error)"
            output(.standardError, Array((detail + "\n").utf8))
            return AttemptEnd(
                status: .failure,
                reason: failure?.reason ?? .request,
                detail: detail,
                at: flow_boot_microseconds()
            )
        }
    }

    private func firstTarget() throws -> Target {
        let parameters = self.launch.order.parameters
        var headers = HTTPHeaders()
        for (name, value) in self.payload.headers.sorted(by: { $0.key < $1.key }) {
            let filled = try HTTPTemplate.fill(value, parameters, in: .header)
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }),
                filled.unicodeScalars.allSatisfy({ $0.value >= 0x20 || $0 == "\t" })
            else { throw CoreError(.invalid, "the header '\(name)' is not one") }
            headers.add(name: name, value: filled)
        }
        if !headers.contains(name: "user-agent") { headers.add(name: "User-Agent", value: "quicflow") }
        let isJSON =
            headers.first(name: "content-type")?.lowercased().contains("json") ?? Self.looksLikeJSON(self.payload.body)
        let url = try HTTPTemplate.fill(self.payload.url, parameters, in: .url)
        guard let components = URLComponents(string: url) else { throw CoreError(.invalid, "'\(url)' is not a URL") }
        return Target(
            url: components,
            method: HTTPMethod(rawValue: self.payload.method.uppercased()),
            headers: headers,
            body: try self.payload.body.map { try HTTPTemplate.fill($0, parameters, in: isJSON ? .json : .plain) }
        )
    }

    private static func looksLikeJSON(_ body: String?) -> Bool {
        guard let first = body?.first(where: { !$0.isWhitespace }) else { return false }
        return first == "{" || first == "["
    }

    private func followRedirects(_ first: Target, output: Output) async throws -> Int {
        var target = first
        for _ in 0...self.policy.redirectLimit {
            guard let next = try await self.request(target, output: output) else { continue }
            switch next {
            case .final(let status): return status
            case .redirect(let following): target = following
            }
        }
        throw Failure(reason: .request, detail: "more than \(self.policy.redirectLimit) redirects")
    }

    private enum Step {
        case final(Int)
        case redirect(Target)
    }

    private func request(_ target: Target, output: Output) async throws -> Step? {
        guard let scheme = target.url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = target.url.host?.lowercased(), !host.isEmpty, target.url.user == nil, let url = target.url.string
        else {
            throw Failure(reason: .request, detail: "'\(target.url.string ?? "")' is not an http or https URL")
        }
        let address = try await self.resolve(host, port: target.url.port ?? (scheme == "https" ? 443 : 80))
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // Connects to the very address that was checked: a name must not resolve differently a moment later.
        configuration.dnsOverride = [host: address]
        configuration.timeout.connect = .seconds(30)
        // A refused connection is an answer; trying again is the job's retry policy.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup),
            configuration: configuration
        )
        let step: Result<Step, any Error>
        do {
            step = .success(try await self.exchange(client, url: url, target: target, output: output))
        } catch {
            step = .failure(error)
        }
        try? await client.shutdown()
        return try step.get()
    }

    private func exchange(_ client: HTTPClient, url: String, target: Target, output: Output) async throws -> Step {
        var request = HTTPClientRequest(url: url)
        request.method = target.method
        request.headers = target.headers
        if let body = target.body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, deadline: .distantFuture)
        var summary =
            "HTTP \(response.version.major).\(response.version.minor) \(response.status.code) \(response.status.reasonPhrase)\n"
        for (name, value) in response.headers.prefix(50) { summary += "\(name): \(value.prefix(256))\n" }
        output(.standardOutput, Array((summary + "\n").utf8))
        let status = Int(response.status.code)
        if [301, 302, 303, 307, 308].contains(status), !self.payload.expectedStatus.contains(status),
            let location = response.headers.first(name: "location")
        {
            return .redirect(try self.redirect(target, status: status, to: location))
        }
        var room = self.policy.responseLimit
        for try await var buffer in response.body {
            let bytes = buffer.readBytes(length: min(room, buffer.readableBytes)) ?? []
            if !bytes.isEmpty { output(.standardOutput, bytes) }
            room -= bytes.count
            guard room > 0 else {
                output(.standardError, Array("\n[answer cut after \(self.policy.responseLimit) bytes]\n".utf8))
                break
            }
        }
        return .final(status)
    }

    private func redirect(_ target: Target, status: Int, to location: String) throws -> Target {
        guard let base = target.url.url, let url = URL(string: location, relativeTo: base),
            let components = URLComponents(url: url, resolvingAgainstBaseURL: true)
        else { throw Failure(reason: .request, detail: "redirected to '\(location)', which is not a URL") }
        var next = target
        next.url = components
        let isSameOrigin =
            components.host == target.url.host && components.port == target.url.port
            && components.scheme == target.url.scheme
        if !isSameOrigin {
            // Credentials were meant for the first host alone.
            for name in ["authorization", "cookie", "proxy-authorization"] { next.headers.remove(name: name) }
        }
        if status == 303 || (status < 303 && target.method == .POST) {
            next.method = .GET
            next.body = nil
            for name in ["content-type", "content-length"] { next.headers.remove(name: name) }
        }
        return next
    }

    /// - Returns: an address of the host, checked against the rules: every address of the name has to pass.
    private func resolve(_ host: String, port: Int) async throws -> String {
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let addresses: [HostAddress]
        do {
            addresses = try await NIOThreadPool.singleton.runIfActive { try HostAddress.all(of: name, port: port) }
        } catch {
            throw Failure(reason: .request, detail: "cannot resolve '\(name)': \(error)")
        }
        for address in addresses {
            if case .refused(let why) = AddressRules.check(address, policy: self.policy) {
                throw Failure(reason: .request, detail: "'\(name)' (\(address.text)) is refused: \(why)")
            }
        }
        guard let address = addresses.first?.text else {
            throw Failure(reason: .request, detail: "'\(name)' has no address")
        }
        return address
    }
}
