// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowSupport
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Finds an address of a host that may be called and that answers, and lets a request be made to that very address.
struct HTTPConnector: Sendable {
    let policy: HTTPPolicy
    /// The system's resolver: the addresses of a name, for a port.
    var lookUp: @Sendable (String, Int) throws -> [HostAddress] = { try HostAddress.all(of: $0, port: $1) }

    /// The last address may take its time; while others remain, a silent one is left for the next.
    private static let patience = TimeAmount.seconds(30)
    private static let shortPatience = TimeAmount.seconds(2)

    /// Makes a request to the host's addresses, one after the other, until one of them connects.
    ///
    /// - Parameters:
    ///   - isSecure: whether it speaks TLS, and certificates matter.
    ///   - certificate: which of the host's it shows, by name; nil = none.
    /// - Throws: ``HTTPFailure`` when the name can't be resolved or all its addresses are refused; what `body` threw when it
    ///   failed after a connection stood, or to the last address.
    func withClient<Result: Sendable>(
        host: String,
        port: Int,
        isSecure: Bool,
        certificate: String? = nil,
        _ body: @Sendable (HTTPClient) async throws -> Result
    ) async throws -> Result {
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let refusal = self.policy.network.refusal(ofHost: name) { throw HTTPFailure(refusal, isDenied: true) }
        var tls = isSecure ? try HTTPAuthorities.configuration(self.policy.network.authorities ?? []) : nil
        if let certificate {
            let shown = try self.certificate(certificate, to: name, isSecure: isSecure)
            var configuration = tls ?? TLSConfiguration.makeClientConfiguration()
            shown.present(in: &configuration)
            tls = configuration
        }
        let settings = tls
        let addresses = try AddressOrder.candidates(
            try await self.resolve(name, port: port),
            of: name,
            policy: self.policy
        )
        var silent: [HostAddress] = []
        var failure: (any Error)?
        for address in addresses {
            do {
                let patience = addresses.count == 1 ? Self.patience : Self.shortPatience
                return try await self.attempt(host: host, address: address, patience: patience, tls: settings, body)
            } catch let error where Self.isUnconnected(error) {
                if Self.isSilence(error) { silent.append(address) }
                failure = error
            }
        }
        for address in silent where addresses.count > 1 {
            do {
                return try await self.attempt(
                    host: host,
                    address: address,
                    patience: Self.patience,
                    tls: settings,
                    body
                )
            } catch let error where Self.isUnconnected(error) {
                failure = error
            }
        }
        let tried = addresses.map(\.text).joined(separator: ", ")
        let words = HTTPFailure(failure ?? HTTPFailure("no address answered")).detail
        throw HTTPFailure("no connection to '\(name)' port \(port) (\(tried)): \(words)")
    }

    /// - Throws: ``HTTPFailure`` when the policy does not let it be shown there, or it can't be used.
    private func certificate(
        _ certificate: String,
        to host: String,
        isSecure: Bool
    ) throws(HTTPFailure) -> HTTPClientCertificate {
        guard isSecure else { throw HTTPFailure("a client certificate is shown over https only") }
        if let refusal = self.policy.network.refusal(ofCertificate: certificate) {
            throw HTTPFailure(refusal, isDenied: true)
        }
        guard let pair = self.policy.network.clientCertificates?[certificate], pair.isFor(host) else {
            throw HTTPFailure(
                "the host's policy does not show the client certificate '\(certificate)' to '\(host)' "
                    + "(network.client_certificates)",
                isDenied: true
            )
        }
        return try HTTPClientCertificate(pair, name: certificate)
    }

    private func attempt<Result: Sendable>(
        host: String,
        address: HostAddress,
        patience: TimeAmount,
        tls: TLSConfiguration?,
        _ body: @Sendable (HTTPClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // Connects to the very address that was checked: a name must not resolve differently a moment later.
        configuration.dnsOverride = [host: address.text]
        configuration.timeout.connect = patience
        configuration.tlsConfiguration = tls
        // A refused connection is an answer; trying again is the job's retry policy.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup),
            configuration: configuration
        )
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        return try result.get()
    }

    private func resolve(_ name: String, port: Int) async throws -> [HostAddress] {
        // What is written as an address is looked at even where the resolver would not give it.
        if let address = HostAddress(literal: name) { return [address] }
        do {
            return try await NIOThreadPool.singleton.runIfActive { try self.lookUp(name, port) }
        } catch {
            throw HTTPFailure("cannot resolve '\(name)': \(HTTPFailure(error).detail)")
        }
    }

    /// Whether nothing of the request can have been sent; only then another address may be tried.
    private static func isUnconnected(_ error: any Error) -> Bool {
        if self.isSilence(error) || error is NIOConnectionError { return true }
        guard let error = error as? IOError else { return false }
        return [
            ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL,
        ].contains(error.errnoCode)
    }

    private static func isSilence(_ error: any Error) -> Bool {
        if let error = error as? HTTPClientError { return error == .connectTimeout }
        guard case .connectTimeout? = error as? ChannelError else { return false }
        return true
    }
}
