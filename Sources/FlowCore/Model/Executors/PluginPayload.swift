// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A program of the host that speaks the plugin protocol (docs/plugins.md).
package struct PluginPayload: Hashable, Sendable, Codable {
    /// Its file's name in the host's directory of plugins.
    package var name: String
    /// What it is told; texts that may name parameters of the run as `{{name}}`.
    ///
    /// The plugin says which it knows.
    package var parameters: [String: String]

    package init(name: String, parameters: [String: String] = [:]) {
        self.name = name
        self.parameters = parameters
    }

    /// A file's name without a path: letters, digits, `.`, `_` and `-`, a letter or digit first, at most 64.
    package static func isName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        }
        guard let first = text.utf8.first, text.utf8.count <= 64, isAlphanumeric(first) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || [0x2d, 0x2e, 0x5f].contains($0) }
    }
}
