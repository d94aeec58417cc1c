// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Dispatch
import FlowCore
import Foundation

/// Turns passwords into what may be stored of them.
package protocol PasswordHasher: Sendable {
    func hash(_ password: String) async throws -> String
    /// False also when the stored text is not one of this hasher's.
    func verify(_ password: String, against stored: String) async -> Bool
}

/// scrypt (RFC 7914) with a random salt; the parameters stand in the text, so that they can grow later.
///
/// The text is `$scrypt$ln=15,r=8,p=3$salt$hash`. N = 2^15, r = 8, p = 3 is one of the equivalent settings of OWASP's
/// password storage sheet: 32 MiB for about 0.2 s. Debug builds take an eighth of it, because their tests sign in often and
/// their scrypt is slow; since each text says what it cost, either build verifies what the other one has made. Work runs one at a time on a queue of its own, because it would
/// otherwise block threads that serve requests, and because many at once would exhaust the memory.
package struct ScryptPasswordHasher: PasswordHasher {
    /// The cost of passwords that people rely on, as a power of two.
    package static let releaseLogRounds = 15
    /// The cost in builds that only tests and their authors use.
    package static let debugLogRounds = 12
    #if DEBUG
    package static let defaultLogRounds = Self.debugLogRounds
    #else
    package static let defaultLogRounds = Self.releaseLogRounds
    #endif

    private struct Parameters {
        var logRounds: Int
        var blockSize: Int
        var parallelism: Int
    }

    private static let queue = DispatchQueue(label: "quartzflow.scrypt")
    private let logRounds: Int

    /// - Parameter logRounds: the cost as a power of two; tests lower it.
    package init(logRounds: Int = ScryptPasswordHasher.defaultLogRounds) { self.logRounds = logRounds }

    package func hash(_ password: String) async throws -> String {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let parameters = Parameters(logRounds: self.logRounds, blockSize: 8, parallelism: 3)
        let key = try await Self.derive(password, salt: salt, parameters)
        return "$scrypt$ln=\(parameters.logRounds),r=\(parameters.blockSize),p=\(parameters.parallelism)$"
            + "\(Data(salt).base64EncodedString())$\(Data(key).base64EncodedString())"
    }

    package func verify(_ password: String, against stored: String) async -> Bool {
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[1] == "scrypt", let parameters = Self.parameters(parts[2]),
            let salt = Data(base64Encoded: parts[3]), let expected = Data(base64Encoded: parts[4]),
            expected.count == 32,
            let key = try? await Self.derive(password, salt: Array(salt), parameters)
        else { return false }
        return ConstantTime.equal(key, Array(expected))
    }

    private static func parameters(_ text: String) -> Parameters? {
        var values: [Substring: Int] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let value = Int(pair[1]) else { return nil }
            values[pair[0]] = value
        }
        // Bounded: a stored text must not be able to ask for all the memory there is.
        guard let log = values["ln"], (4...20).contains(log), let r = values["r"], (1...32).contains(r),
            let p = values["p"], (1...16).contains(p)
        else { return nil }
        return Parameters(logRounds: log, blockSize: r, parallelism: p)
    }

    private static func derive(_ password: String, salt: [UInt8], _ parameters: Parameters) async throws -> [UInt8] {
        // The same letters can be typed as different scalars: compare what people see.
        let normalised = Array(password.precomposedStringWithCanonicalMapping.utf8)
        return try await withCheckedThrowingContinuation { continuation in
            self.queue.async {
                continuation.resume(
                    with: Result {
                        let key = try KDF.Scrypt.deriveKey(
                            from: normalised,
                            salt: salt,
                            outputByteCount: 32,
                            rounds: 1 << parameters.logRounds,
                            blockSize: parameters.blockSize,
                            parallelism: parameters.parallelism
                        )
                        return key.withUnsafeBytes { Array($0) }
                    }
                )
            }
        }
    }
}
