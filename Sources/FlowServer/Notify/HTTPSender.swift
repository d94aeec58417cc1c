// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowNotify
import FlowSupport
import NIOCore
import NIOHTTP1

/// Makes the request of a channel, to an address that was checked, without following redirects.
struct HTTPSender: Sendable {
    let network: NotifyNetwork
    /// Of an answer 64 KiB are read; verdicts are at its beginning.
    private let bounds: BoundedExchange

    init(network: NotifyNetwork, total: TimeAmount = .seconds(30)) {
        self.network = network
        self.bounds = BoundedExchange(connect: .seconds(10), total: total, limit: 64 * 1024, takesBeginning: true)
    }

    func send(_ request: OutgoingRequest, kind: NotifyChannel.Kind) async -> DeliveryVerdict {
        guard let target = OutgoingURL(request.url) else { return .dead("the channel's address is not valid") }
        do {
            let address = try await self.network.address(of: target.host, port: target.port)
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            configuration.dnsOverride = [target.host: address.text]
            configuration.tlsConfiguration = try MailSender.tls(self.network)
            let answer = try await self.bounds.run(Self.outgoing(request), configuration)
            return HTTPChannel.verdict(
                kind,
                status: answer.status,
                retryAfter: answer.headers.first(name: "Retry-After"),
                body: answer.body
            )
        } catch let refusal as NotifyNetwork.Refusal {
            return refusal.isPassing ? .again(refusal.words) : .dead(refusal.words)
        } catch {
            return Self.failure(error)
        }
    }

    private static func outgoing(_ request: OutgoingRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        outgoing.body = .bytes(request.body)
        return outgoing
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
