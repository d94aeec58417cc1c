// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import NIOHTTP1

/// Where a request goes and what it carries; redirects change it.
struct HTTPTarget: Sendable {
    private(set) var url: URLComponents
    private(set) var method: HTTPMethod
    private(set) var headers: HTTPHeaders
    private(set) var body: String?
    /// Which certificate of the host is shown; like other credentials meant for the first server alone.
    private(set) var certificate: String?

    /// The job's own request, with its parameters filled in.
    ///
    /// - Throws: `CoreError` when the job or a parameter does not make a request.
    init(_ payload: HTTPPayload, parameters: [String: String]) throws {
        var headers = HTTPHeaders()
        for (name, value) in payload.headers.sorted(by: { $0.key < $1.key }) {
            let filled = try HTTPTemplate.fill(value, parameters, in: .header)
            guard Self.isToken(name), filled.unicodeScalars.allSatisfy({ $0.value >= 0x20 || $0 == "\t" }) else {
                throw CoreError(.invalid, "the header '\(name)' is not one")
            }
            headers.add(name: name, value: filled)
        }
        if !headers.contains(name: "user-agent") { headers.add(name: "User-Agent", value: "quicflow") }
        let isJSON =
            headers.first(name: "content-type")?.lowercased().contains("json") ?? Self.looksLikeJSON(payload.body)
        let url = try HTTPTemplate.fill(payload.url, parameters, in: .url)
        guard url.utf8.count <= JobLimits.urlBytes, let components = URLComponents(string: url) else {
            throw CoreError(.invalid, "'\(HTTPLog.withoutCredentials(url))' is not a URL")
        }
        guard Self.isToken(payload.method) else { throw CoreError(.invalid, "'\(payload.method)' is not a method") }
        self.certificate = payload.clientCertificate
        self.url = components
        self.method = HTTPMethod(rawValue: payload.method.uppercased())
        self.headers = headers
        self.body = try payload.body.map { try HTTPTemplate.fill($0, parameters, in: isJSON ? .json : .plain) }
    }

    /// Host, port and URL of the request.
    ///
    /// - Throws: when it is not an http or https URL that can be called.
    func destination() throws -> (host: String, port: Int, url: String) {
        guard let scheme = self.url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = self.url.host?.lowercased(), !host.isEmpty, let url = self.url.string
        else { throw HTTPFailure("'\(self.text)' is not an http or https URL") }
        guard self.url.user == nil, self.url.password == nil else {
            throw HTTPFailure("'\(self.text)' has a user or password in it; credentials belong in a header")
        }
        let port = self.url.port ?? (scheme == "https" ? 443 : 80)
        // The client's address type traps on others.
        guard (1...65_535).contains(port) else { throw HTTPFailure("'\(self.text)': there is no port \(port)") }
        return (host, port, url)
    }

    var isSecure: Bool { self.url.scheme?.lowercased() == "https" }

    /// For messages: without credentials.
    private var text: String { HTTPLog.withoutCredentials(self.url.string ?? "") }

    /// What comes after a redirect (RFC 9110, 15.4).
    ///
    /// - Throws: when the location is not a URL.
    func redirected(status: Int, to location: String) throws -> HTTPTarget {
        guard location.utf8.count <= JobLimits.urlBytes, let base = self.url.url,
            let url = URL(string: location, relativeTo: base),
            let components = URLComponents(url: url, resolvingAgainstBaseURL: true)
        else { throw HTTPFailure("redirected to '\(HTTPLog.withoutCredentials(location))', which is not a URL") }
        var next = self
        next.url = components
        let isSameOrigin =
            components.host == self.url.host && components.port == self.url.port && components.scheme == self.url.scheme
        if !isSameOrigin {
            // Credentials were meant for the first host alone.
            next.certificate = nil
            for name in ["authorization", "cookie", "proxy-authorization"] { next.headers.remove(name: name) }
        }
        if status == 303 || (status < 303 && self.method == .POST) {
            next.method = .GET
            next.body = nil
            for name in ["content-type", "content-length"] { next.headers.remove(name: name) }
        }
        return next
    }

    /// A `token` (RFC 9110, 5.6.2).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }
    }

    private static func looksLikeJSON(_ body: String?) -> Bool {
        guard let first = body?.utf8.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
