// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowScheduler

@Suite("Common passwords")
struct CommonPasswordTests {
    @Test(
        "Common words, rows of keys and sequences are found in whatever spelling",
        arguments: [
            "password1234", "Password-2026!", "P4$$w0rd!P4$$w0rd", "qwertyuiop12", "1q2w3e4r5t6y", "abcdefghijkl",
            "iloveyou1995", "ADMINADMIN123", "987654321abc", "Welcome2024!!", "abc12abc12abc12", "SummerDragon7!",
        ]
    )
    func found(_ password: String) { #expect(CommonPasswords.contains(password)) }

    @Test(
        "What has other words, many words or random characters is none",
        arguments: [
            "correct horse", "summer dragon monkey silver", "tX9vQm2LpR7w", "638215904773", "a long new word",
            "Ünïcödé zebra", String(repeating: "password", count: 200),
        ]
    )
    func unknown(_ password: String) { #expect(!CommonPasswords.contains(password)) }
}
