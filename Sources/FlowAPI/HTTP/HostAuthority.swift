// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The host of a request, checked before it is written into a header or compared with an origin.
struct HostAuthority: Hashable, Sendable {
    /// As in the request: `name`, `name:8080`, `[::1]:8080`; lower case.
    let text: String

    /// - Returns: nil unless the text is a host name or address with an optional port and nothing else.
    init?(_ text: String?) {
        guard let given = text, (1...260).contains(given.utf8.count) else { return nil }
        let text = given.lowercased()
        let bytes = Array(text.utf8)
        var end = bytes.count
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]") {
            let port = bytes[(colon + 1)...]
            guard (1...5).contains(port.count), port.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            end = colon
        }
        let host = bytes[..<end]
        if host.first == UInt8(ascii: "[") {
            guard host.last == UInt8(ascii: "]"), host.count > 3,
                host.dropFirst().dropLast().allSatisfy({ Self.isHexadecimal($0) || $0 == 0x3a || $0 == 0x2e })
            else { return nil }
        } else {
            guard !host.isEmpty, host.allSatisfy({ Self.isNameByte($0) }) else { return nil }
        }
        self.text = text
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte == 0x2d || byte == 0x2e || byte == 0x5f
    }

    /// Whether it names the server's own host; others may be made to point at it (DNS rebinding).
    var isLoopback: Bool {
        let host = self.text.hasPrefix("[") ? self.text.prefix { $0 != "]" } + "]" : self.text.prefix { $0 != ":" }
        // "127.0.0.1.example" is a name like any other.
        let isNumeric = host.utf8.allSatisfy { $0 == 0x2e || ($0 >= 0x30 && $0 <= 0x39) }
        return host == "localhost" || host == "[::1]" || (isNumeric && host.hasPrefix("127."))
    }

    /// Whether a page of this origin is a page of this host.
    ///
    /// The scheme is not compared: behind a proxy that ends TLS the server cannot know it.
    func matches(origin: String) -> Bool {
        guard origin.utf8.count <= 300 else { return false }
        for scheme in ["https://", "http://"] where origin.lowercased().hasPrefix(scheme) {
            let authority = String(origin.dropFirst(scheme.count))
            return self.withoutDefaultPort(scheme) == HostAuthority(authority)?.withoutDefaultPort(scheme)
        }
        return false
    }

    private func withoutDefaultPort(_ scheme: String) -> String {
        let port = scheme == "https://" ? ":443" : ":80"
        return self.text.hasSuffix(port) ? String(self.text.dropLast(port.count)) : self.text
    }
}
