// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowScheduler
import Testing

@Suite("Stored passwords")
struct PasswordHasherTests {
    private let hasher = ScryptPasswordHasher(logRounds: 4)

    @Test("A password verifies against its own text only, and two texts of one password differ")
    func verify() async throws {
        let stored = try await self.hasher.hash("correct horse")
        #expect(await self.hasher.verify("correct horse", against: stored))
        #expect(!(await self.hasher.verify("correct horsf", against: stored)))
        #expect(try await self.hasher.hash("correct horse") != stored)
        #expect(stored.hasPrefix("$scrypt$ln=4,r=8,p=3$"))
    }

    @Test("Debug builds take an eighth of the cost of release builds, and each verifies what the other has made")
    func costs() async throws {
        #expect(ScryptPasswordHasher.releaseLogRounds == 15)
        #expect(ScryptPasswordHasher.debugLogRounds == ScryptPasswordHasher.releaseLogRounds - 3)
        #if DEBUG
        #expect(ScryptPasswordHasher.defaultLogRounds == ScryptPasswordHasher.debugLogRounds)
        #else
        #expect(ScryptPasswordHasher.defaultLogRounds == ScryptPasswordHasher.releaseLogRounds)
        #endif
        let usual = ScryptPasswordHasher()
        let stored = try await usual.hash("correct horse")
        #expect(stored.hasPrefix("$scrypt$ln=\(ScryptPasswordHasher.defaultLogRounds),r=8,p=3$"))
        #expect(await self.hasher.verify("correct horse", against: stored))
        #expect(try await usual.verify("correct horse", against: self.hasher.hash("correct horse")))
    }

    @Test("Two spellings of one character are one password")
    func normalisation() async throws {
        let stored = try await self.hasher.hash("caf\u{e9} noir")
        #expect(await self.hasher.verify("cafe\u{301} noir", against: stored))
    }

    @Test("The vector of RFC 7914, 12 verifies")
    func vector() async {
        // scrypt("password", "NaCl", N = 1024, r = 8, p = 16), its first 32 bytes.
        let stored = "$scrypt$ln=10,r=8,p=16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI="
        #expect(await self.hasher.verify("password", against: stored))
    }

    @Test(
        "Texts of other kinds, or with absurd costs, never verify",
        arguments: ["", "plain", "$scrypt$ln=30,r=8,p=1$AA==$AA==", "$scrypt$ln=4,r=8$AA==$AA==", "$bcrypt$x$y$z"]
    )
    func foreign(stored: String) async {
        #expect(!(await self.hasher.verify("password", against: stored)))
    }
}
