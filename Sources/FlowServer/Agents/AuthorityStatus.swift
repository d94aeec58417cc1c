// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowScheduler
import FlowStore
import FlowWire

/// What there is to know of an installation's authorities, and how somebody gives orders about them: beside a server that may be
/// running.
package struct AuthorityStatus: Sendable {
    package struct Authority: Sendable {
        package let name: String
        package let fingerprint: String
        package let expiresAt: Timestamp
        /// Shown to hosts that do not say whom they trust, and named in join tokens.
        package let serves: Bool
        /// From when on the one that follows is made; nil when there is one.
        package let replaceAt: Timestamp?
    }

    /// The newest last.
    package let authorities: [Authority]
    /// Names of hosts that were heard of in the last 30 days and not heard to trust the newest.
    package let lacking: [String]
    /// Those, and the ones that have no certificate of the newest yet: they can't come back when the old one is dropped.
    package let unrenewed: [String]
    /// An order that the server has not taken yet.
    package let order: AuthorityOrder?

    package static func read(
        dataDirectory: String,
        databaseURL: String?
    ) async throws -> AuthorityStatus {
        try await self.with(dataDirectory, databaseURL) { store, pair in
            try await self.of(pair, store, at: SystemWallClock().now)
        }
    }

    /// Leaves an order for the server, which looks for one every minute.
    ///
    /// - Parameter isForced: also when hosts would be shut out.
    /// - Throws: ``CoreError`` `conflict` when there is nothing to be done, or hosts would be shut out.
    package static func order(
        _ order: AuthorityOrder,
        isForced: Bool,
        dataDirectory: String,
        databaseURL: String?
    ) async throws {
        try await self.with(dataDirectory, databaseURL) { store, pair in
            let status = try await self.of(pair, store, at: SystemWallClock().now)
            if order == .roll, pair.next != nil {
                throw CoreError(.conflict, "There is an authority that follows already: \(pair.newest.name).")
            }
            if order != .roll, pair.next == nil {
                throw CoreError(.conflict, "There is one authority only. 'authority roll' makes the one that follows.")
            }
            let missing = order == .drop ? status.unrenewed : status.lacking
            guard order == .roll || isForced || missing.isEmpty else {
                let names = missing.prefix(5).joined(separator: ", ")
                let what: Wording =
                    order == .drop
                    ? "trust the new authority and have a certificate of it" : "trust the new authority"
                throw CoreError(
                    .conflict,
                    "\(missing.count) hosts that are alive were not heard to \(what) yet (\(names)). Wait, or add --force: 'serve' "
                        + "then leaves out agents of versions that know of one authority only, and 'drop' all of them."
                )
            }
            try await store.setSetting(AuthorityOrder.setting, to: order.rawValue)
        }
    }

    private static func of(
        _ pair: AuthorityPair,
        _ store: DatabaseStore,
        at now: Timestamp
    ) async throws -> AuthorityStatus {
        let (agents, trusts) = (try await store.agents(), try await store.trustedAuthorities())
        func lacking(certificate: Bool) -> [String] {
            AuthorityPlan.lacking(pair.newest.name, certificate: certificate, of: agents, trusts: trusts, at: now)
                .map(\.name)
        }
        return AuthorityStatus(
            authorities: pair.all.map { authority in
                Authority(
                    name: authority.name,
                    fingerprint: Hex.encode(authority.fingerprint),
                    expiresAt: authority.expiresAt,
                    serves: authority.name == pair.serving.name,
                    replaceAt: pair.next == nil ? authority.replaceAt : nil
                )
            },
            lacking: lacking(certificate: false),
            unrenewed: lacking(certificate: true),
            order: try await store.setting(AuthorityOrder.setting).flatMap { AuthorityOrder(rawValue: $0) }
        )
    }

    private static func with<Value: Sendable>(
        _ dataDirectory: String,
        _ databaseURL: String?,
        _ body: (DatabaseStore, AuthorityPair) async throws -> Value
    ) async throws -> Value {
        let directory = try PrivateDirectory(dataDirectory)
        guard try directory.hasFile("ca/ca-key.pem"),
            let pair = try AuthorityBundle.read(in: try directory.subdirectory("ca"))?.pair()
        else { throw CoreError(.notFound, "\(dataDirectory) has no authority (ca) yet. Start the server once.") }
        let store = try await StoreOpening.openForAdministration(in: directory, databaseURL: databaseURL)
        let result: Result<Value, any Error>
        do { result = .success(try await body(store, pair)) } catch { result = .failure(error) }
        try await store.close()
        return try result.get()
    }
}
