// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Bytes of crontabs that are no plain text")
struct CrontabTextTests {
    @Test("A comment in another encoding does no harm, a command in one is refused by its number")
    func latin1() {
        let bytes =
            Array("# Sicherung t".utf8) + [0xe4] + Array("glich\n0 3 * * * /bin/x\n0 4 * * * echo gr".utf8)
            + [0xfc] + Array("n\nNAME=M".utf8) + [0xfc] + Array("ller\n0 5 * * * echo grün\n".utf8)
        let crontab = CrontabParser.parse(bytes, form: .user)
        #expect(crontab.entries.map(\.line) == [2, 5])
        #expect(crontab.entries.last?.command == "echo grün")
        #expect(crontab.problems.map(\.line) == [3, 4])
        #expect(crontab.problems.allSatisfy { $0.severity == .error && $0.message.contains("iconv") })
        #expect(crontab.problems.first?.message.contains("byte 18 is 0xfc") == true)
    }

    @Test("A UTF-16 file with its mark is read, and it is said that cron would not have", arguments: [true, false])
    func utf16(isLittle: Bool) {
        let units = [0xfeff] + Array("0 3 * * * echo 早\r\n".utf16)
        let bytes = units.flatMap { unit -> [UInt8] in
            let pair = [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
            return isLittle ? pair : pair.reversed()
        }
        let crontab = CrontabParser.parse(bytes, form: .user)
        #expect(crontab.entries.map(\.command) == ["echo 早"])
        #expect(!crontab.hasErrors && crontab.problems.first?.message.contains("UTF-16") == true)
    }

    @Test("A UTF-16 file without its mark is refused line by line")
    func utf16WithoutMark() {
        let bytes = Array("0 3 * * * x\n".utf8).flatMap { [$0, UInt8(0)] }
        let crontab = CrontabParser.parse(bytes, form: .automatic)
        #expect(crontab.entries.isEmpty && crontab.hasErrors)
        #expect(crontab.problems.filter { $0.severity == .error }.allSatisfy { $0.message.contains("NUL") })
    }

    @Test("No bytes end the process or take long")
    func fuzz() {
        var state: UInt64 = 7
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
        let alphabet = Array("0 3 * * * x%\\\"'\n\t=~@#,-/?\u{1b}é".utf8) + [0x80, 0xff, 0]
        for _ in 0..<2000 {
            let bytes = (0..<Int(next())).map { _ in next() < 230 ? alphabet[Int(next()) % alphabet.count] : next() }
            _ = CrontabParser.parse(bytes, form: .automatic)
        }
        let valid = Array(String(repeating: "é", count: 100_000).utf8)
        #expect(CrontabParser.parse(valid + [0xff], form: .user).hasErrors)
        #expect(CrontabParser.parse(Array("0 3 * * * e".utf8) + valid, form: .user).entries.count == 1)
        #expect(
            CrontabParser.parse(
                Array("hello a".utf8) + Array(String(repeating: "\u{301}", count: 100_000).utf8),
                form: .user
            ).hasErrors
        )
    }
}
