// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where a channel names a secret instead of holding it, as tasks do (``SecretReference``).
extension ChannelSecrets {
    /// The texts in which secrets may be named, with their paths in the API.
    package var secretPlaces: [(path: String, text: String)] {
        let single = [("url", self.url), ("secret", self.secret), ("password", self.password)]
        return single.compactMap { path, text in text.map { (path, $0) } }
            + (self.headers ?? [:]).sorted { $0.key < $1.key }.map { ("headers.\($0.key)", $0.value) }
    }

    /// Those that a message needs, ascending.
    package var secretNames: [String] {
        Set(self.secretPlaces.flatMap { SecretReference.names(in: $0.text) }).sorted()
    }

    /// With the values in place: for the memory of the server that sends, and nothing else.
    ///
    /// In an address a value is percent-encoded, so that it stays the part of it that it stands in.
    ///
    /// - Throws: `CoreError` for a name without a value.
    package func resolved(_ values: [String: String]) throws(CoreError) -> ChannelSecrets {
        var resolved = self
        if let url { resolved.url = try SecretReference.resolve(url, values.mapValues { Self.encoded($0) }) }
        if let secret { resolved.secret = try SecretReference.resolve(secret, values) }
        if let password { resolved.password = try SecretReference.resolve(password, values) }
        if let headers {
            var filled: [String: String] = [:]
            for (name, text) in headers { filled[name] = try SecretReference.resolve(text, values) }
            resolved.headers = filled
        }
        return resolved
    }

    /// A receiver's words without the values of secrets, in case it repeats what it was sent.
    package static func masked(_ words: String, _ values: [String]) -> String {
        // The longest first: one may be a part of another.
        let all = values.flatMap { [$0, Self.encoded($0)] }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
        return all.reduce(words) { $0.replacing($1, with: "***") }
    }

    /// All but the unreserved characters of RFC 3986, 2.3.
    private static func encoded(_ value: String) -> String {
        value.utf8.reduce(into: "") { text, byte in
            let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            if isLetter || (0x30...0x39).contains(byte) || "-._~".utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
