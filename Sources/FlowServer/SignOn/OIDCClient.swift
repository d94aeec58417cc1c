// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowScheduler
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Speaks to OpenID providers: five seconds, 256 KiB, no redirects.
struct OIDCClient: OIDCTransport {
    private static let timeout = TimeAmount.seconds(5)
    private static let limit = 256 * 1024

    func exchange(_ request: OIDCRequest, with provider: OIDCProvider) async throws -> OIDCResponse {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = Self.timeout
        configuration.connectionPool.retryConnectionEstablishment = false
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities = provider.authorities {
            tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))]
        }
        configuration.tlsConfiguration = tls
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup),
            configuration: configuration
        )
        do {
            let answer = try await Self.exchange(request, client)
            try? await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw CoreError(.unavailable, (error as? HTTPClientError)?.shortDescription ?? "\(error)")
        }
    }

    private static func exchange(_ request: OIDCRequest, _ client: HTTPClient) async throws -> OIDCResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.headers.add(name: "Accept", value: "application/json")
        outgoing.headers.add(name: "User-Agent", value: "quartzflow/\(Server.version)")
        if let authorization = request.authorization {
            outgoing.headers.add(name: "Authorization", value: authorization)
        }
        if let form = request.form {
            outgoing.method = .POST
            outgoing.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            outgoing.body = .bytes(Array(form.utf8))
        }
        let response = try await client.execute(outgoing, timeout: Self.timeout)
        let body = try await response.body.collect(upTo: Self.limit)
        return OIDCResponse(
            status: Int(response.status.code),
            maximumAge: Self.maximumAge(response.headers["Cache-Control"]),
            body: Array(body.readableBytesView)
        )
    }

    /// `max-age` (RFC 9111, 5.2.2.1).
    static func maximumAge(_ values: [String]) -> Int? {
        for directive in values.flatMap({ $0.split(separator: ",") }) {
            let text = directive.lowercased().filter { $0 != " " && $0 != "\"" }
            if text.hasPrefix("max-age="), let seconds = Int(text.dropFirst(8)) { return seconds }
        }
        return nil
    }
}
