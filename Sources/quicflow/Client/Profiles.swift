// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Names for servers: `profiles.json` beside the credentials, so that people write `--profile prod` instead of an address.
struct Profiles: Codable, Equatable {
    /// Addresses by name.
    var servers: [String: String] = [:]
    /// The name that counts when nobody says another.
    var current: String?

    init() {}

    static func standardURL(
        environment: [String: String] = ProcessInfo.processInfo.environment
    )
        -> URL
    {
        Credentials.standardURL(environment: environment).deletingLastPathComponent()
            .appendingPathComponent("profiles.json")
    }

    /// Reads the file; there is none before the first name.
    init(readingFrom url: URL) throws(CommandFailure) {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        do {
            self = try JSONDecoder().decode(Profiles.self, from: Data(contentsOf: url))
        } catch {
            throw CommandFailure(
                .failed,
                "\(url.path) can't be read; remove it and name the servers again"
            )
        }
    }

    func write(to url: URL) throws(CommandFailure) {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(self).write(to: url, options: .atomic)
        } catch {
            throw CommandFailure(.failed, "\(url.path) can't be written: \(error.localizedDescription)")
        }
    }

    /// - Throws: ``CommandFailure`` when there is no such name.
    func address(of name: String) throws(CommandFailure) -> ServerAddress {
        guard let text = self.servers[name] else {
            let known = self.servers.keys.sorted().joined(separator: ", ")
            throw CommandFailure(
                .notFound,
                known.isEmpty
                    ? "there is no profile '\(name)'; make it with 'quicflow profile set'"
                    : "there is no profile '\(name)'; there are: \(known)"
            )
        }
        guard let address = ServerAddress(text) else {
            throw CommandFailure(
                .usage,
                "profile '\(name)' has no address such as http://127.0.0.1:8475: '\(text)'"
            )
        }
        return address
    }

    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || byte == 0x2d || byte == 0x2e || byte == 0x5f
            }
    }
}
