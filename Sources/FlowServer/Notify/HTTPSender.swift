// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowNotify
import FlowSupport
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Makes the request of a channel, to an address that was checked, without following redirects.
struct HTTPSender: Sendable {
    let network: NotifyNetwork

    private static let timeout = TimeAmount.seconds(30)
    private static let connectTimeout = TimeAmount.seconds(10)
    /// Of an answer this much is read; verdicts are at its beginning.
    private static let answerLimit = 64 * 1024

    func send(_ request: OutgoingRequest, kind: NotifyChannel.Kind) async -> DeliveryVerdict {
        guard let target = OutgoingURL(request.url) else { return .dead("the channel's address is not valid") }
        do {
            let address = try await self.network.address(of: target.host, port: target.port)
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            configuration.dnsOverride = [target.host: address.text]
            configuration.timeout.connect = Self.connectTimeout
            configuration.connectionPool.retryConnectionEstablishment = false
            configuration.tlsConfiguration = try MailSender.tls(self.network)
            let client = HTTPClient(
                eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup),
                configuration: configuration
            )
            let verdict: DeliveryVerdict
            do { verdict = try await Self.exchange(request, kind: kind, client) } catch {
                verdict = Self.failure(error)
            }
            try? await client.shutdown()
            return verdict
        } catch let refusal as NotifyNetwork.Refusal {
            return refusal.isPassing ? .again(refusal.words) : .dead(refusal.words)
        } catch {
            return Self.failure(error)
        }
    }

    private static func exchange(
        _ request: OutgoingRequest,
        kind: NotifyChannel.Kind,
        _ client: HTTPClient
    ) async throws -> DeliveryVerdict {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        outgoing.body = .bytes(request.body)
        let response = try await client.execute(outgoing, timeout: Self.timeout)
        var body: [UInt8] = []
        for try await part in response.body {
            body += part.readableBytesView
            if body.count >= Self.answerLimit { break }
        }
        return HTTPChannel.verdict(
            kind,
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "Retry-After"),
            body: body
        )
    }

    /// Nobody can know whether the receiver got it, so it goes again under the same key.
    private static func failure(_ error: any Error) -> DeliveryVerdict {
        switch error {
        case let error as HTTPClientError: .again(error.shortDescription)
        case let error as CoreError: .again(error.message)
        default: .again("\(error)")
        }
    }
}
