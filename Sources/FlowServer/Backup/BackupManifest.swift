// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// What a back-up says of itself: `manifest.json`, the archive's first file.
package struct BackupManifest: Codable, Hashable, Sendable {
    static let file = "manifest.json"
    /// The last file, as `sha256sum -c` reads it; with it the archive is whole.
    static let sums = "SHA256SUMS"
    static let sizeLimit: Int64 = 1 << 20
    private static let format = "quartzflow-backup"
    /// Raised when an earlier program could not restore the archive.
    private static let formatVersion = 1

    package struct Part: Codable, Hashable, Sendable {
        package let name: String
        package let bytes: Int64
    }

    let format: String
    let formatVersion: Int
    /// RFC 3339; what was acknowledged before is inside.
    package let madeAt: String
    /// The program that made it.
    package let program: String
    package let installation: String?
    /// The steps of the database's schema.
    package let migrations: [String]
    package let parts: [Part]

    init(madeAt: Timestamp, program: String, installation: String?, migrations: [String], parts: [Part]) {
        self.format = Self.format
        self.formatVersion = Self.formatVersion
        self.madeAt = madeAt.rfc3339()
        self.program = program
        self.installation = installation
        self.migrations = migrations
        self.parts = parts
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// - Throws: ``CoreError`` `invalid` for what is no manifest, `unavailable` for one of a later format.
    static func decode(_ bytes: [UInt8]) throws -> BackupManifest {
        struct Version: Decodable {
            let format: String
            let formatVersion: Int
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let version = try? decoder.decode(Version.self, from: Data(bytes)), version.format == Self.format else {
            throw CoreError(.invalid, "Its \(Self.file) is damaged.")
        }
        guard version.formatVersion <= Self.formatVersion else {
            throw CoreError(.unavailable, "A newer version of QuartzFlow made it. Use that version.")
        }
        guard let manifest = try? decoder.decode(BackupManifest.self, from: Data(bytes)),
            Timestamp(rfc3339: manifest.madeAt) != nil
        else { throw CoreError(.invalid, "Its \(Self.file) is damaged.") }
        return manifest
    }

    /// When it was made; ``decode(_:)`` has looked that this is a time.
    package var time: Timestamp { Timestamp(rfc3339: self.madeAt) ?? .distantPast }
}
