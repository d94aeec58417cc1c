// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Names of environment variables and of parameters, which become such variables.
///
/// One rule for the server that saves a job and the host that runs it: what one accepts the other can carry out.
package enum VariableName {
    /// Bytes of a variable's name in a job's environment.
    package static let environmentLimit = 128
    /// Bytes of a parameter's name; `QF_PARAM_` goes before it.
    package static let parameterLimit = 64

    /// Whether it is a letter or underscore and then letters, digits and underscores, all ASCII.
    package static func isValid(_ text: String, limit: Int) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= limit, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
        }
    }
}
