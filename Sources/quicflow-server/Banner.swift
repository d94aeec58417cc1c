// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// What a started server prints for the person at the terminal.
enum Banner {
    static func dev(url: String, password: String?, passwordFile: String?) -> [Wording] {
        var lines: [Wording] = ["", "  QuartzFlow is ready:  \(url)"]
        if let password {
            lines.append("  Sign in as            admin")
            if let passwordFile {
                lines.append("  with the password     in \(passwordFile)")
            } else {
                lines.append("  with the password     \(password)")
            }
            lines.append("  (made for this first start and shown only now)")
        } else {
            lines.append("  Sign in as            admin, with the password of the first start")
        }
        lines.append("  Stop with Ctrl-C.")
        lines.append("")
        return lines
    }

    static func firstPassword(_ password: String) -> [Wording] {
        var lines: [Wording] = []
        lines.append("First start: sign in as 'admin' with the password \(password) (shown only now).")
        return lines
    }

    /// - Parameters:
    ///   - agentsPort: nil where agents can't connect.
    ///   - isOpen: whether people's passwords cross a network that others may listen to.
    static func listening(url: String, agentsPort: Int?, isOpen: Bool) -> [Wording] {
        var lines: [Wording] = []
        if let agentsPort {
            lines.append("Listening for people on \(url) and for agents on UDP port \(agentsPort).")
        } else {
            lines.append("Listening for people on \(url).")
        }
        if isOpen {
            lines.append(
                "People's connections are not encrypted: set http.tls.certificate and http.tls.key, or put a proxy with HTTPS "
                    + "before this server."
            )
        }
        return lines
    }

    static func print(_ lines: [Wording]) {
        FileHandle.standardOutput.write(Data((lines.map(\.spoken).joined(separator: "\n") + "\n").utf8))
    }
}
