// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

@testable import FlowNotify

/// What a stranger named a task, a rule, a host or wrote to its output reaches people as text, in every channel.
@Suite("Five hundred texts in messages (attack class 7)")
struct InjectionSinkTests {
    private static let payloads = InjectionPayloads.all

    /// A message in which each text that people write is the payload: name, rule, reason, output.
    private static func delivery(_ payload: String, over kind: NotifyChannel.Kind) -> NotifyDelivery {
        let job = JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000001")!)
        let agent = AgentID("web1")!
        let start = NotifyWorld.start
        let execution = Execution(
            id: DeterministicID.execution(kind: .cron, job: job, nominal: start, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: job, nominal: start),
            jobID: 7,
            jobUID: job,
            jobName: payload,
            jobVersion: 1,
            agentID: agent,
            kind: .cron,
            nominal: start,
            status: .failure,
            reason: .exitCode,
            detail: payload,
            startedAt: start,
            finishedAt: start.advanced(byMilliseconds: 65_000),
            exitCode: 2,
            updatedAt: start
        )
        var incident = NotifyMessage(previewOf: execution, rule: payload).incident
        incident.rule.channels = [NotifyTarget(channel: "")]
        let message = NotifyMessage(incident: incident, purpose: .opening, number: 1)
        let variables = TemplateVariables(
            message,
            execution: execution,
            logTail: payload,
            address: "https://qf.example.com"
        )
        return MessageWriter.deliveries(of: message, variables, kinds: ["": kind], at: start)[0]
    }

    @Test("The corpus has five hundred texts")
    func corpus() { #expect(Set(Self.payloads.map { ExactText($0) }).count >= 500) }

    @Test("A mail has one head, in which nothing was added, and HTML in which nothing is a tag")
    func mail() throws {
        for payload in Self.payloads {
            let delivery = Self.delivery(payload, over: .email)
            let mail = try #require(
                MailMessage(delivery, from: "qf@example.com", to: ["ops@example.com"], at: NotifyWorld.start)
            )
            let data = String(decoding: mail.data, as: UTF8.self)
            let parts = data.components(separatedBy: "\r\n\r\n")
            let names = parts[0].components(separatedBy: "\r\n").filter { !$0.hasPrefix(" ") }.map {
                $0.prefix { $0 != ":" }.description
            }
            #expect(
                names == [
                    "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                ],
                "\(payload.debugDescription)"
            )
            #expect(mail.data.allSatisfy { $0 < 0x7f && ($0 >= 0x20 || $0 == 0x0d || $0 == 0x0a) })
            let html = try Self.decoded(parts[3])
            // All of the tags are ours: what is left without them has no bracket.
            var rest = html
            for tag in [
                "<html><body><h3>", "</h3><pre style=\"white-space:pre-wrap\">", "</pre></body></html>\n",
            ] {
                let range = try #require(rest.range(of: tag))
                rest.removeSubrange(range)
            }
            #expect(!rest.contains { "<>\"".contains($0) }, "\(payload.debugDescription)")
            let ends = ["&amp;", "&lt;", "&gt;", "&quot;"].reduce(rest) { $0.replacingOccurrences(of: $1, with: "") }
            #expect(!ends.contains("&"), "\(payload.debugDescription)")
        }
    }

    private static func decoded(_ part: String) throws -> String {
        let lines = part.components(separatedBy: "\r\n").prefix { !$0.hasPrefix("--") }
        return String(decoding: try #require(Data(base64Encoded: lines.joined())), as: UTF8.self)
    }

    @Test("A card is one JSON text with the members that are documented, and calls and links nobody")
    func cards() throws {
        let kinds: [(NotifyChannel.Kind, [String], [String])] = [
            (.dingtalk, ["text", "content"], ["msgtype", "text"]),
            (.wecom, ["markdown", "content"], ["msgtype", "markdown"]),
            (.feishu, ["content", "text"], ["msg_type", "content"]), (.slack, ["text"], ["text"]),
        ]
        for payload in Self.payloads {
            for (kind, path, members) in kinds {
                let request = try HTTPChannel.request(
                    Self.delivery(payload, over: kind),
                    over: ChannelTests.channel(kind, ChannelSecrets(url: "https://x.example/h?k=1")),
                    at: NotifyWorld.start
                )
                #expect(request.url == "https://x.example/h?k=1")
                Self.checkHeaders(request, payload)
                let body = try JSONParser.parse(request.body)
                guard case .object(let object) = body else { throw Template.Fault("no object") }
                #expect(object.map(\.name.description) == members, "\(kind) \(payload.debugDescription)")
                let text = try #require(Self.words(path.reduce(body as JSON?) { $0?[$1] }))
                switch kind {
                case .slack, .wecom:
                    #expect(!text.contains("<") && !text.contains("&l;"), "\(payload.debugDescription)")
                case .feishu: #expect(!text.contains("<"), "\(payload.debugDescription)")
                case .dingtalk:
                    let scalars = Array(text.unicodeScalars)
                    for (index, scalar) in scalars.enumerated() where scalar == "@" {
                        #expect(
                            index + 1 < scalars.count && scalars[index + 1] == "\u{200b}",
                            "\(payload.debugDescription)"
                        )
                    }
                case .email, .webhook, .teams, .telegram, .pagerduty, .command: break
                }
            }
        }
    }

    @Test("A card of Teams is runs of text and nothing else, so that nothing in it is Markdown or a call (issue 10)")
    func teams() throws {
        for payload in Self.payloads {
            let request = try HTTPChannel.request(
                Self.delivery(payload, over: .teams),
                over: ChannelTests.channel(.teams, ChannelSecrets(url: "https://x.example/h?k=1")),
                at: NotifyWorld.start
            )
            Self.checkHeaders(request, payload)
            let body = try JSONParser.parse(request.body)
            #expect(Self.members(body) == ["type", "attachments"], "\(payload.debugDescription)")
            let attachment = try #require(Self.items(body["attachments"]).first)
            #expect(Self.members(attachment) == ["contentType", "content"])
            let content = attachment["content"]
            #expect(Self.members(content) == ["$schema", "type", "version", "msteams", "body"])
            let blocks = Self.items(content?["body"])
            #expect(!blocks.isEmpty && blocks.count <= 61)
            for block in blocks {
                #expect(Self.members(block) == ["type", "spacing", "inlines"])
                for run in Self.items(block["inlines"]) {
                    #expect(run["type"] == .string("TextRun"))
                    #expect(Set(Self.members(run)).isSubset(of: ["type", "text", "weight", "size"]))
                    #expect(Self.words(run["text"])?.contains("<") == false, "\(payload.debugDescription)")
                }
            }
        }
    }

    @Test("Telegram reads a message as it is, and it calls nobody (issue 10)")
    func telegram() throws {
        var settings = ChannelTests.channel(.telegram, ChannelSecrets(url: "https://x.example", secret: "1:token"))
        settings.draft.settings.chat = "-1001"
        for payload in Self.payloads {
            let request = try HTTPChannel.request(
                Self.delivery(payload, over: .telegram),
                over: settings,
                at: NotifyWorld.start
            )
            #expect(request.url == "https://x.example/bot1:token/sendMessage")
            Self.checkHeaders(request, payload)
            let body = try JSONParser.parse(request.body)
            // No parse_mode: neither HTML nor Markdown means anything.
            #expect(Self.members(body) == ["chat_id", "text", "link_preview_options"])
            #expect(body["chat_id"] == .string("-1001"))
            let scalars = Array(try #require(Self.words(body["text"])).unicodeScalars)
            for (index, scalar) in scalars.enumerated() where scalar == "@" {
                #expect(index + 1 < scalars.count && scalars[index + 1] == "\u{200b}", "\(payload.debugDescription)")
            }
        }
    }

    @Test("An event of PagerDuty has the same members, key and address whatever stands in it (issue 10)")
    func pagerDuty() throws {
        let channel = ChannelTests.channel(.pagerduty, ChannelSecrets(secret: "key"))
        var known: [[String]]?
        for payload in Self.payloads {
            let delivery = Self.delivery(payload, over: .pagerduty)
            let request = try HTTPChannel.request(delivery, over: channel, at: NotifyWorld.start)
            #expect(request.url == "https://events.pagerduty.com/v2/enqueue")
            Self.checkHeaders(request, payload)
            let body = try JSONParser.parse(request.body)
            let names = [Self.members(body), Self.members(body["payload"])]
            #expect(names == known ?? names, "\(payload.debugDescription)")
            known = names
            #expect(body["routing_key"] == .string("key") && body["event_action"] == .string("trigger"))
            #expect(body["dedup_key"] == .string(try #require(delivery.incident).description))
            #expect(body["payload"]?["severity"] == .string("error"))
            let name = try #require(Self.words(body["payload"]?["component"]))
            #expect(ExactText(name) == ExactText(payload))
        }
    }

    @Test("A program gets the same variables and one line of input whatever stands in them (issue 10)")
    func command() throws {
        var known: Set<String>?
        for payload in Self.payloads {
            let message = CommandMessage(Self.delivery(payload, over: .command))
            let names = Set(message.environment.keys)
            #expect(names == known ?? names && names.allSatisfy { $0.hasPrefix("QF_") })
            known = names
            #expect(message.environment.values.allSatisfy { $0.utf8.count <= 4099 && !$0.utf8.contains(0) })
            #expect(message.input.filter { $0 == 0x0a }.count == 1 && message.input.last == 0x0a)
            let name = try #require(Self.words(try JSONParser.parse(Array(message.input.dropLast()))["task_name"]))
            #expect(ExactText(name) == ExactText(payload))
        }
    }

    private static func members(_ json: JSON?) -> [String] {
        guard case .object(let members)? = json else { return [] }
        return members.map(\.name.description)
    }

    private static func items(_ json: JSON?) -> [JSON] {
        guard case .array(let items)? = json else { return [] }
        return items
    }

    @Test("What programs get is one JSON text with the same members whatever stands in them")
    func webhook() throws {
        var known: [String]?
        for payload in Self.payloads {
            let delivery = Self.delivery(payload, over: .webhook)
            let secrets = ChannelSecrets(url: "https://x.example/h", headers: ["X-Team": "db"], secret: "s")
            let request = try HTTPChannel.request(
                delivery,
                over: ChannelTests.channel(.webhook, secrets),
                at: NotifyWorld.start
            )
            Self.checkHeaders(request, payload)
            let body = try JSONParser.parse(request.body)
            guard case .object(let members) = body else { throw Template.Fault("no object") }
            let names = members.map(\.name.description)
            #expect(names == known ?? names)
            known = names
            // The name is exactly what it is, and the text has no control characters but its lines.
            let name = try #require(Self.words(body["task_name"]))
            #expect(ExactText(name) == ExactText(payload))
            let text = try #require(Self.words(body["text"]))
            let controls = text.unicodeScalars.filter { scalar in
                let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                return isControl && scalar != "\n" && scalar != "\t"
            }
            #expect(controls.isEmpty, "\(payload.debugDescription)")
        }
    }

    @Test("A value that looks like a template is not filled in a second time")
    func templates() throws {
        let template = try Template("{{task_name}}")
        for payload in Self.payloads {
            let values = ["task_name": payload, "task_id": "canary filled in"]
            #expect(ExactText(template.render(values)) == ExactText(payload), "\(payload.debugDescription)")
            #expect(
                template.render(["task_name": "{{task_id}}" + payload, "task_id": "filled"]).contains("filled") == false
            )
        }
    }

    private static func words(_ json: JSON?) -> String? {
        guard case .string(let text)? = json else { return nil }
        return text
    }

    private static func checkHeaders(_ request: OutgoingRequest, _ payload: String) {
        for header in request.headers {
            #expect(
                (header.name + header.value).utf8.allSatisfy { (0x20...0x7e).contains($0) },
                "\(header.name) \(payload.debugDescription)"
            )
        }
    }
}
