// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowRunner
import Foundation
import Testing

@testable import FlowAgent

@Suite("Masking secrets in output")
struct SecretMaskerTests {
    private static func mask(_ values: [String], _ pieces: [String]) -> String {
        var masker = SecretMasker(values: values)
        var bytes: [UInt8] = []
        for piece in pieces { bytes += masker.feed(Array(piece.utf8), .output) }
        return String(decoding: bytes + masker.finish(.output), as: UTF8.self)
    }

    @Test("A secret is masked wherever the pieces of output are cut")
    func pieces() {
        let text = "user=ada password=hunter2-hunter2! end\n"
        let expected = "user=ada password=*** end\n"
        for cut in 0...text.utf8.count {
            let first = String(decoding: text.utf8.prefix(cut), as: UTF8.self)
            let second = String(decoding: text.utf8.dropFirst(cut), as: UTF8.self)
            #expect(Self.mask(["hunter2-hunter2!"], [first, second]) == expected)
        }
        #expect(Self.mask(["hunter2-hunter2!"], text.map { String($0) }) == expected)
    }

    @Test("What only begins like a secret is shown, and a secret that the end cut off is not")
    func beginnings() {
        #expect(Self.mask(["hunter2!"], ["hun", "ter3 hunte"]) == "hunter3 hunte")
        #expect(Self.mask(["hunter2!"], ["x hunter2"]) == "x ***")
    }

    @Test("Secrets that overlap or contain each other become one mark")
    func overlaps() {
        #expect(Self.mask(["abcdef", "defghi"], ["<abcdefghi>"]) == "<***>")
        #expect(Self.mask(["abcdefgh", "cdefgh-long"], ["<abcdefgh-lon", "g>"]) == "<***>")
        #expect(Self.mask(["abcdefgh", "cdefgh-long"], ["<abcdefgh-lo>"]) == "<***-lo>")
        #expect(Self.mask(["secret"], ["secretsecret"]) == "******")
    }

    @Test("The two streams of an attempt do not complete each other")
    func streams() {
        var masker = SecretMasker(values: ["hunter2!"])
        let out = masker.feed(Array("hunt".utf8), .output)
        let error = masker.feed(Array("er2!".utf8), .error)
        #expect(out.isEmpty && error == Array("er2!".utf8))
        #expect(masker.finish(.output) == Array("hunt".utf8))
    }

    @Test("Base64 is recognised at any place of a longer text, hexadecimal and percent encoding too")
    func encodings() {
        let value = "correct-horse/battery+staple"
        for lead in ["", "a", "ab", "abc"] {
            let encoded = Data("\(lead)\(value)tail".utf8).base64EncodedString()
            let masked = Self.mask([value], [encoded])
            #expect(masked.contains("***") && masked.count < encoded.count / 2, "\(masked)")
        }
        let hex = value.utf8.map { String(format: "%02x", $0) }.joined()
        #expect(Self.mask([value], [hex]) == "***")
        #expect(Self.mask([value], [hex.uppercased()]) == "***")
        #expect(Self.mask([value], [HTTPTemplate.percentEncode(value)]) == "***")
        #expect(Self.mask(["say \"please\""], [#"{"a": "say \"please\""}"#]) == #"{"a": "***"}"#)
    }

    @Test("Of a secret with several lines each one is masked; short ones are not")
    func lines() {
        let key = "-----BEGIN KEY-----\nabcdefghijklmnop\nxyz\n-----END KEY-----"
        #expect(Self.mask([key], ["abcdefghijklmnop xyz"]) == "*** xyz")
        #expect(Self.mask([key], [key]) == "***")
    }

    @Test("The words on how an attempt ended are masked like output")
    func words() {
        #expect(SecretMasker(values: ["hunter2!"]).masked("no route to hunter2!.example") == "no route to ***.example")
    }
}
