// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowScheduler
import NIOCore
import NIOHTTP1
import NIOSSL

/// Speaks to OpenID providers: five seconds in all, 256 KiB, no redirects.
struct OIDCClient: OIDCTransport {
    private let bounds: BoundedExchange

    init(total: TimeAmount = .seconds(5)) {
        self.bounds = BoundedExchange(connect: total, total: total, limit: 256 * 1024, takesBeginning: false)
    }

    func exchange(_ request: OIDCRequest, with provider: OIDCProvider) async throws -> OIDCResponse {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities = provider.authorities {
            tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))]
        }
        configuration.tlsConfiguration = tls
        do {
            let answer = try await self.bounds.run(Self.outgoing(request), configuration)
            return OIDCResponse(
                status: answer.status,
                maximumAge: Self.maximumAge(answer.headers["Cache-Control"]),
                body: answer.body
            )
        } catch let error as CoreError { throw error } catch {
            throw CoreError(.unavailable, (error as? HTTPClientError)?.shortDescription ?? "\(error)")
        }
    }

    private static func outgoing(_ request: OIDCRequest) -> HTTPClientRequest {
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
        return outgoing
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
