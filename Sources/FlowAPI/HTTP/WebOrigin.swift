// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An origin of web pages (RFC 6454): scheme, host and port, and nothing else.
package struct WebOrigin: Hashable, Sendable {
    /// As browsers write it: in lower case, and without the port that the scheme implies.
    package let text: String

    /// - Returns: nil for everything but `http(s)://host[:port]`: no path, no `*`, not `null` (which every sandboxed page is).
    package init?(_ text: String) {
        guard text.utf8.count <= 300, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let text = text.lowercased()
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where text.hasPrefix(scheme) {
            guard let authority = HostAuthority(String(text.dropFirst(scheme.count)))?.text else { return nil }
            let host = authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : authority
            guard !host.isEmpty else { return nil }
            self.text = scheme + host
            return
        }
        return nil
    }
}
