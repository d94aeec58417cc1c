// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowWire
import Foundation

/// Where the master keys come from: the environment, or the file `secrets.key` in the data directory.
///
/// The file has a line `kid base64 [primary]` for each key and is made for a new installation only: a server that has
/// lost its key must not pretend to have one. Back-ups of the database hold no keys.
package enum MasterKeys {
    package static let file = "secrets.key"
    package static let variable = "QUARTZFLOW_SECRET_KEY"
    /// Earlier keys, separated by spaces or commas.
    package static let previousVariable = "QUARTZFLOW_SECRET_KEY_PREVIOUS"

    /// - Parameter mayCreate: nothing has ever been sealed here.
    /// - Returns: nil when there is no key, and none may be made.
    /// - Throws: ``CoreError`` `invalid` for what is no key; never with a key in its message.
    package static func open(
        in directory: PrivateDirectory,
        environment: [String: String],
        mayCreate: Bool
    ) throws -> KeyRing? {
        if let ring = try self.read(environment) { return ring }
        if let text = try directory.readText(self.file) {
            return try self.parse(text, path: directory.path(of: self.file))
        }
        guard mayCreate else { return nil }
        let key = try self.make()
        let line = "\(key.kid) \(Data(key.bytes).base64EncodedString()) primary\n"
        // Of two that start at once, one wins, and both read its key.
        let stored = try directory.create(Array(line.utf8), as: self.file)
        return try self.parse(String(decoding: stored, as: UTF8.self), path: directory.path(of: self.file))
    }

    /// Whether the keys come from the environment, where nothing here can change them.
    static func areInEnvironment(_ environment: [String: String]) -> Bool {
        environment[self.variable]?.isEmpty == false
    }

    /// Puts keys into the file, in one step.
    static func write(_ keys: KeyRing, in directory: PrivateDirectory) throws {
        let lines = keys.kids.compactMap { keys.key($0) }.map { key in
            "\(key.kid) \(Data(key.bytes).base64EncodedString())" + (key.kid == keys.primary.kid ? " primary" : "")
        }
        try directory.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: self.file)
    }

    static func make() throws -> KeyRing.Key {
        guard let key = KeyRing.Key((0..<32).map { _ in UInt8.random(in: 0...255) }) else {
            throw CoreError(.internal, "A key of 32 bytes is none.")
        }
        return key
    }

    private static func read(_ environment: [String: String]) throws -> KeyRing? {
        guard let text = environment[self.variable], !text.isEmpty else { return nil }
        guard let primary = self.key(text) else { throw self.noKey(self.variable) }
        let words = (environment[self.previousVariable] ?? "").split { $0 == " " || $0 == "," }
        let earlier = try words.map { word in
            guard let key = self.key(String(word)) else { throw self.noKey(self.previousVariable) }
            return key
        }
        return KeyRing(primary: primary, earlier: earlier)
    }

    private static func parse(_ text: String, path: String) throws -> KeyRing {
        var primary: KeyRing.Key?
        var keys: [KeyRing.Key] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let words = line.split(separator: " ")
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2 || (words.count == 3 && words[2] == "primary"), let key = self.key(String(words[1])),
                key.kid == first
            else {
                throw CoreError(
                    .invalid,
                    "Line \(index + 1) of \(path) is not 'kid base64 [primary]' with a key of 32 bytes and its kid. "
                        + "Restore the file from a backup of the keys."
                )
            }
            keys.append(key)
            if words.count == 3 { primary = key }
        }
        guard let primary = primary ?? keys.last else {
            throw CoreError(.invalid, "\(path) has no key. Restore the file from a backup of the keys.")
        }
        return KeyRing(primary: primary, earlier: keys)
    }

    private static func key(_ text: String) -> KeyRing.Key? {
        Data(base64Encoded: text).flatMap { KeyRing.Key(Array($0)) }
    }

    private static func noKey(_ variable: String) -> CoreError {
        CoreError(.invalid, "\(variable) is not base64 of 32 bytes. Make one with: openssl rand -base64 32")
    }
}
