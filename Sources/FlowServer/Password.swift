// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Passwords the server makes itself.
enum Password {
    /// Letters and digits that are not mistaken for each other when typed from a screen.
    private static let alphabet = Array("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    /// 24 characters, about 138 random bits.
    static func generate() -> String {
        var random = SystemRandomNumberGenerator()
        return String((0..<24).map { _ in self.alphabet[Int.random(in: 0..<self.alphabet.count, using: &random)] })
    }

    /// Writes the password, and nothing else, to a file that only its owner may read; one that is there is replaced.
    ///
    /// - Throws: ``CoreError`` `unavailable` naming the file.
    static func write(_ password: String, to path: String) throws {
        let manager = FileManager.default
        try? manager.removeItem(atPath: path)
        guard
            manager.createFile(
                atPath: path,
                contents: Data(password.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw CoreError(.unavailable, "Cannot write the password file \(path).") }
    }

    /// Takes a file away that holds this password; another one stays.
    static func remove(_ password: String, from path: String) {
        guard FileManager.default.contents(atPath: path) == Data(password.utf8) else { return }
        try? FileManager.default.removeItem(atPath: path)
    }
}
