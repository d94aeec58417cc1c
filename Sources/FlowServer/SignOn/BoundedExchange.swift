// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP exchange that comes to an end, however slowly and however much the other side sends.
///
/// A client's own deadline is over with the head of the answer: without one for the whole, a byte a second would go on for days.
struct BoundedExchange: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    let connect: TimeAmount
    /// From the beginning to the last byte.
    let total: TimeAmount
    /// Bytes of the body.
    let limit: Int
    /// Of a longer body the beginning is enough; otherwise it is a failure.
    let takesBeginning: Bool

    /// - Parameter configuration: without times, which are set here.
    func run(_ request: HTTPClientRequest, _ configuration: HTTPClient.Configuration) async throws -> Answer {
        var configuration = configuration
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: self.connect, read: self.total)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup),
            configuration: configuration
        )
        do {
            let answer = try await self.run(request, client)
            try? await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func run(_ request: HTTPClientRequest, _ client: HTTPClient) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask { try await self.exchange(request, client) }
            group.addTask {
                try await Task.sleep(for: .nanoseconds(self.total.nanoseconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else {
                throw CoreError(.unavailable, "the answer took longer than \(self.total.nanoseconds / 1_000_000) ms")
            }
            return answer
        }
    }

    private func exchange(_ request: HTTPClientRequest, _ client: HTTPClient) async throws -> Answer {
        let response = try await client.execute(request, timeout: self.total)
        var body: [UInt8] = []
        for try await part in response.body {
            body += part.readableBytesView
            guard body.count > self.limit else { continue }
            guard self.takesBeginning else {
                throw CoreError(.unavailable, "the answer has more than \(self.limit) bytes")
            }
            body.removeLast(body.count - self.limit)
            break
        }
        return Answer(status: Int(response.status.code), headers: response.headers, body: body)
    }
}
