// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// Where a server's HTTP listener is, such as `https://flow.example.com` or `http://127.0.0.1:8475`.
///
/// Normalised, because credentials are kept by address: no path, query or closing slash, scheme and host in lower case.
struct ServerAddress: Hashable, Sendable, CustomStringConvertible, ExpressibleByArgument {
    static let standard = ServerAddress(scheme: "http", authority: "127.0.0.1:8475")

    let description: String

    private init(scheme: String, authority: String) { self.description = "\(scheme)://\(authority)" }

    init?(argument: String) { self.init(argument) }

    /// Reads an address; without a scheme it is `http`.
    ///
    /// - Returns: nil unless it is http or https, has a host, and has no user, path, query or fragment.
    init?(_ text: String) {
        let spelled = text.contains("://") ? text : "http://" + text
        guard let parts = URLComponents(string: spelled), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil, parts.user == nil
        else { return nil }
        let port = parts.port.map { ":\($0)" } ?? ""
        self.init(scheme: scheme, authority: host.lowercased() + port)
    }

    /// The address of an API resource; parameters whose value is nil are left out.
    func url(path: String, query: [(String, String?)]) -> String {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(Self.escaped($0))" } }
        return self.description + "/api/v1" + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// Percent-encodes everything but the unreserved characters (RFC 3986, 2.3), so that `+` and `&` arrive as they are.
    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: self.unreserved) ?? text
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
