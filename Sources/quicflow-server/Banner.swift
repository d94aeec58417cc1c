// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a started server prints for the person at the terminal.
enum Banner {
    static func printDev(url: String, password: String?, passwordFile: String?) {
        var lines = ["", "  QuartzFlow is ready:  \(url)"]
        if let password {
            lines.append("  Sign in as            admin")
            lines.append("  with the password     \(passwordFile.map { "in \($0)" } ?? password)")
            lines.append("  (made for this first start and shown only now)")
        } else {
            lines.append("  Sign in as            admin, with the password of the first start")
        }
        lines.append("  Stop with Ctrl-C.")
        lines.append("")
        self.write(lines)
    }

    static func printFirstPassword(_ password: String) {
        self.write(["First start: sign in as 'admin' with the password \(password) (shown only now)."])
    }

    static func printListening(http: String, agentsPort: Int) {
        self.write(["Listening for people on http://\(http) and for agents on UDP port \(agentsPort)."])
    }

    private static func write(_ lines: [String]) {
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
