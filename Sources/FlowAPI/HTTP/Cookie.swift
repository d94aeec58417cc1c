// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Cookies as browsers bring and take them (RFC 6265).
struct Cookie {
    enum SameSite: String {
        /// Not with a request that begins at another site.
        case strict = "Strict"
        /// Also when a link or a redirect of another site leads here.
        case lax = "Lax"
    }

    let name: String
    var path = "/"
    var sameSite = SameSite.strict
    /// It goes over HTTPS only.
    let isSecure: Bool

    /// The value of the first one of a name; nil when there is none.
    static func value(of name: String, in headers: some Sequence<String>) -> String? {
        for header in headers {
            for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
                let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1)
                guard parts.count == 2, HeaderText.trimmed(parts[0]).elementsEqual(name.utf8) else { continue }
                return String(HeaderText.trimmed(parts[1]))
            }
        }
        return nil
    }

    /// What sets it; no script of a page can read it.
    ///
    /// - Parameter maxAge: seconds; 0 takes it away.
    func setting(_ value: String, maxAge: Int64) -> String {
        "\(self.name)=\(value); Path=\(self.path); HttpOnly; SameSite=\(self.sameSite.rawValue); Max-Age=\(maxAge)"
            + (self.isSecure ? "; Secure" : "")
    }
}
