// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// The sessions this user has with servers: `credentials.json`, readable by the user alone.
struct Credentials: Codable, Equatable {
    /// One signed-in session.
    struct Session: Codable, Equatable {
        var token: String
        var username: String
        /// RFC 3339, as the server said it; the server decides.
        var expiresAt: String?

        enum CodingKeys: String, CodingKey {
            case token
            case username
            case expiresAt = "expires_at"
        }
    }

    /// By ``ServerAddress/description``.
    var servers: [String: Session] = [:]

    subscript(server: ServerAddress) -> Session? {
        get { self.servers[server.description] }
        set { self.servers[server.description] = newValue }
    }

    /// `$XDG_CONFIG_HOME/quicflow/credentials.json`, by default under `~/.config`.
    static func standardURL(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
        let home = environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
        // An empty or relative XDG_CONFIG_HOME is to be ignored (XDG Base Directory Specification).
        let chosen = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return URL(fileURLWithPath: chosen ?? home + "/.config", isDirectory: true)
            .appendingPathComponent("quicflow/credentials.json")
    }

    /// Reads the file; there is none before the first login.
    init(readingFrom url: URL) throws(CommandFailure) {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        do {
            self = try JSONDecoder().decode(Credentials.self, from: Data(contentsOf: url))
        } catch {
            throw CommandFailure(.failed, "\(url.path) can't be read; remove it and log in again")
        }
    }

    init() {}

    /// Replaces the file in one step, with mode 0600 from its first moment.
    func write(to url: URL) throws(CommandFailure) {
        let directory = url.deletingLastPathComponent()
        let draft = directory.appendingPathComponent(".credentials-\(getpid())")
        do {
            try FileManager.default.createDirectory(
                at: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let data = try encoder.encode(self)
            unlink(draft.path)
            let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: data)
            try handle.synchronize()
            try handle.close()
            guard rename(draft.path, url.path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        } catch {
            unlink(draft.path)
            throw CommandFailure(.failed, "\(url.path) can't be written: \(error.localizedDescription)")
        }
    }
}
