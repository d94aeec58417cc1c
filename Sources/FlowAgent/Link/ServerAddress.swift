// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowWire

/// `host`, `host:port` or `[v6]:port` of a server.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads an address as people write it; the port defaults to 8474.
    ///
    /// - Throws: `invalid`.
    package init(parsing text: String) throws(CoreError) {
        let fault = CoreError(
            .invalid,
            "'\(text)' is not a server address; write host, host:port or [v6 address]:port."
        )
        var host = text
        var port: String?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw fault }
            host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw fault }
            port = rest.isEmpty ? nil : String(rest.dropFirst())
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            host = String(text[..<colon])
            port = String(text[text.index(after: colon)...])
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { throw fault }
        if let port {
            guard let number = Int(port), (1...65535).contains(number) else { throw fault }
            self.init(host: host, port: number)
        } else {
            self.init(host: host, port: AgentProtocols.defaultPort)
        }
    }

    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
