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
    private struct Bundle: Codable, Equatable {
        let key: String
        let certificate: String
    }

    private static let directory = "ca"
    /// Where a server makes an authority that may lose against another server's.
    private static let scratch = "ca-new"

    static func open(
        in directory: PrivateDirectory,
        store: DatabaseStore,
        seal: SecretSeal?,
        now: Timestamp
    ) async throws -> CertificateAuthority {
        guard let cluster = store.cluster else {
            try await DataDirectory.requireAuthority(in: directory, for: store)
            return try CertificateAuthority.open(in: try directory.subdirectory(self.directory), now: now)
        }
        let stored = try await store.setting(SealedValue.authority)
        guard let seal else {
            guard stored == nil || self.bundle(in: directory) != nil else { throw self.noKey(directory) }
            try await DataDirectory.requireAuthority(in: directory, for: store)
            return try CertificateAuthority.open(in: try directory.subdirectory(self.directory), now: now)
        }
        var text = stored
        if text == nil {
            try await DataDirectory.requireAuthority(in: directory, for: store)
            let bundle = try self.bundle(in: directory) ?? self.make(in: directory, now: now)
            let sealed = try seal.seal(
                String(decoding: try JSONEncoder().encode(bundle), as: UTF8.self),
                name: SealedValue.authority,
                version: 1
            )
            // Of servers that start together, one makes it.
            text = try await cluster.share(SealedValue.authority, sealed)
        }
        guard let text, let plain = seal.open(text, name: SealedValue.authority, version: 1),
            let bundle = try? JSONDecoder().decode(Bundle.self, from: Data(plain.utf8))
        else { throw self.noKey(directory) }
        try self.keep(bundle, in: directory)
        return try CertificateAuthority.open(in: try directory.subdirectory(self.directory), now: now)
    }

    private static func make(in directory: PrivateDirectory, now: Timestamp) throws -> Bundle {
        let scratch = try directory.subdirectory(self.scratch)
        defer { try? FileManager.default.removeItem(atPath: scratch.path) }
        _ = try CertificateAuthority.open(in: scratch, now: now)
        guard let bundle = self.bundle(in: directory, self.scratch) else {
            throw CoreError(.internal, "\(scratch.path) lost the authority that was just written there.")
        }
        return bundle
    }

    private static func bundle(in directory: PrivateDirectory, _ name: String = Self.directory) -> Bundle? {
        guard let place = try? directory.subdirectory(name),
            let key = try? place.readText(CertificateAuthority.keyFile),
            let certificate = try? place.readText(CertificateAuthority.certificateFile)
        else { return nil }
        return Bundle(key: key, certificate: certificate)
    }

    private static func keep(_ bundle: Bundle, in directory: PrivateDirectory) throws {
        if let own = self.bundle(in: directory) {
            guard own == bundle else {
                throw CoreError(
                    .conflict,
                    "\(directory.path)/ca holds another authority than the servers on this database have. Move it away, and "
                        + "start again: this server then takes theirs. Hosts that joined by it have to join again."
                )
            }
            return
        }
        let place = try directory.subdirectory(self.directory)
        // The key first: a start that is cut off between the two finds it, and compares.
        try place.write(Array(bundle.key.utf8), to: CertificateAuthority.keyFile)
        try place.write(Array(bundle.certificate.utf8), to: CertificateAuthority.certificateFile)
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
