// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowWire
import Foundation

/// The authority that hosts trust, the same on all servers of a database.
///
/// It lies in the database, sealed under the master key, which does not; each server keeps a copy in its data directory.
/// Where there is one server only, it lies in the data directory.
enum SharedAuthority {
    private static let directory = "ca"
    /// Where a server makes an authority that may lose against another server's.
    private static let scratch = "ca-new"

    static func open(
        in directory: PrivateDirectory,
        store: DatabaseStore,
        seal: SecretSeal?,
        now: Timestamp
    ) async throws -> AuthorityPair {
        guard let cluster = store.cluster else {
            try await DataDirectory.requireAuthority(in: directory, for: store)
            return try self.open(in: directory, now: now)
        }
        let stored = try await store.setting(SealedValue.authority)
        guard let seal else {
            guard stored == nil || self.bundle(in: directory) != nil else { throw self.noKey(directory) }
            try await DataDirectory.requireAuthority(in: directory, for: store)
            return try self.open(in: directory, now: now)
        }
        var text = stored
        if text == nil {
            try await DataDirectory.requireAuthority(in: directory, for: store)
            let bundle = try self.bundle(in: directory) ?? self.make(in: directory, now: now)
            // Of servers that start together, one makes it.
            text = try await cluster.share(SealedValue.authority, try self.sealed(bundle, seal))
        }
        guard let text, let bundle = self.opened(text, seal) else { throw self.noKey(directory) }
        try self.keep(bundle, in: directory)
        return try self.open(in: directory, now: now)
    }

    private static func open(in directory: PrivateDirectory, now: Timestamp) throws -> AuthorityPair {
        let place = try directory.subdirectory(self.directory)
        // What was cut off while one took the other's place is made good first.
        if let bundle = try AuthorityBundle.read(in: place), bundle.next != nil { return try bundle.pair() }
        return AuthorityPair(try CertificateAuthority.open(in: place, now: now))
    }

    /// What the servers on a database share; nil when that is nothing yet.
    ///
    /// - Throws: ``CoreError`` when the key does not open it.
    static func stored(in store: DatabaseStore, seal: SecretSeal) async throws -> AuthorityBundle? {
        guard let text = try await store.setting(SealedValue.authority) else { return nil }
        guard let bundle = self.opened(text, seal) else {
            throw CoreError(.unavailable, "This server's key does not open the authority that the servers share.")
        }
        return bundle
    }

    static func sealed(_ bundle: AuthorityBundle, _ seal: SecretSeal) throws -> String {
        try seal.seal(
            String(decoding: try JSONEncoder().encode(bundle), as: UTF8.self),
            name: SealedValue.authority,
            version: 1
        )
    }

    private static func opened(_ text: String, _ seal: SecretSeal) -> AuthorityBundle? {
        seal.open(text, name: SealedValue.authority, version: 1)
            .flatMap { try? JSONDecoder().decode(AuthorityBundle.self, from: Data($0.utf8)) }
    }

    private static func make(in directory: PrivateDirectory, now: Timestamp) throws -> AuthorityBundle {
        let scratch = try directory.subdirectory(self.scratch)
        defer { try? FileManager.default.removeItem(atPath: scratch.path) }
        _ = try CertificateAuthority.open(in: scratch, now: now)
        guard let bundle = self.bundle(in: directory, self.scratch) else {
            throw CoreError(.internal, "\(scratch.path) lost the authority that was just written there.")
        }
        return bundle
    }

    private static func bundle(in directory: PrivateDirectory, _ name: String = Self.directory) -> AuthorityBundle? {
        guard let place = try? directory.subdirectory(name) else { return nil }
        return try? AuthorityBundle.read(in: place)
    }

    private static func keep(_ bundle: AuthorityBundle, in directory: PrivateDirectory) throws {
        if let own = self.bundle(in: directory), own.key != bundle.key {
            // It was away while the authority was replaced; else it is another installation's.
            let name = try own.pair().first.name
            guard bundle.retired?.contains(name) == true else {
                throw CoreError(
                    .conflict,
                    "\(directory.path)/ca holds another authority than the servers on this database have. Move it away, and "
                        + "start again: this server then takes theirs. Hosts that joined by it have to join again."
                )
            }
        }
        try bundle.write(to: try directory.subdirectory(self.directory))
    }

    private static func noKey(_ directory: PrivateDirectory) -> CoreError {
        CoreError(
            .unavailable,
            "The servers on this database share an authority, and this one has not the key that opens it. Copy "
                + "\(MasterKeys.file) of another server to \(directory.path), or give all of them the same "
                + "\(MasterKeys.variable)."
        )
    }
}
