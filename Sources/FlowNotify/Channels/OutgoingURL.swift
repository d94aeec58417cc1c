// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where an address of HTTP leads to, read strictly: what a library might read otherwise, or trap on, is no address.
package struct OutgoingURL: Hashable, Sendable {
    package let isSecure: Bool
    /// A name or an address; one of IPv6 without its brackets.
    package let host: String
    package let port: Int

    /// - Returns: nil for another scheme, user and password, blanks, a port outside 1 to 65535, or no host.
    package init?(_ text: String) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let separator = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            text[separator...].hasPrefix("://")
        else { return nil }
        switch text[..<separator].lowercased() {
        case "https": self.isSecure = true
        case "http": self.isSecure = false
        default: return nil
        }
        let rest = text[text.utf8.index(separator, offsetBy: 3)...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var host = authority
        var port = self.isSecure ? 443 : 80
        let end = authority.last == "]" ? nil : authority.lastIndex(of: ":")
        if let end {
            let digits = authority[authority.index(after: end)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let number = Int(digits), (1...65535).contains(number)
            else { return nil }
            port = number
            host = authority[..<end]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.utf8.allSatisfy({ Self.isHexadecimal($0) || $0 == 0x3a || $0 == 0x2e }) else { return nil }
        } else {
            guard host.utf8.allSatisfy({ Self.isNameByte($0) }) else { return nil }
        }
        guard (1...253).contains(host.utf8.count) else { return nil }
        self.host = String(host)
        self.port = port
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x2d || byte == 0x2e
            || byte == 0x5f
    }
}
