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
    /// It is on the disk when this returns: the user that is made next outlives a power cut, and would be one that nobody can be.
    ///
    /// - Throws: ``CoreError`` `unavailable` naming the file.
    static func write(_ password: String, to path: String) throws {
        let refusal = CoreError(.unavailable, "Cannot write the password file \(path).")
        let new = path + ".new"
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw refusal }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(password.utf8))
            try file.synchronize()
            try file.close()
        } catch {
            unlink(new)
            throw refusal
        }
        guard rename(new, path) == 0 else {
            unlink(new)
            throw refusal
        }
        DirectorySync.run(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Takes a file away that holds this password; another one stays.
    static func remove(_ password: String, from path: String) {
        guard FileManager.default.contents(atPath: path) == Data(password.utf8) else { return }
        try? FileManager.default.removeItem(atPath: path)
    }
}
