// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowWire

/// Makes join tokens, inside a server or beside one.
package enum JoinTokens {
    static func create(
        store: any Store,
        authorityFingerprint: [UInt8],
        groups: [GroupID],
        lifetimeMilliseconds: Int64,
        at now: Timestamp
    ) async throws -> String {
        var random = SystemRandomNumberGenerator()
        let token = JoinTokenFormat.generate(authorityFingerprint: authorityFingerprint, using: &random)
        try await store.createJoinToken(
            token.record(
                groups: groups,
                createdAt: now,
                expiresAt: now.advanced(byMilliseconds: lifetimeMilliseconds)
            )
        )
        return token.text
    }

    /// Makes a token for a server's data directory, whether that server runs or not.
    ///
    /// - Parameter databaseURL: as the server's configuration says.
    /// - Throws: ``CoreError`` `notFound` for a group that does not exist, or when there was never a server.
    package static func create(
        dataDirectory: String,
        databaseURL: String? = nil,
        groupNames: [String],
        lifetimeMilliseconds: Int64
    ) async throws -> String {
        let directory = try PrivateDirectory(dataDirectory)
        guard try databaseURL != nil || directory.hasFile(DataDirectory.database) else {
            throw CoreError(
                .notFound,
                "\(dataDirectory) holds no server yet. Start the server once, or name its directory with --data-dir."
            )
        }
        guard try directory.hasFile("ca/ca-key.pem") else {
            throw CoreError(
                .conflict,
                "\(dataDirectory) has no authority (ca) yet: a host could not check whom it joins. Start the server once, or "
                    + "restore that directory from a backup."
            )
        }
        let clock = SystemWallClock()
        guard let authority = try AuthorityBundle.read(in: try directory.subdirectory("ca"))?.pair().serving else {
            throw CoreError(.internal, "\(dataDirectory)/ca can't be read.")
        }
        let store = try await StoreOpening.openForAdministration(in: directory, databaseURL: databaseURL)
        var groups: [GroupID] = []
        for name in groupNames {
            guard let group = try await store.group(named: name) else {
                let known = try await store.groups().map(\.group.name).joined(separator: ", ")
                throw CoreError(.notFound, "There is no group '\(name)'. Groups: \(known).")
            }
            groups.append(group.id)
        }
        let token = try await self.create(
            store: store,
            authorityFingerprint: authority.fingerprint,
            groups: groups,
            lifetimeMilliseconds: lifetimeMilliseconds,
            at: clock.now
        )
        try await store.close()
        return token
    }
}

extension PrivateDirectory {
    /// Whether a file is there; its content is not read.
    func hasFile(_ name: String) throws -> Bool { FileProbe.exists(self.path(of: name)) }
}
