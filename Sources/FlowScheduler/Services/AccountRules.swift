// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a user name and a password look like.
package enum AccountRules {
    /// Bytes; the time of the hash grows with the input.
    static let passwordLimit = 1024
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    /// - Parameter minimum: least characters of a password.
    /// - Throws: `invalid` with every fault.
    package static func check(username: String, password: String? = nil, minimum: Int = 12) throws(CoreError) {
        var faults = FaultCollector()
        faults.require(
            TextRules.isLabelName(username, limit: 64) && !username.contains("/"),
            "username",
            "syntax",
            "a user name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64"
        )
        if let password { self.check(password, username: username, minimum: minimum, &faults) }
        try faults.check("The user cannot be saved")
    }

    private static func check(
        _ password: String,
        username: String,
        minimum: Int,
        _ faults: inout FaultCollector
    ) {
        // Bounded by bytes before anything looks at characters.
        guard password.utf8.count <= self.passwordLimit else {
            return faults.add("password", "length", "a password has at most \(self.passwordLimit) bytes")
        }
        faults.require(
            password.unicodeScalars.count >= minimum,
            "password",
            "length",
            "a password has at least \(minimum) characters"
        )
        faults.require(
            Set(password.unicodeScalars).count >= 5,
            "password",
            "weak",
            "a password has at least 5 different characters"
        )
        faults.require(
            !password.lowercased().contains(username.lowercased()),
            "password",
            "weak",
            "a password does not contain the user's name"
        )
        faults.require(
            !CommonPasswords.contains(password),
            "password",
            "common",
            "this password is among the first that are tried: common words, sequences or rows of keys"
        )
    }

    /// 20 letters and digits, 119 random bits: for somebody who changes it at once.
    package static func makePassword() -> String {
        var random = SystemRandomNumberGenerator()
        return String((0..<20).map { _ in self.alphabet[Int.random(in: 0..<self.alphabet.count, using: &random)] })
    }
}
