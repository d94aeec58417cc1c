// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Testing

@testable import FlowCore

@Suite("Who calls a webhook is checked over the body's own bytes (T1, T2)")
struct HookSignatureTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)
    private static let seconds = "1795255200"

    private static func hmac(_ content: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(content.utf8), using: SymmetricKey(data: key)))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func check(
        _ format: HookFormat,
        _ headers: [String: String],
        _ body: String,
        token: String? = nil,
        secrets: [String] = ["It's a Secret to Everybody"]
    ) -> HookSignature.Verdict {
        let request = HookRequest(headers: headers, body: Array(body.utf8), token: token, at: Self.now)
        return HookSignature.check(request, as: format, secrets: secrets)
    }

    private static func isAccepted(_ verdict: HookSignature.Verdict) -> Bool {
        if case .accepted = verdict { true } else { false }
    }

    @Test("GitHub's own test value is accepted, and an edited body, signature or other secret is not")
    func github() {
        // docs.github.com, "Validating webhook deliveries", "Testing the webhook payload validation".
        let right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        func header(_ value: String) -> [String: String] { ["x-hub-signature-256": value] }
        #expect(Self.isAccepted(Self.check(.github, header(right), "Hello, World!")))
        #expect(
            Self.isAccepted(
                Self.check(.github, header(right.uppercased().replacing("SHA", with: "sha")), "Hello, World!")
            )
        )
        #expect(!Self.isAccepted(Self.check(.github, header(right), "Hello, World?")))
        #expect(!Self.isAccepted(Self.check(.github, header(right), "Hello, World!", secrets: ["another secret"])))
        #expect(!Self.isAccepted(Self.check(.github, [:], "Hello, World!")))
        for wrong in [
            "", "sha256=", String(right.dropLast()), right + "0", right.replacing("sha256", with: "sha1"),
            "sha256=" + String(repeating: "0", count: 64),
        ] {
            #expect(!Self.isAccepted(Self.check(.github, header(wrong), "Hello, World!")), "\(wrong)")
        }
    }

    @Test("The secret before is good beside the present one")
    func two() {
        let old = "sha256=" + Self.hex(Self.hmac("{}", Array("old secret 0123456".utf8)))
        let both = ["new secret 0123456", "old secret 0123456"]
        #expect(Self.isAccepted(Self.check(.github, ["x-hub-signature-256": old], "{}", secrets: both)))
        #expect(!Self.isAccepted(Self.check(.github, ["x-hub-signature-256": old], "{}", secrets: [both[0]])))
    }

    @Test("Standard Webhooks: the id is the key, and the time has to be within 300 s")
    func standard() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let key = HookSignature.standardKey(secret) ?? []
        func headers(_ time: String, id: String = "msg_1") -> [String: String] {
            let code = Data(Self.hmac("\(id).\(time).{}", key)).base64EncodedString()
            return ["webhook-id": id, "webhook-timestamp": time, "webhook-signature": "v1,AAAA v1,\(code)"]
        }
        #expect(Self.check(.standard, headers(Self.seconds), "{}", secrets: [secret]) == .accepted(key: "id:msg_1"))
        #expect(Self.isAccepted(Self.check(.standard, headers("1795255500"), "{}", secrets: [secret])))
        #expect(!Self.isAccepted(Self.check(.standard, headers("1795255501"), "{}", secrets: [secret])))
        #expect(!Self.isAccepted(Self.check(.standard, headers("1795254899"), "{}", secrets: [secret])))
        #expect(!Self.isAccepted(Self.check(.standard, headers(Self.seconds), "{ }", secrets: [secret])))
        var other = headers(Self.seconds)
        other["webhook-id"] = "msg_2"
        #expect(!Self.isAccepted(Self.check(.standard, other, "{}", secrets: [secret])), "the id is signed")
        #expect(!Self.isAccepted(Self.check(.standard, headers("x"), "{}", secrets: [secret])))
    }

    @Test("The published vector of Standard Webhooks is right at its time")
    func vector() {
        // github.com/standard-webhooks/standard-webhooks, spec, "Webhook signature"; its message is of 2021.
        let request = HookRequest(
            headers: [
                "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
                "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ],
            body: Array(#"{"test": 2432232314}"#.utf8),
            at: Timestamp(milliseconds: 1_614_265_330_000)
        )
        let verdict = HookSignature.check(request, as: .standard, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        #expect(verdict == .accepted(key: "id:msg_p5jXN8AQM9LWM0D4loKWxJek"))
    }

    @Test("Stripe: one of several v1 is enough, v0 is not looked at, the event's id is the key")
    func stripe() {
        let secret = "whsec_0123456789abcdef"
        let body = #"{"id":"evt_1","type":"x"}"#
        let code = Self.hex(Self.hmac("\(Self.seconds).\(body)", Array(secret.utf8)))
        let zeros = String(repeating: "0", count: 64)
        func check(_ header: String, _ body: String = body) -> HookSignature.Verdict {
            Self.check(.stripe, ["stripe-signature": header], body, secrets: [secret])
        }
        #expect(check("t=\(Self.seconds),v1=\(zeros),v1=\(code),v0=\(zeros)") == .accepted(key: "id:evt_1"))
        #expect(!Self.isAccepted(check("t=\(Self.seconds),v0=\(code)")))
        #expect(!Self.isAccepted(check("t=1795254899,v1=\(code)")))
        #expect(!Self.isAccepted(check("t=\(Self.seconds),v1=\(code)", body + " ")))
        #expect(!Self.isAccepted(check("v1=\(code)")))
    }

    @Test("A token is compared whole; an empty body has no identity, a key gives it one")
    func token() {
        let secret = "qfw_0123456789abcdef"
        #expect(Self.check(.token, [:], "", token: secret, secrets: [secret]) == .accepted(key: nil))
        #expect(
            Self.check(.token, ["idempotency-key": "k"], "", token: secret, secrets: [secret])
                == .accepted(key: "key:k")
        )
        #expect(Self.isAccepted(Self.check(.token, [:], "{}", token: secret, secrets: [secret])))
        for wrong in [nil, "", "qfw_", secret + "0", secret.uppercased()] {
            #expect(!Self.isAccepted(Self.check(.token, [:], "", token: wrong, secrets: [secret])))
        }
    }

    @Test(
        "JSON pointers find what RFC 6901 says",
        arguments: [
            ("", #"{"":0,"a/b":1,"c%d":2,"m~n":8,"foo":["bar","baz"]}"#), ("/foo", #"["bar","baz"]"#),
            ("/foo/0", #""bar""#),
            ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/m~0n", "8"),
        ]
    )
    func pointer(text: String, found: String) throws {
        let document = try JSONParser.parse(Array(#"{"":0,"a/b":1,"c%d":2,"m~n":8,"foo":["bar","baz"]}"#.utf8))
        #expect(JSONPointer(text)?.find(in: document).map(JSONWriter.text) == found)
    }

    @Test("What is no pointer is none, and what is not there is not found")
    func noPointer() throws {
        for text in ["a", "/~", "/~2", "/" + String(repeating: "a", count: 512)] { #expect(JSONPointer(text) == nil) }
        let document = try JSONParser.parse(Array(#"{"a":[1]}"#.utf8))
        for text in ["/b", "/a/1", "/a/00", "/a/-", "/a/x", "/a/0/0"] {
            #expect(JSONPointer(text)?.find(in: document) == nil, "\(text)")
        }
    }

    @Test("Parameters are text as it is, all else as it is written; what lacks names itself")
    func mapping() throws {
        func entry(_ name: String, _ pointer: String, _ fallback: String? = nil) throws -> HookMapping {
            HookMapping(parameter: name, pointer: try #require(JSONPointer(pointer)), fallback: fallback)
        }
        var draft = HookDraft(name: "a", format: .github)
        draft.mapping = try [
            entry("REF", "/ref"), entry("N", "/n"), entry("LIST", "/l"), entry("NONE", "/none", "x"),
            entry("NO", "/null"),
        ]
        draft.conditions = [HookCondition(pointer: try #require(JSONPointer("/ref")), values: ["a", "b"])]
        let body = try JSONParser.parse(Array(#"{"ref":"a","n":12,"l":[1,"x"],"null":null}"#.utf8))
        #expect(draft.admits(body))
        let (values, missing) = draft.parameters(from: body)
        #expect(values == ["REF": "a", "N": "12", "LIST": #"[1,"x"]"#, "NONE": "x"])
        #expect(missing.map(\.parameter) == ["NO"])
        #expect(!draft.admits(try JSONParser.parse(Array(#"{"ref":"c"}"#.utf8))))
        #expect(!draft.admits(.null))
    }
}
